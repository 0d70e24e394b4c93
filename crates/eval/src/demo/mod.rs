//! The demo book: a synthetic book of sixteen pages, whose text is known exactly.

mod book;
mod pdf;
mod truth;

pub use book::{DemoBook, TITLE, book, scans};
pub use pdf::pdf;
pub use truth::{TruthError, write_truth};
