//! The layout of pages as libraries exchange it: [hOCR](hocr) and [ALTO](alto), and [METS](mets), which holds the files of a book together.

pub mod alto;
pub mod hocr;
pub mod mets;
mod page;
#[cfg(test)]
mod tests;
mod xml;

pub use page::{LayoutBook, LayoutPage};
