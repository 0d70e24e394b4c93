use std::borrow::Cow;
use std::io::Read;

use flate2::read::ZlibDecoder;

use super::scan_image::{Colour, Compression, ImageError, ScanImage, big_endian, damaged};
use crate::pdf::profiles;

/// The largest colour profile that is read, bytes.
const MAX_PROFILE_BYTES: u64 = 4 << 20;

/// Takes the compressed pixels out of a PNG file, for PDF has the same compression and the same filters. `None` for an image that is interlaced or
/// transparent, which PDF stores in another way. The format: PNG (third edition), 5 and 11.
pub(super) fn read(file: &[u8]) -> Result<Option<ScanImage<'_>>, ImageError> {
    let mut header = None;
    let mut palette = None;
    let mut profile = Vec::new();
    let mut data = Vec::new();
    for (kind, body) in chunks(file) {
        match kind {
            b"IHDR" => header = Some(body),
            b"PLTE" => palette = Some(body.to_vec()),
            b"tRNS" => return Ok(None),
            b"iCCP" => profile = read_profile(body).unwrap_or_default(),
            b"IDAT" => data.extend_from_slice(body),
            _ => {}
        }
    }
    let header = header.ok_or_else(|| damaged("PNG", "no header"))?;
    let number = |at, bytes| big_endian(header, at, bytes).ok_or_else(|| damaged("PNG", "short header"));
    let (width, height, bits, kind, interlacing) =
        (number(0, 4)?, number(4, 4)?, number(8, 1)?, number(9, 1)?, number(12, 1)?);
    if width == 0 || height == 0 || data.is_empty() {
        return Err(damaged("PNG", "no pixels"));
    }
    let colour = match (kind, palette) {
        (0, _) => Colour::Grey,
        (2, _) => Colour::Rgb,
        (3, Some(palette)) => Colour::Indexed(palette),
        _ => return Ok(None),
    };
    if interlacing != 0 {
        return Ok(None);
    }
    let profile = profiles::usable(profile, &colour);
    Ok(Some(ScanImage {
        width,
        height,
        bits: bits as u8,
        colour,
        is_inverted: false,
        compression: Compression::Png,
        profile,
        data: Cow::Owned(data),
    }))
}

fn read_profile(chunk: &[u8]) -> Option<Vec<u8>> {
    // A name that ends with 0, and the number of the compression.
    let name = chunk.iter().position(|byte| *byte == 0)?;
    let mut profile = Vec::new();
    ZlibDecoder::new(chunk.get(name + 2..)?).take(MAX_PROFILE_BYTES).read_to_end(&mut profile).ok()?;
    Some(profile)
}

fn chunks(file: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 8;
    std::iter::from_fn(move || {
        let length = big_endian(file, at, 4)? as usize;
        let kind = file.get(at + 4..at + 8)?;
        let body = file.get(at + 8..(at + 8).checked_add(length)?)?;
        at += 12 + length;
        Some((kind, body))
    })
}
