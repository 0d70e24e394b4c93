use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use super::Task;
use crate::stage::Failure;

/// The child processes of a program: a handle, cheap to clone. Children start when they are needed and are kept for many pages.
#[derive(Clone)]
pub struct Children {
    place: Arc<Place>,
}

enum Place {
    InProcess,
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
    /// Address space that a child may use, bytes. No page gets more, however large it is.
    pub memory_limit_bytes: u64,
    /// Time that a page of ordinary size may take; larger ones get more.
    pub time_limit: Duration,
}

/// What one call may use beyond the ordinary: grows with the pixels of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Allowance {
    /// Pixels of the scan; 0 where they are not known.
    pub pixels: u64,
}

impl Allowance {
    /// What a scan of so many pixels may use.
    #[must_use]
    pub fn pixels(pixels: u64) -> Self {
        Self { pixels }
    }
}

impl Children {
    /// No children: every task runs in this process, unprotected.
    #[must_use]
    pub fn in_process() -> Self {
        Self { place: Arc::new(Place::InProcess) }
    }

    /// Runs `task` in a child and waits for it.
    ///
    /// # Errors
    /// What the task returns; or that the child died, ran out of memory or out of time.
    pub fn call<In, Out>(&self, task: &Task<In, Out>, input: In, _allowance: Allowance) -> Result<Out, Failure>
    where
        In: Serialize + DeserializeOwned,
        Out: Serialize + DeserializeOwned,
    {
        match &*self.place {
            Place::InProcess => task.run_here(input),
        }
    }
}
