use std::borrow::Cow;

use super::scan_image::{Colour, Compression, ImageError, ScanImage, big_endian, damaged};

/// Keeps a JPEG 2000 file byte for byte; a codestream without a container gets one. The formats: ISO/IEC 15444-1, annexes A and I.
pub(super) fn read(file: &[u8]) -> Result<ScanImage<'_>, ImageError> {
    let is_bare = file.starts_with(&[0xFF, 0x4F]);
    let header = box_of(file, *b"jp2h").unwrap_or_default();
    let codestream = if is_bare { file } else { box_of(file, *b"jp2c").unwrap_or_default() };
    // After the marker of the codestream's start: marker and length of the image's size, its capabilities, then its edges and those of its tiles.
    let number = |at, bytes| big_endian(codestream, at, bytes).ok_or_else(|| damaged("JPEG 2000", "no image header"));
    let (right, bottom, left, top) = (number(8, 4)?, number(12, 4)?, number(16, 4)?, number(20, 4)?);
    let (components, depth) = (number(40, 2)?, number(42, 1)?);
    if right <= left || bottom <= top {
        return Err(damaged("JPEG 2000", "no pixels"));
    }
    if box_of(header, *b"cdef").is_some_and(has_alpha) {
        return Err(ImageError::Unsupported { what: "JPEG 2000 with transparency".to_owned() });
    }
    let has_palette = box_of(header, *b"pclr").is_some();
    let colour = match components {
        _ if has_palette => Colour::Own,
        1 => Colour::Grey,
        3 => Colour::Rgb,
        4 => Colour::Cmyk,
        count => return Err(ImageError::Unsupported { what: format!("JPEG 2000 with {count} channels") }),
    };
    let (width, height, bits) = (right - left, bottom - top, (depth & 0x7F) as u8 + 1);
    let data =
        if is_bare { Cow::Owned(contained(file, width, height, components, depth)) } else { Cow::Borrowed(file) };
    Ok(ScanImage {
        width,
        height,
        bits,
        colour,
        is_inverted: false,
        compression: Compression::Jpeg2000,
        profile: None,
        data,
    })
}

/// The content of the first box of a kind. Length 1 means that a length of 8 bytes follows, length 0 that the box reaches to the end.
fn box_of(mut boxes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    loop {
        let length = big_endian(boxes, 0, 4)? as usize;
        let found = boxes.get(4..8)?;
        let (header, length) = match length {
            0 => (8, boxes.len()),
            1 => (16, big_endian(boxes, 12, 4)? as usize),
            length => (8, length),
        };
        if found == kind {
            return boxes.get(header..length.min(boxes.len()));
        }
        boxes = boxes.get(length.max(header)..)?;
    }
}

/// Whether one of the channels is not a colour.
fn has_alpha(channels: &[u8]) -> bool {
    channels.get(2..).unwrap_or_default().chunks_exact(6).any(|channel| channel[2..4] != [0, 0])
}

/// The codestream in the boxes of a JP2 file, which PDF requires.
fn contained(codestream: &[u8], width: u32, height: u32, components: u32, depth: u32) -> Vec<u8> {
    let (size, channels) = ([height, width].map(u32::to_be_bytes).concat(), (components as u16).to_be_bytes());
    let image = [size, channels.to_vec(), vec![depth as u8, 7, 0, 0]].concat();
    // Enumerated colour spaces: 16 is sRGB, 17 grey, 12 CMYK.
    let space: u32 = match components {
        1 => 17,
        3 => 16,
        _ => 12,
    };
    let colour = [vec![1, 0, 0], space.to_be_bytes().to_vec()].concat();
    let header = [boxed(*b"ihdr", &image), boxed(*b"colr", &colour)].concat();
    let file_type = [*b"jp2 ", [0; 4], *b"jp2 "].concat();
    [boxed(*b"jP  ", b"\r\n\x87\n"), boxed(*b"ftyp", &file_type), boxed(*b"jp2h", &header), boxed(*b"jp2c", codestream)]
        .concat()
}

fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    [(content.len() as u32 + 8).to_be_bytes().as_slice(), &kind, content].concat()
}
