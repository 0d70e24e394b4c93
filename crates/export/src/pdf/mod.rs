//! Searchable PDFs, PDF/A-2b (ISO 19005-2): each page is its scan as it is, below invisible text on the boxes of its words.
//!
//! Objects are written to the file as they are made (`object_file`), so memory does not grow with the book: only the positions of objects are kept.

mod document;
mod font;
mod format;
mod image;
mod notice;
mod object_file;
mod outline;
mod page_geometry;
mod page_labels;
mod profiles;
mod tags;
#[cfg(test)]
mod tests;
mod text_layer;
mod xmp;

pub use document::{PdfDocument, PdfError, PdfImages, PdfInfo, PdfPage};
pub(crate) use format::PDF;
pub use image::ImageError;
pub use outline::OutlineItem;
