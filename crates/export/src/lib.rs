//! Turns the pages of a book into files that others read: EPUB, searchable PDF, Markdown, hOCR, ALTO and more.

pub mod pdf;
pub mod placed_words;
