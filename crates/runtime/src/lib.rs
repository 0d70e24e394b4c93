//! Takes the pages of a book through stages: what a stage is, what is to be done, doing it, and what is stored of it.
//!
//! The runtime knows no model, no image format and no stage by name. What a stage takes beside other stages' pages comes from crates
//! above this one: see [`provide`].
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
pub use shelf_macros::{Metric, PageMetrics, Report, stage};
