use std::borrow::Cow;
use std::io::Cursor;

use tiff::decoder::Decoder;
use tiff::tags::{CompressionMethod, Tag};

use super::scan_image::{Colour, Compression, ScanImage};

/// Takes the compressed pixels out of a TIFF file in CCITT Group 4, for PDF has the same compression. `None` for other files, and for those whose
/// pixels are in several strips, which are compressed apart. The format: TIFF 6.0, sections 8 and 11.
pub(super) fn read(file: &[u8]) -> Option<ScanImage<'_>> {
    let mut tiff = Decoder::new(Cursor::new(file)).ok()?;
    let (width, height) = tiff.dimensions().ok()?;
    let mut number =
        |tag: Tag, default: u32| tiff.find_tag_unsigned::<u32>(tag).ok().map(|found| found.unwrap_or(default));
    let is_group4 = number(Tag::Compression, 1)? == u32::from(CompressionMethod::Fax4.to_u16());
    let is_bilevel = number(Tag::BitsPerSample, 1)? == 1 && number(Tag::SamplesPerPixel, 1)? == 1;
    // 0: the codes for black are black; 1: they are white.
    let photometric = number(Tag::PhotometricInterpretation, 0)?;
    let fill_order = number(Tag::FillOrder, 1)?;
    if !is_group4 || !is_bilevel || photometric > 1 || width == 0 || height == 0 {
        return None;
    }
    let (offsets, lengths) =
        (tiff.get_tag_u64_vec(Tag::StripOffsets).ok()?, tiff.get_tag_u64_vec(Tag::StripByteCounts).ok()?);
    let ([offset], [length]) = (offsets.as_slice(), lengths.as_slice()) else { return None };
    let data = file.get(usize::try_from(*offset).ok()?..usize::try_from(offset.checked_add(*length)?).ok()?)?;
    let data = match fill_order {
        1 => Cow::Borrowed(data),
        2 => Cow::Owned(data.iter().map(|byte| byte.reverse_bits()).collect()),
        _ => return None,
    };
    let (bits, colour, is_inverted) = (1, Colour::Grey, photometric == 1);
    let compression = Compression::Group4;
    Some(ScanImage { width, height, bits, colour, is_inverted, compression, profile: None, data })
}
