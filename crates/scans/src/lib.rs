//! The scans of a book: files from outside become scans ([`intake`]), scans of a book are replaced, inserted, removed or rotated ([`edit`]), and a
//! stage gets the scan of its page ([`PageImage`]).

pub mod edit;
pub mod intake;
mod page_image;
mod turn;

pub use page_image::{PageImage, ScanFile};
pub use turn::Turn;
