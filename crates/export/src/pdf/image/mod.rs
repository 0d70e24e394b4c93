//! Scans as images of a PDF: the bytes of the file where PDF can read them, and otherwise the same pixels.

mod compact;
mod decoded;
mod group4;
mod jpeg;
mod jpeg2000;
mod png;
mod scan_image;
mod tiff;

pub(super) use compact::{InkLayers, Layers, compacted};
pub use scan_image::ImageError;
pub(super) use scan_image::{Colour, Compression, ScanImage, compress};
