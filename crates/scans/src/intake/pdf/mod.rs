//! Pages of PDFs: a page that is one scan is taken out as it is, any other is drawn.

mod colour;
mod content;
mod document;
mod drawn;
mod geometry;
mod page;
mod picture;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod written;

pub(super) use document::inspect;
pub(super) use page::open_page;
