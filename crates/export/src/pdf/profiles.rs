//! Colour profiles: those of the scans where they have usable ones, and two that are made here. The format: ICC.1:2001-04 (version 2.4).

use super::image::Colour;

/// Chromaticities of the primaries of sRGB, adapted to the white point D50, as XYZ: the columns of the matrix of IEC 61966-2-1 in ICC's sRGB profile.
const SRGB_PRIMARIES: [[f64; 3]; 3] =
    [[0.436_07, 0.222_49, 0.013_92], [0.385_15, 0.716_87, 0.097_08], [0.143_07, 0.060_61, 0.714_10]];
/// The white point D50.
const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];
/// Entries in the table of the tone curve.
const CURVE_ENTRIES: u16 = 1024;

/// The profile if it is one that PDF/A-2 allows for images of this colour: version 2 or 4, for an input, display, output or colour space device.
pub(super) fn usable(profile: Vec<u8>, colour: &Colour) -> Option<Vec<u8>> {
    let space: &[u8] = match colour {
        Colour::Grey => b"GRAY",
        Colour::Rgb | Colour::Indexed(_) => b"RGB ",
        Colour::Cmyk => b"CMYK",
        Colour::Own => return None,
    };
    let length = u32::from_be_bytes(profile.get(..4)?.try_into().ok()?) as usize;
    let is_usable = profile.get(36..40)? == b"acsp"
        && profile.get(16..20)? == space
        && matches!(profile.get(12..16)?, b"scnr" | b"mntr" | b"prtr" | b"spac")
        && matches!(profile.get(8)?, 2 | 4)
        && length == profile.len();
    is_usable.then_some(profile)
}

/// sRGB, the output intent of the document.
pub(super) fn srgb() -> Vec<u8> {
    let mut curve = element(*b"curv");
    curve.extend(u32::from(CURVE_ENTRIES).to_be_bytes());
    for at in 0..CURVE_ENTRIES {
        let value = linear(f64::from(at) / f64::from(CURVE_ENTRIES - 1));
        curve.extend(((value * 65_535.0).round() as u16).to_be_bytes());
    }
    let xyz = |values: [f64; 3]| {
        let mut element = element(*b"XYZ ");
        element.extend(values.map(fixed).concat());
        element
    };
    let [red, green, blue] = SRGB_PRIMARIES;
    profile(
        *b"mntr",
        *b"RGB ",
        *b"XYZ ",
        "sRGB IEC61966-2.1",
        &[
            (&[b"wtpt"], xyz(WHITE)),
            (&[b"rXYZ"], xyz(red)),
            (&[b"gXYZ"], xyz(green)),
            (&[b"bXYZ"], xyz(blue)),
            (&[b"rTRC", b"gTRC", b"bTRC"], curve),
        ],
    )
}

/// CMYK for images that have no profile of their own: each ink absorbs its share of the light.
pub(super) fn cmyk() -> Vec<u8> {
    let mut table = element(*b"mft1");
    // Four inks in, three values out, two points along each ink.
    table.extend([4, 3, 2, 0]);
    for at in 0..9 {
        table.extend(fixed(if at % 4 == 0 { 1.0 } else { 0.0 }));
    }
    let identity = || (0..=255_u8).collect::<Vec<u8>>();
    table.extend(identity().repeat(4));
    for corner in 0..16_u8 {
        let ink = |bit: u8| f64::from(corner >> bit & 1);
        let light = |bit| (1.0 - ink(bit)) * (1.0 - ink(0));
        table.extend(lab([light(3), light(2), light(1)]));
    }
    table.extend(identity().repeat(3));
    let mut white = element(*b"XYZ ");
    white.extend(WHITE.map(fixed).concat());
    profile(*b"scnr", *b"CMYK", *b"Lab ", "CMYK without a profile", &[(&[b"wtpt"], white), (&[b"A2B0"], table)])
}

/// The linear light of a value of sRGB, both 0..=1: IEC 61966-2-1.
fn linear(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// CIELAB of linear RGB, in bytes: lightness 0..=100 as 0..=255, the others plus 128.
fn lab(rgb: [f64; 3]) -> [u8; 3] {
    let xyz: [f64; 3] =
        std::array::from_fn(|at| (0..3).map(|primary| SRGB_PRIMARIES[primary][at] * rgb[primary]).sum());
    let root = |at: usize| {
        let relative: f64 = xyz[at] / WHITE[at];
        if relative > 216.0 / 24_389.0 { relative.cbrt() } else { (24_389.0 / 27.0 * relative + 16.0) / 116.0 }
    };
    let (x, y, z) = (root(0), root(1), root(2));
    [(116.0 * y - 16.0) * 2.55, 500.0 * (x - y) + 128.0, 200.0 * (y - z) + 128.0].map(|value| value.round() as u8)
}

/// A number in ICC's format with 16 bits before the point and 16 after it.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65_536.0).round() as i32).to_be_bytes()
}

/// The beginning of a tag's element: its type and four reserved bytes.
fn element(kind: [u8; 4]) -> Vec<u8> {
    [kind, [0; 4]].concat()
}

/// A profile with these elements, each under one or several tags.
fn profile(
    class: [u8; 4],
    space: [u8; 4],
    connection: [u8; 4],
    name: &str,
    tags: &[(&[&[u8; 4]], Vec<u8>)],
) -> Vec<u8> {
    let mut description = element(*b"desc");
    description.extend((name.len() as u32 + 1).to_be_bytes());
    description.extend(name.as_bytes());
    // The end of the name; no name in Unicode (8 bytes) or in Macintosh's script (70 bytes).
    description.resize(description.len() + 1 + 8 + 70, 0);
    let mut copyright = element(*b"text");
    copyright.extend(b"No copyright, use freely\0");
    let own: [(&[&[u8; 4]], Vec<u8>); 2] = [(&[b"desc"], description), (&[b"cprt"], copyright)];
    let all: Vec<&(&[&[u8; 4]], Vec<u8>)> = own.iter().chain(tags).collect();
    let count: usize = all.iter().map(|(names, _)| names.len()).sum();
    let mut table = (count as u32).to_be_bytes().to_vec();
    let mut body = Vec::new();
    let body_at = 128 + 4 + 12 * count;
    for (names, element) in all {
        for name in *names {
            table.extend(*name);
            table.extend([(body_at + body.len()) as u32, element.len() as u32].map(u32::to_be_bytes).concat());
        }
        body.extend(element);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut header = vec![0; 128];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &((body_at + body.len()) as u32).to_be_bytes());
    put(8, &[2, 0x40]);
    put(12, &class);
    put(16, &space);
    put(20, &connection);
    // A fixed date, so that the profile is always the same: 1 January 2000.
    put(24, &[7, 0xD0, 0, 1, 0, 1]);
    put(36, b"acsp");
    put(68, &WHITE.map(fixed).concat());
    [header, table, body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_profiles_are_usable() {
        assert!(usable(srgb(), &Colour::Rgb).is_some());
        assert!(usable(srgb(), &Colour::Grey).is_none());
        assert!(usable(cmyk(), &Colour::Cmyk).is_some());
        assert!(usable(srgb()[..200].to_vec(), &Colour::Rgb).is_none());
        assert!(usable(Vec::new(), &Colour::Rgb).is_none());
    }

    #[test]
    fn primaries_add_up_to_white() {
        for (at, expected) in WHITE.iter().enumerate() {
            let sum: f64 = SRGB_PRIMARIES.iter().map(|primary| primary[at]).sum();
            assert!((sum - expected).abs() < 0.001, "{sum} {expected}");
        }
        assert_eq!(lab([1.0; 3]), [255, 128, 128]);
        assert_eq!(lab([0.0; 3]), [0, 128, 128]);
    }
}
