//! `shelf add`: files from outside become a book; and `shelf page`, which mends its scans.
//!
//! A book is built in a hidden folder beside the others and gets its name when it is whole; until then there is no book. What
//! opens a file is a task for a child process: `inspect` counts its pages, `spread` looks whether one of them shows an open book, `scan`
//! writes one of them, or half of it.

mod add;
mod converted;
mod error;
mod exif;
mod gather;
mod inspect;
mod jpeg;
mod kind;
mod mend;
mod note;
mod opened;
mod order;
mod pdf;
mod plan;
mod png_file;
mod raster;
mod records;
mod request;
mod resolution;
mod room;
mod scan;
mod source;
mod spread;
mod staging;
#[cfg(test)]
mod tests;
mod text_height;
mod tiff;
mod title;

pub use add::{Added, Note, Progress, add};
pub use error::AddError;
pub use mend::{Change, MendError, Mended, Turn, mend};
pub use note::note;
pub(crate) use order::natural;
pub use request::{AddRequest, DPI_RANGE, each};
pub use spread::Spreads;
