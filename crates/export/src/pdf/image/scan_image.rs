use std::borrow::Cow;
use std::io::Write;

use flate2::Compression as Level;
use flate2::write::ZlibEncoder;
use shelf_pages::PageDimensions;

use super::{decoded, jpeg, jpeg2000, png, tiff};

/// An image as it is stored in a PDF.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pdf) struct ScanImage<'s> {
    pub(in crate::pdf) width: u32,
    pub(in crate::pdf) height: u32,
    pub(in crate::pdf) bits: u8,
    pub(in crate::pdf) colour: Colour,
    /// Whether the greatest sample means black, or no ink in CMYK as in files by Adobe's programs.
    pub(in crate::pdf) is_inverted: bool,
    pub(in crate::pdf) compression: Compression,
    /// The colour profile that the file contains, if it fits the image.
    pub(in crate::pdf) profile: Option<Vec<u8>>,
    pub(in crate::pdf) data: Cow<'s, [u8]>,
}

/// The colours of an image's samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pdf) enum Colour {
    Grey,
    Rgb,
    Cmyk,
    /// Numbers of colours in a table of RGB values.
    Indexed(Vec<u8>),
    /// Those that the image itself declares (JPEG 2000 with a table of colours).
    Own,
}

/// How an image's samples are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pdf) enum Compression {
    Jpeg {
        /// Whether the three components are RGB, not YCbCr, although no marker says so.
        is_rgb: bool,
    },
    Jpeg2000,
    /// CCITT Group 4, for one bit.
    Group4,
    /// Deflate, and the filters of PNG.
    Png,
}

/// Why a scan cannot be put in a PDF.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file is damaged, or has no pixels.
    #[error("damaged {format}: {problem}")]
    Damaged {
        /// The format.
        format: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The file is in a format, or a variant of one, that PDF does not have.
    #[error("{what} cannot be put in a PDF")]
    Unsupported {
        /// What the file has.
        what: String,
    },
    /// The image is too large to be decoded.
    #[error("the image has {width} × {height} px: expected at most 400 megapixels")]
    TooLarge {
        /// Width, px.
        width: u32,
        /// Height, px.
        height: u32,
    },
}

impl Colour {
    /// Samples for each pixel.
    pub(in crate::pdf) fn components(&self) -> u8 {
        match self {
            Self::Grey | Self::Indexed(_) => 1,
            Self::Rgb | Self::Own => 3,
            Self::Cmyk => 4,
        }
    }
}

impl<'s> ScanImage<'s> {
    /// The image in a file. JPEG and JPEG 2000 are kept byte for byte, PNG as far as PDF can read it, and TIFF in CCITT Group 4; all else becomes the
    /// same pixels, compressed without loss.
    pub(in crate::pdf) fn read(file: &'s [u8]) -> Result<Self, ImageError> {
        match file {
            [0xFF, 0xD8, 0xFF, ..] => jpeg::read(file),
            [0x89, b'P', b'N', b'G', ..] => match png::read(file)? {
                Some(image) => Ok(image),
                None => decoded::read(file),
            },
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => match tiff::read(file) {
                Some(image) => Ok(image),
                None => decoded::read(file),
            },
            [0, 0, 0, 0x0C, b'j', b'P', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => jpeg2000::read(file),
            _ => decoded::read(file),
        }
    }

    pub(in crate::pdf) fn dimensions(&self) -> PageDimensions {
        PageDimensions { width: self.width, height: self.height }
    }
}

/// Compresses bytes that PDF readers expand by `FlateDecode`.
pub(in crate::pdf) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Level::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes all that is written")
}

pub(super) fn damaged(format: &'static str, problem: impl Into<String>) -> ImageError {
    ImageError::Damaged { format, problem: problem.into() }
}

pub(super) fn big_endian(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let number = bytes.get(at..at.checked_add(count)?)?;
    Some(number.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}
