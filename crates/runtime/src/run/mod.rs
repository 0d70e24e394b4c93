//! Carries out a plan: page by page across stages, with bounded concurrency, and counts how every page ended.

mod dry_run;
mod executor;
mod failures;
mod finish;
mod hooks;
mod isolated;
mod job_state;
mod page_attempt;
mod process;
mod queues;
mod scheduler;
mod stage_progress;
mod stop;
mod summary;
mod try_page;

pub use dry_run::DryRun;
pub use process::{ProcessError, Runtime, begin_redo, process, process_inspected};
pub use scheduler::Settings;
pub use stop::{Stop, Stopped};
pub use summary::{Outcome, StageSummary, Summary};
pub use try_page::{Stored, Tried, TriedFile, TriedPage, TryError, try_page};
