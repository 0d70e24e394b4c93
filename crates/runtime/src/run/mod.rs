//! Carries out a plan: page by page across stages, in bounded flight, and counts how every page ended.

mod attempt;
mod dry_run;
mod finish;
mod hooks;
mod isolated;
mod lanes;
mod make;
mod policy;
mod process;
mod scheduler;
mod stop;
mod summary;

pub use attempt::{Stored, Tried, TriedFile, TriedPage, TryError, try_page};
pub use dry_run::DryRun;
pub use process::{ProcessError, Runtime, process};
pub use scheduler::{Settings, run};
pub use stop::{Stop, Stopped};
pub use summary::{Outcome, StageSummary, Summary};
