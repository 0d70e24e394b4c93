use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{After, Before, Conserves, Cx, Dep, ExternalInput, Isolated, OptionsRow, Policy, Scope, Stage};
use crate::failure::Failure;
use crate::metrics::MetricsRow;
use crate::page::{JsonPage, OutputRow};

/// A stage, as the runtime sees it: a row of the table, written by `#[stage]`.
pub struct Row {
    /// The stage's name: its folder, and the value of `--stage`.
    pub name: &'static str,
    /// The function's doc comment.
    pub doc: &'static str,
    /// `version = …`; 1 by default.
    pub version: u32,
    /// Where the stage is defined.
    pub site: Site,
    /// The path of the stage's function, such as `stages::ocr::stage::ocr`.
    pub path: fn() -> &'static str,
    /// Hash of the function's tokens, to detect edits without a new version.
    pub tokens: u64,
    /// Its dependencies.
    pub deps: &'static [Dep],
    /// The other inputs of its parameters.
    pub inputs: &'static [ExternalInput],
    /// Whether it runs once per book.
    pub book: bool,
    /// Its pool and concurrency.
    pub parallelism: Parallelism,
    /// `isolated`: its pages are made in worker processes.
    pub isolated: Option<Isolated>,
    /// The function.
    pub run: Run,
    /// Called before the first page.
    pub before: Option<Before>,
    /// Called when no page is left, if one was begun or the call is still due from an earlier run.
    pub after: Option<After>,
    /// The dependency whose paragraphs must all occur in the output.
    pub conserves: Option<Conserves>,
    /// `prompt = …`; empty by default.
    pub prompt: &'static str,
    /// `model = …`; empty by default.
    pub model: &'static str,
    /// How failed pages are handled.
    pub policy: Policy,
    /// Its output.
    pub output: OutputRow,
    /// Its metrics and report.
    pub metrics: MetricsRow,
    /// Its command-line options.
    pub options: OptionsRow,
}

/// Where a stage is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// Crate.
    pub krate: &'static str,
    /// Version of the crate.
    pub version: &'static str,
    /// Source file, as rustc names it.
    pub file: &'static str,
    /// Line of the attribute.
    pub line: u32,
}

/// Where a stage runs, and how many pages at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parallelism {
    /// On rayon, one page per core.
    Cpu,
    /// On tokio, [`Parallelism::IN_FLIGHT`] pages at a time.
    Io,
    /// On tokio, asking language models.
    Llm,
    /// On rayon, this many pages at a time.
    Fixed(u32),
}

impl Parallelism {
    /// The default number of pages in flight of an `io` or `llm` stage.
    pub const IN_FLIGHT: usize = 30;

    /// As written in the attribute.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Cpu => "cpu".to_owned(),
            Self::Io => "io".to_owned(),
            Self::Llm => "llm".to_owned(),
            Self::Fixed(n) => format!("fixed({n})"),
        }
    }
}

/// A stage's function as a function pointer.
#[derive(Clone, Copy)]
pub enum Run {
    /// A `fn`.
    Blocking(fn(&Cx) -> Result<JsonPage, Failure>),
    /// An `async fn`.
    Async(fn(Arc<Cx>) -> RunFuture),
}

/// A page that an `async fn` is making.
pub type RunFuture = Pin<Box<dyn Future<Output = Result<JsonPage, Failure>> + Send>>;

impl Row {
    /// The parts of a row that follow from the stage's types. `#[stage]` fills in the rest, including the function to run.
    #[must_use]
    pub const fn of<S: Stage>(name: &'static str, site: Site) -> Self {
        Self {
            name,
            doc: "",
            version: 1,
            site,
            path: std::any::type_name::<S>,
            tokens: 0,
            deps: &[],
            inputs: &[],
            book: <S::Scope as Scope>::BOOK,
            parallelism: Parallelism::Cpu,
            isolated: None,
            run: Run::Blocking(|_| Err(Failure::new("this stage did not compile"))),
            before: None,
            after: None,
            conserves: None,
            prompt: "",
            model: "",
            policy: Policy::NEW,
            output: OutputRow::of::<S::Output>(),
            metrics: MetricsRow::of::<S::Metrics>(),
            options: OptionsRow::of::<S::Options>(),
        }
    }

    /// Whether it reads files that a person keeps for its pages. Changes that a person makes in such a page itself are not overwritten.
    #[must_use]
    pub fn takes_kept_files(&self) -> bool {
        self.inputs.iter().any(|input| matches!(input, ExternalInput::Kept(_)))
    }

    /// The first line of the doc comment.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.doc.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("name", &self.name).field("site", &self.site).finish_non_exhaustive()
    }
}
