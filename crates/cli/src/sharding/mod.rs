//! Several processes that share the work: `process --shard`, and scripts that start them.

mod args;
mod kubernetes;
mod script;
mod shell;
mod slurm;
mod waiting;

pub(super) use args::{DivideBy, ShardArgs};
pub(super) use kubernetes::Kubernetes;
pub(super) use script::{Script, quoted};
pub(super) use shell::Local;
pub(super) use slurm::Slurm;
pub(super) use waiting::{hint, waiting};
