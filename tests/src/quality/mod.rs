//! How good shelf's texts and labels are, on real scans with known text and on the drawn book: the numbers of `docs/quality.md`.

mod altered_scans;
mod books;
mod conservation;
mod degraded_drawings;
mod measure;
mod put_in;
mod structure;

pub use altered_scans::altered_scans;
pub use books::books;
pub use degraded_drawings::degraded_drawings;
pub use measure::{Measure, Target, Unit, table};
