//! Why a child died, for the one who reads about the page.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::ChildSettings;
use crate::failure::{Cause, Failure};

/// What is left of a child.
#[derive(Debug)]
pub(super) struct Death {
    /// How it ended, where the system tells.
    pub(super) status: Option<ExitStatus>,
    /// The end of what it wrote to standard error.
    pub(super) stderr: String,
}

/// What is written to standard error when an allocation fails: by Rust, and by C++.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of ", "std::bad_alloc", "std::bad_array_new_length"];
const SIGKILL: i32 = 9;

impl Death {
    /// The failure of the page that the child had in hand.
    pub(super) fn during(&self, shown: &str, settings: &ChildSettings) -> Failure {
        if let Some(line) = self.lines().rfind(|line| OUT_OF_MEMORY.iter().any(|mark| line.contains(mark))) {
            let limit = settings.memory_limit_bytes as f64 / f64::from(1 << 30);
            let problem = format!(
                "`{shown}` ran out of memory: a child process may use up to {limit:.1} GiB, by the size of the scan"
            );
            return Failure { causes: vec![line.to_owned()], ..Failure::of(Cause::Memory, problem) }
                .hint("raise the limit with `--child-memory`");
        }
        let failure = Failure::of(Cause::Crash, format!("`{shown}` crashed: its child process {}", self.how()));
        if self.signal() == Some(SIGKILL) {
            // Nobody here did it, and the kernel's choice says little about this page.
            return Failure { transient: true, ..self.explain(failure) }
                .hint("perhaps the kernel did, for want of memory: try again with fewer `--workers`");
        }
        self.explain(failure)
    }

    /// The failure of a page whose child died before it took the page, and so did the one after it.
    pub(super) fn before(&self, shown: &str, settings: &ChildSettings) -> Failure {
        let program = settings.program.display();
        let failure = Failure::of(
            Cause::Crash,
            format!("`{shown}` was not begun: the child process `{program}` {} at its start", self.how()),
        );
        Failure { transient: true, ..self.explain(failure) }
            .hint(format!("find out what is wrong with `{program}`: run it by hand, or reinstall it"))
    }

    fn how(&self) -> String {
        match (self.signal(), self.status.and_then(|status| status.code())) {
            (Some(SIGKILL), _) => "was killed from outside (SIGKILL)".to_owned(),
            (Some(signal), _) => match signal_hook::low_level::signal_name(signal) {
                Some(name) => format!("was ended by {name}"),
                None => format!("was ended by signal {signal}"),
            },
            (None, Some(code)) => format!("ended with exit code {code}"),
            (None, None) => "ended".to_owned(),
        }
    }

    fn signal(&self) -> Option<i32> {
        self.status.and_then(|status| status.signal())
    }

    fn explain(&self, failure: Failure) -> Failure {
        Failure { causes: self.lines().next_back().map(str::to_owned).into_iter().collect(), ..failure }
    }

    /// What it said, without Rust's advice on backtraces.
    fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.stderr.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("note: "))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::time::Duration;

    use super::Death;
    use crate::failure::{Cause, Failure};
    use crate::worker::ChildSettings;

    /// The failure after a death with this wait status: a signal's number, or an exit code times 256.
    fn failure(wait_status: i32, stderr: &str) -> Failure {
        let settings = ChildSettings {
            program: "/opt/shelf".into(),
            arguments: Vec::new(),
            count: 1,
            memory_limit_bytes: 3 << 29,
            time_limit: Duration::from_mins(1),
        };
        let death = Death { status: Some(ExitStatus::from_raw(wait_status)), stderr: stderr.to_owned() };
        death.during("ocr.read", &settings)
    }

    #[test]
    fn a_crash_tells_signal_or_code_and_the_last_line() {
        let crash = failure(11, "loading\n\nbox is empty\nnote: run with a backtrace\n\n");
        assert_eq!(crash.to_string(), "`ocr.read` crashed: its child process was ended by SIGSEGV: box is empty");
        assert_eq!((crash.cause, crash.transient), (Cause::Crash, false));
        assert_eq!(failure(3 << 8, "").to_string(), "`ocr.read` crashed: its child process ended with exit code 3");
    }

    #[test]
    fn a_kill_from_outside_may_be_tried_again() {
        let kill = failure(9, "");
        assert_eq!((kill.cause, kill.transient), (Cause::Crash, true));
        assert_eq!(kill.error, "`ocr.read` crashed: its child process was killed from outside (SIGKILL)");
    }

    #[test]
    fn memory_is_told_from_other_aborts() {
        for line in [
            "memory allocation of 900000000 bytes failed",
            "terminate called after throwing an instance of 'std::bad_alloc'\nworking",
        ] {
            let memory = failure(6, line);
            assert_eq!((memory.cause, memory.transient), (Cause::Memory, false));
            assert!(memory.error.contains("up to 1.5 GiB"), "{memory}");
            assert_eq!(memory.causes, [line.lines().next().unwrap()]);
            assert_eq!(memory.hint.as_deref(), Some("raise the limit with `--child-memory`"));
        }
        assert_eq!(failure(6, "double free").cause, Cause::Crash);
    }
}
