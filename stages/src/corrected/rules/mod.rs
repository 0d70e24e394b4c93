//! Mending by rules: deterministic and free. What is changed is explained in the notes of its paragraph.

mod broken;
mod correct;
mod correction;
mod draft;
mod hyphens;
mod legibility;
mod marks;
mod specks;
mod words;

pub use correct::{Mended, mend};
pub(super) use correction::notes_of;
pub use correction::{Correction, Kind};
pub use hyphens::word_across_pages;
pub use legibility::Legibility;
