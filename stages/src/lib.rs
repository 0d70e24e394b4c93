//! The built-in stages of shelf: a scanned page is read (`ocr`).
//!
//! A stage of one's own builds on these by naming them: `deps = [stages::ocr::ocr]` and a parameter `ocr: stages::ocr::OcrPage`.

pub mod bbox;
pub mod engine;
pub mod ocr;
