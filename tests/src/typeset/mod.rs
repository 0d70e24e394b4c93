//! Books that TeX typesets, in many typefaces and styles, of which every line is known: what `docs/typeset-books.md` measures shelf on.
//!
//! The truth comes from TeX itself: `recorder.lua` writes down the lines of every page with their kinds. Books for tuning and books for testing
//! have other seeds, other typefaces and other texts.

mod book;
mod characters;
mod document;
mod excerpts;
mod kind;
mod labels;
mod manuscript;
mod measure;
mod reading;
mod structure;
mod style;
mod words;

pub use book::{BOOKS, TypesetBook};
pub use document::{document, fell};
pub use kind::{Kind, PageTruth, TrueLine};
pub use measure::{Found, Measured, read_and_measure};
