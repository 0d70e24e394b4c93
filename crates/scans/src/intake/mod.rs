//! `shelf add`: files from outside become a book.
//!
//! A book is built in a hidden folder beside the others and gets its name when it is whole; until then there is no book. What
//! opens a file is a task for a worker process: `inspect` counts its pages, `spread` looks whether one of them shows an open book, `scan`
//! writes one of them, or half of it.

pub(crate) mod add;
pub(crate) mod converted;
pub(crate) mod error;
pub(crate) mod exif;
pub(crate) mod gather;
pub(crate) mod inspect;
pub(crate) mod jpeg;
pub(crate) mod kind;
pub(crate) mod note;
pub(crate) mod opened;
pub(crate) mod order;
pub(crate) mod pdf;
pub(crate) mod plan;
pub(crate) mod png_file;
pub(crate) mod raster;
pub(crate) mod records;
pub(crate) mod request;
pub(crate) mod resolution;
pub(crate) mod room;
pub(crate) mod scan;
pub(crate) mod source;
pub(crate) mod spread;
pub(crate) mod staging;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod text_height;
pub(crate) mod tiff;
pub(crate) mod title;

pub use add::{Added, Note, Progress, add};
pub use error::AddError;
pub use note::note;
pub use order::natural;
pub use request::{AddRequest, DPI_RANGE, Each, each};
pub use spread::Spreads;
