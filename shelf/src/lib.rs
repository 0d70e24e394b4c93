//! shelf turns scanned books into digital ones, page by page, through *stages*.
//!
//! A stage is a plain function; [`macro@stage`] turns it into a row of a table, and the runtime reads the table:
//!
//! ```
//! use shelf::prelude::*;
//!
//! /// A page's number, twice.
//! #[page]
//! pub struct Doubled {
//!     #[garde(range(min = 2))]
//!     pub twice: u32,
//! }
//!
//! /// Doubles the number of every page.
//! #[stage(name = "doubled", parallelism = cpu)]
//! pub fn doubled(page: PageNumber) -> Result<Doubled> {
//!     Ok(Doubled { twice: page.get() * 2 })
//! }
//! # fn main() { assert_eq!(<doubled as shelf::__private::Stage>::ROW.name, "doubled"); }
//! ```
//!
//! This crate is what the author of a stage uses. It re-exports the crates that do the work; `ARCHITECTURE.md` in the repository shows them.

/// The guide for authors of stages. Its blocks are doctests of the crate of examples, whose stages they name.
#[cfg(not(doctest))]
#[doc = include_str!("../docs/writing-a-stage.md")]
pub mod guide {}
#[cfg(feature = "eval")]
pub mod eval;
pub mod library;
pub mod prelude;
pub mod stage;
pub mod testing;

#[doc(inline)]
pub use shelf_macros::{Metric, PageMetrics, Report, page, stage};
#[doc(inline)]
pub use shelf_pages as pages;
#[doc(hidden)]
pub use shelf_runtime::__private;
#[doc(inline)]
pub use shelf_runtime::{
    book, clock, doctor, events, inspect, logs, metrics, plan, preflight, provide, record, registry, report, run,
    store, verify, worker,
};
pub use shelf_runtime::{doctor_check, language_check};

#[cfg(feature = "cli")]
#[doc(inline)]
pub use shelf_cli::{Exit, extension, main, scaffold, verb};
#[cfg(feature = "eval")]
#[doc(inline)]
pub use shelf_eval::{demo, draw};
#[cfg(feature = "llm")]
#[doc(inline)]
pub use shelf_llm as llm;
#[cfg(feature = "scans")]
#[doc(inline)]
pub use shelf_scans::{edit, existing_text, intake};
