//! The demo book: a little essay of ten pages, written for shelf and drawn by it, so that its text is known to the letter.

mod manuscript;

pub use manuscript::{DemoBook, book, scans};
