//! Turns the pages of a book into files that others read: EPUB, searchable PDF, Markdown, hOCR, ALTO and more.
//!
//! An [`ExportBook`] gives access to what is stored of a book; a [`Format`] writes it into an [`Output`], which puts the files into place
//! when they are complete.

mod book;
mod catalogue;
mod document;
mod epub;
mod error;
mod figure;
mod format;
mod json;
mod markdown;
mod output;
pub mod page_layout;
pub mod pdf;
pub mod placed_words;
mod scanned_page;
mod tei;
mod template;
mod txt;
mod xml;

pub use book::{ExportBook, MissingPage};
pub use document::{Block, BlockContent, Blocks, Document, DocumentMetadata, Inline};
pub use error::ExportError;
pub use format::{ExportOptions, Format, formats, template};
pub use json::document_schema;
pub use output::Output;
