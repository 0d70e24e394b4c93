//! What crosses the crates of shelf: macro diagnostics, whole books, the command line, faults.

pub mod architecture;
pub mod authoring;
pub mod command_line;
mod compiler;
pub mod embedding;
pub mod exports;
pub mod faults;
pub mod florida;
pub mod hostile;
pub mod isolated;
pub mod llm;
pub mod llm_faults;
pub mod llm_spending;
pub mod new_stage;
pub mod outside;
pub mod page_editing;
pub mod page_reads;
pub mod page_round_trip;
pub mod parts;
pub mod policy;
pub mod public_api;
pub mod quality;
#[path = "../../ui/reading.rs"]
pub mod reading;
pub mod readme;
pub mod registry_faults;
pub mod report;
pub mod resources;
pub mod scheduling;
pub mod selectors;
pub mod spreads;
pub mod testing_kit;
pub mod ui;
pub mod upgrades;
pub mod worker_pool;
