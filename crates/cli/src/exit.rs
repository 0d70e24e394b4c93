use std::collections::BTreeSet;
use std::process::ExitCode;

use super::error::Result;
use shelf_runtime::run::StageSummary;
use shelf_runtime::run::Stopped;
use shelf_runtime::run::Summary;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything requested is done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line is invalid.
    Usage = 2,
    /// Some pages failed or are blocked by others; or some of several books failed or were refused.
    SomePages = 3,
    /// It was refused; nothing was changed.
    Refused = 4,
    /// It stopped by budget or time, with work left.
    Stopped = 5,
    /// Another process works on the book.
    Locked = 6,
    /// It was interrupted.
    Interrupted = 130,
}

impl Exit {
    /// The code for a single result.
    pub(super) fn of<T>(ended: &Result<T>) -> Self {
        ended.as_ref().map_or_else(|error| error.exit, |_| Self::Done)
    }

    /// The code for a run over a book.
    #[must_use]
    pub fn of_run(summary: &Summary) -> Self {
        let pages = if summary
            .stages
            .iter()
            .any(|stage| !stage.failed.is_empty() || stage.failure_limit_reached.is_some() || stage.is_blocked())
        {
            Exit::SomePages
        } else {
            Exit::Done
        };
        let errors = if summary.stages.iter().any(|stage| stage.error().is_some()) { Exit::Failed } else { Exit::Done };
        let stopped = match summary.stopped {
            None => Exit::Done,
            Some(Stopped::Interrupted) => Exit::Interrupted,
            Some(Stopped::TimeUp | Stopped::BudgetUsedUp) => Exit::Stopped,
            Some(Stopped::DiskFull | Stopped::Aborted) => Exit::Failed,
        };
        let waits = |stage: &StageSummary| stage.waiting() > 0 || stage.waiting_for_shards() > 0 || stage.hook_waits;
        let is_waiting = summary.stages.iter().any(waits);
        pages.and(errors).and(stopped).and(if is_waiting { Exit::Stopped } else { Exit::Done })
    }

    /// The code for several books: the common code if all ended alike, otherwise [`Stopped`](Self::Stopped) if work was left, or
    /// [`SomePages`](Self::SomePages), since the other codes are about a single book or a whole run.
    #[must_use]
    pub fn of_books(books: impl IntoIterator<Item = Self>) -> Self {
        let books: BTreeSet<Self> = books.into_iter().collect();
        let mut codes = books.iter().copied();
        match (codes.next(), codes.next()) {
            (None, _) => Self::Done,
            (Some(only), None) => only,
            _ if books.contains(&Self::Stopped) => Self::Stopped,
            _ if books.iter().all(|code| matches!(code, Self::Done | Self::Interrupted)) => Self::Interrupted,
            _ => Self::SomePages,
        }
    }

    /// The code for everything that happened to one book or run: the highest, except that an interruption counts only on its own.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Interrupted, other) | (other, Self::Interrupted) if other != Self::Done => other,
            _ => self.max(other),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_highest_code_wins_but_for_an_interruption() {
        assert_eq!(Exit::Done.and(Exit::SomePages), Exit::SomePages);
        assert_eq!(Exit::Locked.and(Exit::SomePages), Exit::Locked);
        assert_eq!(Exit::Interrupted.and(Exit::SomePages), Exit::SomePages);
        assert_eq!(Exit::Done.and(Exit::Interrupted), Exit::Interrupted);
    }

    #[test]
    fn a_code_of_several_books_is_true_of_all_of_them() {
        use Exit::{Done, Interrupted, Locked, Refused, SomePages, Stopped};
        for (books, code) in [
            (vec![], Done),
            (vec![Done, Done], Done),
            (vec![Refused, Refused], Refused),
            (vec![Done, Refused, Done], SomePages),
            (vec![Locked, Done], SomePages),
            (vec![Done, Stopped, SomePages], Stopped),
            (vec![Done, Interrupted], Interrupted),
            (vec![Refused, Interrupted], SomePages),
        ] {
            assert_eq!(Exit::of_books(books.clone()), code, "{books:?}");
        }
    }
}
