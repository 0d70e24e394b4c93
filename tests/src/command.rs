use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The `shelf` command with a library of its own, and nothing of the user's: no home, no terminal, no UTF-8 locale, as from cron.
pub struct Shelf {
    program: PathBuf,
    library: PathBuf,
    /// Removes the library at the end, unless it is kept.
    _temporary: Option<TempDir>,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Ended {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// Exit code; `None` for a signal.
    pub code: Option<i32>,
}

impl Shelf {
    /// The command at `program`, on an empty library.
    #[must_use]
    pub fn new(program: &str) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder can be made");
        Self { program: program.into(), library: temporary.path().to_owned(), _temporary: Some(temporary) }
    }

    /// The command at `program`, on the library in `folder`, which stays.
    #[must_use]
    pub fn on_library(program: &str, folder: &Path) -> Self {
        Self { program: program.into(), library: folder.to_owned(), _temporary: None }
    }

    /// The library's folder.
    #[must_use]
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// The command, not yet started.
    #[must_use]
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("SHELF_LIBRARY", self.library());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        let output = self.command(arguments).output().expect("the command starts");
        let library = self.library().canonicalize().expect("the library is there");
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("shelf prints UTF-8");
            text.replace(&library.display().to_string(), "LIBRARY")
        };
        Ended { out: text(output.stdout), err: text(output.stderr), code: output.status.code() }
    }

    /// Runs the command, which has to succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn ok<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out
    }

    /// Adds a book of English text, and takes it through all stages by rules. A book that is there already only goes through the stages.
    ///
    /// # Panics
    /// When it cannot be added or read.
    pub fn read(&self, id: &str, files: &[PathBuf]) {
        if !self.library().join(id).exists() {
            let mut add = vec!["add".into(), "--id".into(), id.into(), "--language".into(), "en".into()];
            add.extend(files.iter().map(|file| file.as_os_str().to_owned()));
            self.ok(add);
        }
        self.ok(["process", id, "--engine", "rules"]);
    }

    /// Adds a book of English text, and takes it through `corrected` by rules.
    ///
    /// # Panics
    /// When it cannot be added or read.
    pub fn correct(&self, id: &str, files: &[PathBuf]) {
        let mut add: Vec<std::ffi::OsString> = ["add", "--id", id, "--language", "en"].map(Into::into).to_vec();
        add.extend(files.iter().map(|file| file.as_os_str().to_owned()));
        self.ok(add);
        self.ok(["process", id, "--engine", "rules", "--stage", "+corrected"]);
    }

    /// A copy of a book from another library.
    ///
    /// # Panics
    /// When it cannot be copied.
    pub fn copy(&self, id: &str, from: &Self) {
        let copied = Command::new("cp").arg("-a").arg(from.library().join(id)).arg(self.library()).status();
        assert!(copied.expect("`cp` starts").success(), "{id} cannot be copied");
    }

    /// Runs the command until its main thread makes the system call `call` for the `nth` time, and kills it there. Returns whether it got there.
    /// Needs `strace`, which `scripts/setup.sh tests` installs.
    ///
    /// # Panics
    /// When `strace` cannot be started, or the command fails before.
    pub fn killed_at<S: AsRef<OsStr>>(&self, call: &str, nth: usize, arguments: impl IntoIterator<Item = S>) -> bool {
        let options = ["-o", "/dev/null", "-e", &format!("trace={call}")];
        let ended = self.traced(&options, &format!("{call}:signal=KILL:when={nth}"), arguments);
        assert!(ended.status.signal() == Some(9) || ended.status.success(), "{call} {nth}: {ended:?}");
        !ended.status.success()
    }

    /// Runs the command with a fault at the `nth` system call `call` of each of its threads: `signal=KILL`, or `error=EIO`. Returns how it ended; `None` if
    /// no thread got there. Needs `strace`.
    ///
    /// # Panics
    /// When `strace` cannot be started.
    pub fn with_fault<S: AsRef<OsStr>>(
        &self,
        (call, fault, nth): (&str, &str, usize),
        arguments: impl IntoIterator<Item = S>,
    ) -> Option<Ended> {
        let trace = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        let path = trace.path().display().to_string();
        let options = ["-f", "-o", &path, "-e", &format!("trace={call}")];
        let ended = self.traced(&options, &format!("{call}:{fault}:when={nth}"), arguments);
        let trace = std::fs::read(trace.path()).expect("the trace can be read");
        let is_injected = String::from_utf8_lossy(&trace).contains("(INJECTED)") || ended.status.signal() == Some(9);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        is_injected.then(|| Ended { out: text(ended.stdout), err: text(ended.stderr), code: ended.status.code() })
    }

    fn traced<S: AsRef<OsStr>>(
        &self,
        options: &[&str],
        inject: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> std::process::Output {
        let command = self.command(arguments);
        let mut traced = Command::new("strace");
        traced.arg("-qq").args(options).args(["-e", &format!("inject={inject}")]);
        traced.arg(command.get_program()).args(command.get_args()).env_clear();
        traced.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
        traced.output().expect("`strace` is installed")
    }

    /// Starts the command without waiting for it.
    pub fn start<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command starts")
    }

    /// A JSON file of the library.
    ///
    /// # Panics
    /// When it is not there, or no JSON.
    #[must_use]
    pub fn json(&self, relative: &str) -> Value {
        let bytes = std::fs::read(self.library().join(relative)).expect("the file is there");
        serde_json::from_slice(&bytes).expect("the file is JSON")
    }
}
