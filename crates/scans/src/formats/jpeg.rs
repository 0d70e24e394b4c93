use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};

use super::exif;
use super::opened_page::{OpenedPage, PageInFile};
use crate::raster::{Raster, check_size};
use shelf_runtime::failure::Failure;

/// The frame header of a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) bits: u8,
    pub(crate) components: u8,
    /// Whether the Adobe marker declares the three components as RGB, not YCbCr.
    pub(crate) is_marked_as_rgb: bool,
}

/// Opens a JPEG file, which is kept byte for byte except for private metadata; if it has to be rotated or is CMYK, it becomes an upright PNG.
pub(crate) fn open_page(page: &PageInFile) -> Result<OpenedPage, Failure> {
    let bytes = std::fs::read(&page.file)?;
    let raster = decode(&bytes)?;
    let metadata = segments(&bytes).find_map(|segment| segment.exif()).map(exif::Exif::read).unwrap_or_default();
    let stated_dpi = metadata.dpi.or_else(|| segments(&bytes).find_map(|segment| segment.jfif_dpi()));
    let is_grey_or_colour = frame_of(&bytes).is_some_and(|frame| frame.components != 4);
    let mut opened = if metadata.orientation == Orientation::NoTransforms && is_grey_or_colour {
        OpenedPage::file("jpg", without_private_metadata(&bytes), raster, stated_dpi)
    } else {
        OpenedPage::pixels(raster.oriented(metadata.orientation), stated_dpi)
    };
    if is_truncated(&bytes) {
        opened.warnings.push("truncated JPEG: no end marker, so the lower part may be missing".to_owned());
    }
    Ok(opened)
}

/// Width and height of the upright image, px, and the resolution that the file states, dots per inch, without decoding it.
pub(crate) fn header(bytes: &[u8]) -> Option<(u32, u32, Option<f64>)> {
    let frame = frame_of(bytes)?;
    let metadata = segments(bytes).find_map(|segment| segment.exif()).map(exif::Exif::read).unwrap_or_default();
    let stated_dpi = metadata.dpi.or_else(|| segments(bytes).find_map(|segment| segment.jfif_dpi()));
    let (width, height) = (u32::from(frame.width), u32::from(frame.height));
    let is_sideways = crate::raster::swaps_sides(metadata.orientation);
    Some(if is_sideways { (height, width, stated_dpi) } else { (width, height, stated_dpi) })
}

/// Decodes a JPEG of any kind (grey, colour, progressive, CMYK) to grey or RGB.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Failure> {
    let frame = frame_of(bytes).ok_or_else(|| Failure::new("damaged JPEG: no frame header"))?;
    check_size(frame.width.into(), frame.height.into(), usize::from(frame.components) * 8)?;
    let damaged = |error| Failure::new(format!("damaged JPEG: {error}"));
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    debug_assert_eq!((image.width(), image.height()), (width, height), "the decoder announced another size");
    Raster::from_image(image)
}

/// Reads the frame header, if there is one.
pub(crate) fn frame_of(bytes: &[u8]) -> Option<Frame> {
    let adobe_transform = segments(bytes).find_map(|segment| match segment.marker {
        0xEE if segment.body.starts_with(b"Adobe") => segment.body.get(11).copied(),
        _ => None,
    });
    let frame = segments(bytes)
        .find(|segment| matches!(segment.marker, 0xC0..=0xCF) && !matches!(segment.marker, 0xC4 | 0xC8 | 0xCC))?;
    let header = frame.body.first_chunk::<6>()?;
    Some(Frame {
        width: u16::from_be_bytes([header[3], header[4]]),
        height: u16::from_be_bytes([header[1], header[2]]),
        bits: header[0],
        components: header[5],
        is_marked_as_rgb: header[5] == 3 && adobe_transform == Some(0),
    })
}

/// The file without metadata on place, person and device: EXIF and XMP (with GPS), IPTC, comments.
/// Image data, resolution and colour profile are kept byte for byte.
pub(crate) fn without_private_metadata(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for segment in segments(bytes) {
        // APP1 is EXIF or XMP, APP13 Photoshop and IPTC, FE a comment; all other APPn except JFIF, ICC and Adobe are vendors' own.
        let is_private = match segment.marker {
            0xE0 => !segment.body.starts_with(b"JFIF\0"),
            0xE2 => !segment.body.starts_with(b"ICC_PROFILE\0"),
            0xEE => !segment.body.starts_with(b"Adobe"),
            0xE1 | 0xE3..=0xED | 0xEF | 0xFE => true,
            _ => false,
        };
        if is_private {
            kept.extend_from_slice(&bytes[from..segment.start]);
            from = segment.end;
        }
    }
    // Data after the end of the image (previews, a second image, a video) do not belong to it.
    let end = end_of_image(bytes).unwrap_or(bytes.len()).max(from);
    kept.extend_from_slice(&bytes[from..end]);
    kept
}

fn is_truncated(bytes: &[u8]) -> bool {
    end_of_image(bytes).is_none()
}

/// The offset after the end marker. In entropy-coded data, FF is followed only by 00 or by a restart marker.
fn end_of_image(bytes: &[u8]) -> Option<usize> {
    let mut at = segments(bytes).last().map_or(0, |segment| segment.end);
    while at + 1 < bytes.len() {
        let ahead = bytes[at..].iter().position(|byte| *byte == 0xFF)?;
        at += ahead;
        match bytes.get(at + 1)? {
            0xD9 => return Some(at + 2),
            0x00 | 0x01 | 0xD0..=0xD8 => at += 2,
            0xFF => at += 1,
            // There are segments between the scans of a progressive image.
            _ => {
                let length = u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]);
                at += 2 + usize::from(length.max(2));
            }
        }
    }
    None
}

/// A marker segment before the first scan's data.
struct Segment<'a> {
    marker: u8,
    body: &'a [u8],
    start: usize,
    end: usize,
}

impl<'a> Segment<'a> {
    fn exif(&self) -> Option<&'a [u8]> {
        (self.marker == 0xE1).then(|| self.body.strip_prefix(b"Exif\0\0")).flatten()
    }

    /// The density in a JFIF header, dots per inch.
    fn jfif_dpi(&self) -> Option<f64> {
        let header = (self.marker == 0xE0).then(|| self.body.strip_prefix(b"JFIF\0")).flatten()?;
        let [_, _, unit, high, low, ..] = *header else { return None };
        let density = f64::from(u16::from_be_bytes([high, low]));
        match unit {
            1 => Some(density),
            2 => Some(density * 2.54),
            _ => None,
        }
    }
}

/// The segments up to and including the first start of scan.
fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 2;
    let mut is_over = !bytes.starts_with(&[0xFF, 0xD8]);
    std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        let start = at;
        while bytes.get(at) == Some(&0xFF) && bytes.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        let (0xFF, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?) else { return None };
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let end = at + 2 + length;
        let body = bytes.get(at + 4..end)?;
        is_over = marker == 0xDA;
        at = end;
        Some(Segment { marker, body, start, end })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::file_format::FileFormat;
    use crate::scan::write::{ScanRequest, WrittenScan, write_scan};
    use shelf_runtime::book::PageNumber;

    const CANARY: &[u8] = b"52.5163 N 13.3777 E";

    /// 40 × 30 px: black at the top, light grey below, and 300 dpi in its JFIF header.
    fn jpeg() -> Vec<u8> {
        let image = image::GrayImage::from_fn(40, 30, |_, y| image::Luma([if y < 16 { 0 } else { 200 }]));
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
        encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(300));
        encoder.encode_image(&image).unwrap();
        bytes
    }

    /// The same with EXIF data: an orientation, a resolution of 40 dots per centimetre, and a location.
    fn photo(orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x04\0".to_vec();
        exif.extend([0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        exif.extend([0x1A, 1, 5, 0, 1, 0, 0, 0, 62, 0, 0, 0]);
        exif.extend([0x28, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0]);
        exif.extend([0x0E, 1, 2, 0, CANARY.len() as u8, 0, 0, 0, 70, 0, 0, 0]);
        exif.extend([0; 4]);
        exif.extend([40, 0, 0, 0, 1, 0, 0, 0]);
        exif.extend(CANARY);
        let mut bytes = jpeg();
        let mut segment = vec![0xFF, 0xE1];
        segment.extend((exif.len() as u16 + 2).to_be_bytes());
        segment.extend(exif);
        bytes.splice(2..2, segment);
        bytes.extend(CANARY);
        bytes
    }

    fn written(bytes: &[u8]) -> (WrittenScan, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("photo");
        std::fs::write(&file, bytes).unwrap();
        let number = PageNumber::new(1).unwrap();
        let from = PageInFile { file, format: FileFormat::Jpeg, page: 1, dpi: 300 };
        let scan = write_scan(ScanRequest::whole(from, folder.path(), number)).unwrap();
        let written = std::fs::read(folder.path().join(&scan.image)).unwrap();
        (scan, written)
    }

    fn contains_canary(bytes: &[u8]) -> bool {
        bytes.windows(CANARY.len()).any(|window| window == CANARY)
    }

    #[test]
    fn keeps_jpeg_bytes() {
        let (scan, written) = written(&jpeg());
        assert_eq!((scan.image.as_str(), written), ("page_0001.jpg", jpeg()));
        assert!(scan.warnings.is_empty());
    }

    #[test]
    fn removes_location_and_keeps_all_other_bytes() {
        let photo = photo(1);
        assert!(contains_canary(&photo));
        let (scan, written) = written(&photo);
        assert!(!contains_canary(&written));
        assert_eq!(written, jpeg(), "all bytes but the metadata are kept");
        assert_eq!(scan.image, "page_0001.jpg");
    }

    #[test]
    fn rotates_photo_by_its_exif_orientation() {
        for (orientation, size, top_left, bottom_left) in
            [(3, (40, 30), 200, 0), (6, (30, 40), 200, 200), (8, (30, 40), 0, 0)]
        {
            let (scan, written) = written(&photo(orientation));
            assert_eq!((scan.image.as_str(), (scan.width, scan.height)), ("page_0001.png", size), "{orientation}");
            assert!(!contains_canary(&written));
            let upright = image::load_from_memory(&written).unwrap().into_luma8();
            let near = |x, y, expected: u8| upright.get_pixel(x, y).0[0].abs_diff(expected) < 20;
            assert!(near(0, 0, top_left) && near(0, size.1 - 1, bottom_left), "{orientation}");
        }
    }

    #[test]
    fn reads_resolution_in_either_exif_unit() {
        let metadata = segments(&photo(6)).find_map(|segment| segment.exif()).map(exif::Exif::read).unwrap();
        assert_eq!((metadata.orientation, metadata.dpi), (Orientation::Rotate90, Some(101.6)));
        assert_eq!(segments(&jpeg()).find_map(|segment| segment.jfif_dpi()), Some(300.0));
    }

    #[test]
    fn warns_of_truncated_jpeg() {
        let bytes = jpeg();
        assert!(!is_truncated(&bytes));
        assert!(is_truncated(&bytes[..bytes.len() - 2]));
        assert!(written(&bytes[..bytes.len() - 2]).0.warnings[0].contains("truncated"));
        assert!(decode(b"\xFF\xD8\xFF\xE0\0").is_err());
    }
}
