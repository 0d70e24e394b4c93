//! How often words are right that `ocr` gives a probability: the table in `docs/confidence.md`.

mod curve;
mod samples;

pub use curve::{document, fitted, reliability};
pub use samples::{BadScan, PageSet, WordSample, read_bad_scans, read_words};
