//! The built-in stages of shelf: a scanned page is read (`ocr`), and what was misread is mended
//! (`corrected`).
//!
//! A stage of one's own builds on these by naming them: `deps = [stages::ocr::ocr]` and a parameter `ocr: stages::ocr::OcrPage`.

pub mod bbox;
pub mod corrected;
pub mod ocr;
