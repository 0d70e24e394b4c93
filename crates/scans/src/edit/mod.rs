//! `shelf page`: mends the scans of a book that is there already. A better scan takes the place of a page's, a missing leaf is put in, a
//! page that was scanned twice is taken out, one that lies on its side is turned.
//!
//! The mended book is built in a hidden folder, of links to the files that stay as they are, and changes places with the old
//! one in a single step: a book is never half renumbered. Where numbers move, the records move with them ([`pages`]), so that
//! no page is made again for its number alone.

mod book;
mod error;
mod numbering;
mod pages;

pub use book::{Mended, mend};
pub use error::MendError;
pub use numbering::Change;

pub use crate::turn::Turn;
