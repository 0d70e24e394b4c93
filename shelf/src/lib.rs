//! shelf turns scanned books into digital ones, page by page, through *stages*.
//!
//! A stage is a plain function; [`macro@stage`] turns it into a row of a table, and the runtime reads the table:
//!
//! ```
//! use shelf::prelude::*;
//!
//! /// A page's number, twice.
//! #[derive(Serialize, Deserialize, JsonSchema, Validate)]
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
//! `ARCHITECTURE.md` in the repository shows the way of a page through these modules.

pub mod book;
pub mod child;
mod cli;
mod clock;
pub mod demo;
pub mod doctor;
pub mod draw;
pub mod eval;
pub mod events;
/// The guide for authors of stages. Its blocks are doctests of the crate of examples, whose stages they name.
#[cfg(not(doctest))]
#[doc = include_str!("../docs/writing-a-stage.md")]
pub mod guide {}
pub mod intake;
pub mod llm;
pub mod logs;
pub mod metrics;
mod panics;
pub mod plan;
pub mod prelude;
pub mod record;
pub mod registry;
pub mod report;
pub mod run;
pub mod scaffold;
pub mod stage;
pub mod store;
pub mod testing;
pub mod verify;

#[doc(hidden)]
pub mod __private;

pub use cli::{Exit, main};
#[doc(inline)]
pub use shelf_macros::{Metric, PageMetrics, Report, stage};
