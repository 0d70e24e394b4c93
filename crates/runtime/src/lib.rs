//! Takes the pages of a book through stages: what a stage is, planning, running, and what is stored.
//!
//! The runtime knows no model, image format or stage by name. Crates above it provide what stages take besides other stages'
//! pages: see [`provide`].
//!
//! Modules from the bottom up: `failure`, `book`, `store`, `page`, `metrics`, `record`, `worker`, `events`, `stage`, `registry`, `inspect`, `preflight`, `plan`,
//! `report`, `run`, `verify`. Stage authors use them through the crate `shelf`.

pub mod book;
pub mod clock;
pub mod doctor;
pub mod events;
pub mod failure;
pub mod inspect;
pub mod logs;
pub mod metrics;
pub mod page;
mod panics;
pub mod plan;
pub mod preflight;
pub mod provide;
pub mod record;
pub mod registry;
pub mod report;
pub mod run;
pub mod stage;
pub mod store;
pub mod testing;
pub mod usd;
pub mod verify;
pub mod worker;

#[doc(hidden)]
pub mod __private;

#[doc(inline)]
pub use shelf_macros::{Metric, PageMetrics, Report, page, stage};
