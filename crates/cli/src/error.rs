use super::Exit;
use super::nearest::nearest;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::LookError;
use shelf_runtime::plan::PlanError;
use shelf_runtime::registry::RegistryError;
use shelf_runtime::run::ProcessError;
use shelf_runtime::store::StoreError;
use std::fmt::Write;

/// Why a command failed: the problem, a hint, and the exit code.
#[derive(Debug)]
pub struct CliError {
    error: anyhow::Error,
    hint: Option<String>,
    /// The book that was not found, if that is the problem.
    missing_book: Option<ScanId>,
    pub(super) exit: Exit,
}

/// The result of a verb.
pub type Result<T, E = CliError> = std::result::Result<T, E>;

impl CliError {
    /// The command was refused; nothing was changed.
    #[must_use]
    pub fn refused(message: impl std::fmt::Display) -> Self {
        Self::of(anyhow::anyhow!("{message}"), Exit::Refused)
    }

    /// The command failed.
    #[must_use]
    pub fn failed(error: impl Into<anyhow::Error>) -> Self {
        Self::of(error.into(), Exit::Failed)
    }

    fn of(error: anyhow::Error, exit: Exit) -> Self {
        Self { error, hint: None, missing_book: None, exit }
    }

    /// Suggests the nearest of `books` if the problem is an unknown book.
    pub(super) fn near(mut self, books: &[ScanId]) -> Self {
        if let Some(found) = self.missing_book.take()
            && let Some(nearest) = nearest(found.as_str(), books.iter().map(ScanId::as_str))
        {
            self.hint = Some(format!("did you mean `{nearest}`? `shelf list` shows all books"));
        }
        self
    }

    /// Exits with this code.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether the reader of the output has closed it, which is not a failure.
    pub(super) fn is_broken_pipe(&self) -> bool {
        let broken = |cause: &(dyn std::error::Error + 'static)| {
            cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
        };
        self.error.chain().any(broken)
    }

    /// `error:` and the problem, its causes, then `hint:` and what to do.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!("error: {}", self.error);
        let mut last = self.error.to_string();
        for cause in self.error.chain().skip(1).map(ToString::to_string) {
            if !last.ends_with(&cause) {
                let _ = write!(text, "\n  caused by: {cause}");
            }
            last = cause;
        }
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\nhint: {hint}");
        }
        text
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error)
    }
}

impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(error)
    }
}

/// Options of a stage that contradict each other.
impl From<clap::Error> for CliError {
    fn from(error: clap::Error) -> Self {
        Self::refused(error.to_string().trim_start_matches("error: ").trim_end()).exit(Exit::Usage)
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let (exit, hint) = match &error {
            StoreError::Locked { .. } => (Exit::Locked, "wait for it (`--wait`), or stop it"),
            StoreError::Outside { .. } => (Exit::Refused, "replace the symbolic link by the folder itself"),
            StoreError::Link { .. } => {
                (Exit::Refused, "name the book that the link leads to, or remove the link with `rm`")
            }
            StoreError::Exists { .. } => (Exit::Refused, "choose another id"),
            StoreError::TrashInUse => (Exit::Locked, "wait for it, or stop it"),
            _ => (Exit::Failed, "check that the library's folder exists and can be written to"),
        };
        Self::failed(error).exit(exit).hint(hint)
    }
}

impl From<LookError> for CliError {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Store(error) => error.into(),
            LookError::NoBook(ref book) => {
                let missing_book = Some(book.clone());
                Self { missing_book, ..Self::failed(error).exit(Exit::Refused).hint("`shelf list` shows the books") }
            }
            LookError::File { .. } => {
                Self::failed(error).hint("correct the file, or move it away: shelf recreates it if it can")
            }
            error => Self::failed(error),
        }
    }
}

impl From<PlanError> for CliError {
    fn from(error: PlanError) -> Self {
        let hint = matches!(error, PlanError::RedoOfShard)
            .then(|| "run it without `--shard`, or delete the pages first with `shelf clean`".to_owned());
        Self { hint, ..Self::failed(error).exit(Exit::Refused) }
    }
}

impl From<ProcessError> for CliError {
    fn from(error: ProcessError) -> Self {
        match error {
            ProcessError::Look(error) => error.into(),
            ProcessError::Plan(error) => error.into(),
            ProcessError::Store(error) => error.into(),
            ProcessError::Missing { ref finding, .. } => {
                let hint = finding.hint.clone().unwrap_or_default();
                Self::failed(error).exit(Exit::Refused).hint(hint)
            }
            error => Self::failed(error),
        }
    }
}

impl From<RegistryError> for CliError {
    fn from(error: RegistryError) -> Self {
        let hint = error.hint();
        Self::failed(error).hint(hint)
    }
}

impl From<shelf_runtime::store::BookPathError> for CliError {
    fn from(error: shelf_runtime::store::BookPathError) -> Self {
        Self::failed(error)
    }
}

impl From<shelf_runtime::report::ReportError> for CliError {
    fn from(error: shelf_runtime::report::ReportError) -> Self {
        Self::failed(error)
    }
}
