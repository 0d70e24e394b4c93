//! Mending by rules: deterministic and free. What is changed is explained in the notes of its paragraph.

mod broken;
mod correction;
mod draft;
mod hyphens;
mod legibility;
mod marks;
mod mend;
mod specks;
mod words;

pub(super) use correction::notes_of;
pub use correction::{Correction, Kind};
pub use hyphens::word_across_pages;
pub use legibility::Legibility;
pub use mend::{Mended, mend};
