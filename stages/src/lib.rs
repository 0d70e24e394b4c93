//! The built-in stages of shelf: a scanned page is read (`ocr`), what was misread is mended (`corrected`), its blocks are told apart
//! (`labels`) by what is known of the whole book (`pagination`), and all of it is put together (`merged`).
//!
//! A stage of one's own builds on these by naming them: `deps = [stages::ocr::ocr]` and a parameter `ocr: stages::ocr::OcrPage`.

pub mod catalogue;
pub mod corrected;
pub mod labels;
pub mod merged;
pub mod ocr;
pub mod page_layout;
pub mod pagination;
mod rounding;
pub mod vision;
pub mod vocabulary;

/// Bounding boxes, as in the page formats.
pub mod bbox {
    pub use shelf_pages::Bbox;
}
