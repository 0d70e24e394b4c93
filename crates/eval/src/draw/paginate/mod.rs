//! Splits a document into pages.

mod headings;
mod insertions;
mod pages;

pub(super) use pages::paginate;
