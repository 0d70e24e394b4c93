//! Why a worker died, as the failure of its page.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::WorkerSettings;
use crate::failure::{Cause, Failure};

/// How a worker ended.
#[derive(Debug)]
pub(super) struct Termination {
    /// Its exit status, if the system gives one.
    pub(super) status: Option<ExitStatus>,
    /// The last part of its standard error.
    pub(super) stderr: String,
}

/// What Rust and C++ write to standard error when an allocation fails.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of ", "std::bad_alloc", "std::bad_array_new_length"];
const SIGKILL: i32 = 9;
const OUT_OF_MEMORY_HINT: &str = "the machine may have run out of memory: try again with fewer `--workers`";

impl Termination {
    /// The failure of the page that the worker was processing.
    pub(super) fn during(&self, shown: &str, settings: &WorkerSettings) -> Failure {
        if let Some(line) = self.lines().rfind(|line| OUT_OF_MEMORY.iter().any(|mark| line.contains(mark))) {
            let limit = settings.memory_limit_bytes as f64 / f64::from(1 << 30);
            let problem = format!(
                "`{shown}` ran out of memory: a worker process may use up to {limit:.1} GiB, depending on the size of the scan"
            );
            return Failure { causes: vec![line.to_owned()], ..Failure::of(Cause::Memory, problem) }
                .hint("raise the limit with `--worker-memory`");
        }
        let failure = Failure::of(Cause::Crash, format!("`{shown}` crashed: its worker process {}", self.how()));
        if self.was_killed() {
            // shelf did not send it, and the choice of the kernel says little about this page.
            return Failure { transient: true, ..self.explain(failure) }.hint(OUT_OF_MEMORY_HINT);
        }
        self.explain(failure)
    }

    /// The failure of a page whose worker died at its start, before it accepted the page.
    pub(super) fn before(&self, shown: &str, settings: &WorkerSettings) -> Failure {
        let program = settings.program.display();
        let failure = Failure::of(
            Cause::Crash,
            format!("cannot start `{shown}`: the worker process `{program}` {} at its start", self.how()),
        );
        let failure = Failure { transient: true, ..self.explain(failure) };
        match self.signal() {
            Some(SIGKILL) => failure.hint(OUT_OF_MEMORY_HINT),
            _ => failure.hint(format!("run `{program}` by hand to see what is wrong, or reinstall it")),
        }
    }

    /// Whether somebody killed it: the kernel, because memory ran out, or a person.
    pub(super) fn was_killed(&self) -> bool {
        self.signal() == Some(SIGKILL)
    }

    fn how(&self) -> String {
        match (self.signal(), self.status.and_then(|status| status.code())) {
            (Some(SIGKILL), _) => "was killed from outside (SIGKILL)".to_owned(),
            (Some(signal), _) => match signal_hook::low_level::signal_name(signal) {
                Some(name) => format!("was terminated by {name}"),
                None => format!("was terminated by signal {signal}"),
            },
            (None, Some(code)) => format!("exited with code {code}"),
            (None, None) => "exited".to_owned(),
        }
    }

    fn signal(&self) -> Option<i32> {
        self.status.and_then(|status| status.signal())
    }

    fn explain(&self, failure: Failure) -> Failure {
        Failure { causes: self.lines().next_back().map(str::to_owned).into_iter().collect(), ..failure }
    }

    /// What it wrote, without the backtrace advice of Rust.
    fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.stderr.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("note: "))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::time::Duration;

    use super::Termination;
    use crate::failure::{Cause, Failure};
    use crate::worker::WorkerSettings;

    /// The failure for this wait status: a signal's number, or an exit code times 256.
    fn failure(wait_status: i32, stderr: &str) -> Failure {
        let settings = WorkerSettings {
            program: "/opt/shelf".into(),
            arguments: Vec::new(),
            count: 1,
            memory_limit_bytes: 3 << 29,
            confinement: None,
            withheld: Vec::new(),
            time_limit: Duration::from_mins(1),
        };
        let termination = Termination { status: Some(ExitStatus::from_raw(wait_status)), stderr: stderr.to_owned() };
        termination.during("ocr.read", &settings)
    }

    #[test]
    fn crash_reports_signal_or_exit_code_and_last_line() {
        let crash = failure(11, "loading\n\nbox is empty\nnote: run with a backtrace\n\n");
        assert_eq!(crash.to_string(), "`ocr.read` crashed: its worker process was terminated by SIGSEGV: box is empty");
        assert_eq!((crash.cause, crash.transient), (Cause::Crash, false));
        assert_eq!(failure(3 << 8, "").to_string(), "`ocr.read` crashed: its worker process exited with code 3");
    }

    #[test]
    fn kill_from_outside_is_transient() {
        let kill = failure(9, "");
        assert_eq!((kill.cause, kill.transient), (Cause::Crash, true));
        assert_eq!(kill.error, "`ocr.read` crashed: its worker process was killed from outside (SIGKILL)");
    }

    #[test]
    fn distinguishes_out_of_memory_from_other_aborts() {
        for line in [
            "memory allocation of 900000000 bytes failed",
            "terminate called after throwing an instance of 'std::bad_alloc'\nworking",
        ] {
            let memory = failure(6, line);
            assert_eq!((memory.cause, memory.transient), (Cause::Memory, false));
            assert!(memory.error.contains("up to 1.5 GiB"), "{memory}");
            assert_eq!(memory.causes, [line.lines().next().unwrap()]);
            assert_eq!(memory.hint.as_deref(), Some("raise the limit with `--worker-memory`"));
        }
        assert_eq!(failure(6, "double free").cause, Cause::Crash);
    }
}
