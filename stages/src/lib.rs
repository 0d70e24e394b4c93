//! The built-in stages of shelf: the text of a scanned page is recognised (`ocr`), read by a vision model if that is wanted (`transcribed`), and
//! corrected (`corrected`, with the `vocabulary` of the book). Its blocks are labelled (`labels`, with the `pagination` of the book), the results
//! are merged (`merged`), and `structure` puts the book together. `catalogue` finds the title, author and other metadata.
//!
//! Your own stage builds on these by naming them: `deps = [stages::ocr::ocr]` and a parameter `ocr: stages::ocr::OcrPage`.

#[cfg(feature = "llm")]
mod alignment;
#[cfg(feature = "llm")]
mod bracketed;
#[cfg(feature = "llm")]
pub mod catalogue;
#[cfg(feature = "llm")]
pub mod corrected;
mod installed_file;
#[cfg(feature = "llm")]
pub mod labels;
#[cfg(feature = "llm")]
pub mod merged;
pub mod ocr;
pub mod page_layout;
pub mod pagination;
mod rounding;
#[cfg(feature = "llm")]
pub mod structure;
#[cfg(feature = "llm")]
pub mod transcribed;
#[cfg(feature = "llm")]
pub mod vision;
pub mod vocabulary;

/// Bounding boxes, as in the page formats.
pub mod bbox {
    pub use shelf_pages::Bbox;
}
