//! The layout of pages as libraries exchange it: [hOCR](hocr), [ALTO](alto) and [PAGE XML](page_xml), and [METS](mets), which holds the files
//! of a book together.

pub mod alto;
mod division;
mod format;
pub mod hocr;
pub mod mets;
mod page;
pub mod page_xml;
#[cfg(test)]
mod tests;
mod xml;

pub use division::MetsDivision;
pub(crate) use format::{ALTO, HOCR, METS, PAGE};
pub use page::{LayoutBook, LayoutPage};
