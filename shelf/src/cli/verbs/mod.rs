//! A verb a file: its arguments, and what it does.

mod add;
mod clean;
mod completions;
mod delete;
mod demo;
mod doctor;
mod explain;
mod list;
mod new_stage;
mod plan;
mod process;
mod report;
mod show;
mod stages;
mod stats;
mod status;
mod try_page;
mod verify;

pub(super) use add::{Add, add};
pub(super) use clean::{Clean, clean};
pub(super) use completions::{Completions, completions};
pub(super) use delete::{Delete, delete};
pub(super) use demo::{Demo, demo};
pub(super) use doctor::{Doctor, doctor};
pub(super) use list::{List, list};
pub(super) use new_stage::{NewStage, new_stage};
pub(super) use plan::{Plan, plan};
pub(super) use process::{Process, process};
pub(super) use report::{Report, report};
pub(super) use show::{Show, show};
pub(super) use stages::{Stages, stages};
pub(super) use stats::{Stats, stats};
pub(super) use status::{Status, status};
pub(super) use try_page::{Try, try_page};
pub(super) use verify::{Verify, verify};
