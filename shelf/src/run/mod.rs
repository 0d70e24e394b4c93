//! Carries out a plan: page by page across stages, in bounded flight, and counts how every page ended.

mod attempt;
mod finish;
mod hooks;
mod isolated;
mod lanes;
mod make;
mod policy;
mod process;
mod rehearse;
mod scheduler;
mod stop;
mod summary;

pub use attempt::{Stored, Tried, TriedFile, TriedPage, TryError, try_page};
pub use process::{ProcessError, Runtime, process};
pub use rehearse::rehearse;
pub use scheduler::{Settings, run};
pub use stop::{Stop, Stopped};
pub use summary::{Outcome, StageSummary, Summary};
