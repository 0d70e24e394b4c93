use std::borrow::Cow;

use super::scan_image::{Colour, Compression, ImageError, ScanImage, big_endian, damaged};
use crate::pdf::profiles;

/// Keeps a JPEG file byte for byte. The parts of the format that matter here: ITU-T T.81, annex B.
pub(super) fn read(file: &[u8]) -> Result<ScanImage<'_>, ImageError> {
    let mut frame = None;
    let mut adobe_transform = None;
    let mut profile = Vec::new();
    for (marker, body) in segments(file) {
        match marker {
            0xC0..=0xC2 => frame = frame.or(Some(body)),
            // Lossless, hierarchical and arithmetic coding, which PDF does not have.
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(ImageError::Unsupported { what: format!("JPEG with coding process {}", marker - 0xC0) });
            }
            0xEE if body.starts_with(b"Adobe") => adobe_transform = body.get(11).copied(),
            // Parts are numbered, and follow each other in all known files.
            0xE2 if body.starts_with(b"ICC_PROFILE\0") => profile.extend(body.get(14..).unwrap_or_default()),
            _ => {}
        }
    }
    let frame = frame.ok_or_else(|| damaged("JPEG", "no frame header"))?;
    let number = |at, bytes| big_endian(frame, at, bytes).ok_or_else(|| damaged("JPEG", "short frame header"));
    let (bits, height, width, components) = (number(0, 1)?, number(1, 2)?, number(3, 2)?, number(5, 1)?);
    if bits != 8 {
        return Err(ImageError::Unsupported { what: format!("JPEG with {bits} bits per channel") });
    }
    if width == 0 || height == 0 {
        return Err(damaged("JPEG", format!("{width} × {height} px")));
    }
    let colour = match components {
        1 => Colour::Grey,
        3 => Colour::Rgb,
        4 => Colour::Cmyk,
        count => return Err(ImageError::Unsupported { what: format!("JPEG with {count} channels") }),
    };
    let names = [6, 9, 12].map(|at| frame.get(at).copied().unwrap_or_default());
    let is_rgb = colour == Colour::Rgb && adobe_transform.is_none() && names == *b"RGB";
    Ok(ScanImage {
        width,
        height,
        bits: 8,
        is_inverted: colour == Colour::Cmyk && adobe_transform.is_some(),
        compression: Compression::Jpeg { is_rgb },
        profile: profiles::usable(profile, &colour),
        colour,
        data: Cow::Borrowed(file),
    })
}

/// The marker segments before the first scan's data.
fn segments(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        while file.get(at) == Some(&0xFF) && file.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        let (0xFF, marker) = (*file.get(at)?, *file.get(at + 1)?) else { return None };
        if marker == 0xDA {
            return None;
        }
        let length = big_endian(file, at + 2, 2)? as usize;
        let body = file.get(at + 4..at + 2 + length)?;
        at += 2 + length;
        Some((marker, body))
    })
}
