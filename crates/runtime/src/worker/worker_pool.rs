use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use super::process_pool::ProcessPool;
use super::{Confinement, Task};
use crate::failure::Failure;

/// The worker processes of a program: a handle that is cheap to clone. Workers start when they are needed and are kept for many pages.
/// They end when the last handle is dropped, or when this process ends in whatever way.
#[derive(Clone)]
pub struct WorkerPool {
    mode: Arc<Mode>,
}

enum Mode {
    InProcess,
    Processes(Box<ProcessPool>),
}

/// How worker processes are started, and their limits.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerSettings {
    /// The binary; it runs [`serve`](super::serve) when given `arguments`.
    pub program: PathBuf,
    /// The hidden subcommand.
    pub arguments: Vec<OsString>,
    /// Number of workers, at least 1.
    pub count: usize,
    /// Address space of a worker, bytes: the maximum for any page. A page of ordinary size gets half of it.
    pub memory_limit_bytes: u64,
    /// What a worker may do; `None` to let it do everything.
    pub confinement: Option<Confinement>,
    /// Environment variables that no worker gets, such as keys.
    pub withheld: Vec<String>,
    /// Time that a page of up to 25 million pixels may take; larger ones get more, in proportion.
    pub time_limit: Duration,
}

impl WorkerSettings {
    /// The defaults for workers that run `program` with `arguments`: one per core, with 1400 MiB and 60 s each, as the command line has them.
    #[must_use]
    pub fn new(program: PathBuf, arguments: impl IntoIterator<Item = OsString>) -> Self {
        Self {
            program,
            arguments: arguments.into_iter().collect(),
            count: std::thread::available_parallelism().map_or(1, usize::from),
            memory_limit_bytes: 1400 << 20,
            confinement: None,
            withheld: Vec::new(),
            time_limit: Duration::from_mins(1),
        }
    }
}

/// How much more than usual one call may use: it grows with the pixels of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Allowance {
    /// Pixels of the scan; 0 if unknown.
    pub pixels: u64,
    /// Time limit of the call, however large the scan; the default is [`WorkerSettings::time_limit`].
    pub time_limit: Option<Duration>,
}

impl Allowance {
    /// The allowance for a scan of this many pixels.
    #[must_use]
    pub fn pixels(pixels: u64) -> Self {
        Self { pixels, time_limit: None }
    }
}

impl WorkerPool {
    /// A pool with these settings. A worker starts when a call first needs one.
    #[must_use]
    pub fn start(settings: WorkerSettings) -> Self {
        Self { mode: Arc::new(Mode::Processes(Box::new(ProcessPool::new(settings)))) }
    }

    /// A pool without processes: every task runs in this process, unprotected.
    #[must_use]
    pub fn in_process() -> Self {
        Self { mode: Arc::new(Mode::InProcess) }
    }

    /// A pool with the same settings whose confined workers may read only `folder` where these may read `root`, and write nothing.
    pub(crate) fn narrowed(&self, root: &Path, folder: &Path) -> Self {
        match &*self.mode {
            Mode::Processes(pool) => match &pool.settings().confinement {
                Some(confinement) => {
                    let confinement = Some(confinement.narrowed(root, folder));
                    Self::start(WorkerSettings { confinement, ..pool.settings().clone() })
                }
                None => self.clone(),
            },
            Mode::InProcess => self.clone(),
        }
    }

    /// Returns whether tasks run in this process.
    pub(crate) fn is_in_process(&self) -> bool {
        matches!(*self.mode, Mode::InProcess)
    }

    /// Runs `task` in a worker: blocks until one is free and has answered, for [`WorkerSettings::time_limit`] from then on and
    /// longer for large scans. A worker that takes longer is killed; one that dies is replaced at the next call.
    ///
    /// # Errors
    /// What the task returns; or that the worker died ([`Cause::Crash`](crate::failure::Cause::Crash)), ran out of memory
    /// ([`Cause::Memory`](crate::failure::Cause::Memory)) or out of time ([`Cause::Timeout`](crate::failure::Cause::Timeout)).
    pub fn call<In, Out>(&self, task: &Task<In, Out>, input: In, allowance: Allowance) -> Result<Out, Failure>
    where
        In: Serialize + DeserializeOwned,
        Out: Serialize + DeserializeOwned,
    {
        match &*self.mode {
            Mode::InProcess => task.run_here(input),
            Mode::Processes(pool) => {
                let serialised = rmp_serde::to_vec_named(&input)?;
                drop(input);
                let output = pool.call(task.request(), serialised, allowance)?;
                Ok(rmp_serde::from_slice(&output)?)
            }
        }
    }
}
