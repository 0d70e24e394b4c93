use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// Some pages failed, or are blocked by others.
    SomePages = 3,
    /// It was refused, and nothing was done.
    Refused = 4,
    /// It stopped by budget or time, with work left.
    Stopped = 5,
    /// Another process works on the book.
    Locked = 6,
    /// It was interrupted.
    Interrupted = 130,
}

impl Exit {
    /// The code of several: an interruption where nothing else happened, else the highest.
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
}
