use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use super::Task;
use super::pool::Pool;
use crate::failure::Failure;

/// The child processes of a program: a handle, cheap to clone. Children start when they are needed and are kept for many pages.
/// They end when the last handle is dropped, or when this process ends in whatever way.
#[derive(Clone)]
pub struct Children {
    place: Arc<Place>,
}

enum Place {
    InProcess,
    Pool(Pool),
}

/// How children are started and what they may use.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildSettings {
    /// The binary; it runs [`serve`](super::serve) when given `arguments`.
    pub program: PathBuf,
    /// The hidden subcommand.
    pub arguments: Vec<OsString>,
    /// Children at a time, at least 1.
    pub count: usize,
    /// Address space that a child may use, bytes. No page gets more, however large it is; an ordinary one gets half of it.
    pub memory_limit_bytes: u64,
    /// Time that a page of up to 25 million pixels may take; larger ones get more, in proportion.
    pub time_limit: Duration,
}

/// What one call may use beyond the ordinary: grows with the pixels of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Allowance {
    /// Pixels of the scan; 0 where they are not known.
    pub pixels: u64,
    /// Time that the call may take, however large the scan; [`ChildSettings::time_limit`] where nothing is said.
    pub time_limit: Option<Duration>,
}

impl Allowance {
    /// What a scan of so many pixels may use.
    #[must_use]
    pub fn pixels(pixels: u64) -> Self {
        Self { pixels, time_limit: None }
    }
}

impl Children {
    /// Children of these settings. None is started before a call needs one.
    #[must_use]
    pub fn start(settings: ChildSettings) -> Self {
        Self { place: Arc::new(Place::Pool(Pool::new(settings))) }
    }

    /// No children: every task runs in this process, unprotected.
    #[must_use]
    pub fn in_process() -> Self {
        Self { place: Arc::new(Place::InProcess) }
    }

    /// Whether tasks run in this process.
    pub(crate) fn are_here(&self) -> bool {
        matches!(*self.place, Place::InProcess)
    }

    /// Runs `task` in a child: blocks until one is free and has answered, for [`ChildSettings::time_limit`] from then on and
    /// longer for large scans. A child that takes longer is killed; one that dies is replaced at the next call.
    ///
    /// # Errors
    /// What the task returns; or that the child died ([`Cause::Crash`](crate::failure::Cause::Crash)), ran out of memory
    /// ([`Cause::Memory`](crate::failure::Cause::Memory)) or out of time ([`Cause::Timeout`](crate::failure::Cause::Timeout)).
    pub fn call<In, Out>(&self, task: &Task<In, Out>, input: In, allowance: Allowance) -> Result<Out, Failure>
    where
        In: Serialize + DeserializeOwned,
        Out: Serialize + DeserializeOwned,
    {
        match &*self.place {
            Place::InProcess => task.run_here(input),
            Place::Pool(pool) => {
                let serialised = rmp_serde::to_vec_named(&input)?;
                drop(input);
                let output = pool.call(task.name(), task.shown(), serialised, allowance)?;
                Ok(rmp_serde::from_slice(&output)?)
            }
        }
    }
}
