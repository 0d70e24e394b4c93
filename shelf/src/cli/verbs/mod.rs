//! A verb a file: its arguments, and what it does.

mod add;
mod clean;
mod completions;
mod config;
mod delete;
mod demo;
mod doctor;
mod list;
mod plan;
mod process;
mod report;
mod show;
mod stages;
mod stats;
mod status;
mod verify;

pub(super) use add::{Add, add};
pub(super) use clean::{Clean, clean};
pub(super) use completions::{Completions, completions};
pub(super) use config::{Config, config};
pub(super) use delete::{Delete, delete};
pub(super) use demo::{Demo, demo};
pub(super) use doctor::{Doctor, doctor};
pub(super) use list::{List, list};
pub(super) use plan::{Plan, plan};
pub(super) use process::{Process, process};
pub(super) use report::{Report, report};
pub(super) use show::{Show, show};
pub(super) use stages::{Stages, stages};
pub(super) use stats::{Stats, stats};
pub(super) use status::{Status, status};
pub(super) use verify::{Verify, verify};
