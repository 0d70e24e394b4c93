//! How well the guard of `corrected` tells bad replies of a model from right corrections: the table in `docs/language-models.md`.

mod bad_replies;
mod measure;
mod pages;
mod words;

pub use bad_replies::Kind;
pub use measure::{Counts, Measured, document, measure};
pub use pages::{ReadPage, draw_bad_scans, read_pages};

/// The seed of the replies and drawn pages that are measured. The guard was tuned on others.
pub const TEST_SEED: u64 = 2;
/// Drawn pages that are measured.
pub const DRAWN_PAGES: usize = 6;
