//! Processes books on several machines: [Temporal](https://temporal.io) hands the work out, and the files in the library stay the only facts.
//!
//! Linking this crate adds the verbs `worker`, `submit`, `jobs`, `cancel`, `pause` and `resume` to the command line:
//!
//! ```no_run
//! use shelf_temporal as _; // and the crates with your stages
//!
//! fn main() -> std::process::ExitCode {
//!     shelf::main()
//! }
//! ```
//!
//! A *job* is a workflow: one book with one configuration. It consists of *parts*: the stages of one phase on the pages of one shard. A part is
//! an activity, which does what `shelf process --shard` does. `docs/clusters.md` says how to start, and what is lost when what dies.
//!
//! Each module may use only those above it:
//!
//! | module | purpose |
//! | --- | --- |
//! | `library_id` | tells libraries apart, wherever they are mounted |
//! | `job` | what a job consists of: the input and the result of the workflow |
//! | `stage_table` | tells whether two programs have the same stages and options |
//! | `part` | does a part |
//! | `activities`, `workflow` | parts and jobs, as Temporal calls them |
//! | `connection` | the server |
//! | `worker`, `health` | takes parts and does them |
//! | `submit`, `jobs`, `control` | starts, lists and stops jobs |
//!
//! The crate is a workspace of its own, since CI builds, checks and documents the repository's with `--workspace`, which takes members outside
//! of `default-members` too.

pub mod activities;
mod connection;
mod control;
mod health;
pub mod job;
mod jobs;
mod library_id;
pub mod part;
pub mod stage_table;
mod submit;
mod worker;
pub mod workflow;

pub use library_id::library_id;

shelf::verb!(shelf::extension::Verb::new("worker", worker::command, worker::run));
shelf::verb!(shelf::extension::Verb::new("submit", submit::command, submit::run).processing());
shelf::verb!(shelf::extension::Verb::new("jobs", jobs::command, jobs::run));
shelf::verb!(shelf::extension::Verb::new("cancel", control::cancel_command, control::cancel));
shelf::verb!(shelf::extension::Verb::new("pause", control::pause_command, control::pause));
shelf::verb!(shelf::extension::Verb::new("resume", control::resume_command, control::resume));
