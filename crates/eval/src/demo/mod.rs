//! The demo book: a little essay of ten pages, written for shelf and drawn by it, so that its text is known to the letter.

mod book;
mod pdf;
mod truth;

pub use book::{DemoBook, TITLE, book, scans};
pub use pdf::pdf;
pub use truth::{TruthError, write_truth};
