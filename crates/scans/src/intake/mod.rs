//! `shelf add`: external files become a book.
//!
//! A book is built in a hidden folder beside the others and gets its name when it is complete; until then there is no book. Files are opened only
//! in worker processes: one task counts the pages of a file, one searches an image for the gutter of a spread, one writes a page.

mod add;
mod archive;
#[cfg(test)]
mod archive_tests;
mod discover;
mod error;
mod estimates;
mod find_record;
mod find_spreads;
mod free_space;
mod originals;
mod progress;
mod request;
#[cfg(test)]
mod spread_tests;
#[cfg(test)]
mod tests;
mod title;
mod warning;

pub use crate::spread::Spreads;
pub use add::{Added, add};
pub use error::AddError;
pub use progress::Progress;
pub use request::{AddRequest, DPI_RANGE, FolderOfBooks, books_in};
pub use warning::Warning;
