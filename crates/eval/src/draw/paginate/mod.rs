//! Splits a document into pages.

mod headings;
mod pages;

pub(super) use pages::paginate;
