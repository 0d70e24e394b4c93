use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Tells a run to start nothing more: by a signal, or when its time is up.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

/// Why a run stopped with work left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was interrupted.
    Interrupted,
    /// Its time was up.
    TimeUp,
    /// No room is left on the disk.
    DiskFull,
    /// The budget for language models is used up.
    BudgetUsedUp,
    /// A provider, such as a language model, has become unavailable: see [`Summary::abort`](super::Summary::abort).
    Aborted,
}

impl Stop {
    /// A stop that is requested through `flag`, as set by signal handlers.
    #[must_use]
    pub fn by_flag(flag: Arc<AtomicBool>) -> Self {
        Self { asked: flag, deadline: None }
    }

    /// Stops also at `deadline`.
    #[must_use]
    pub fn at(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Requests the stop.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
    }

    /// Whether to stop, and why.
    #[must_use]
    pub fn reason(&self) -> Option<Stopped> {
        if self.asked.load(Ordering::SeqCst) {
            Some(Stopped::Interrupted)
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some(Stopped::TimeUp)
        } else {
            None
        }
    }

    /// The flag, for code that watches it itself.
    #[must_use]
    pub fn flag(&self) -> &AtomicBool {
        &self.asked
    }
}
