use serde::Serialize;

/// What happened when, in seconds since the run began.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Timeline {
    /// How long it took, s.
    pub(crate) seconds: f64,
    /// The stages that made something, in the order of the run.
    pub(crate) stages: Vec<&'static str>,
    /// The books, in the order of the run.
    pub(crate) books: Vec<String>,
    /// What works on a page at a time: `cpu 1`, `cpu 2`, `llm 1`.
    pub(crate) workers: Vec<String>,
    /// Attempts at pages, in the order in which they ended.
    pub(crate) attempts: Vec<Attempt>,
    /// Memory of this program and its worker processes, MiB.
    pub(crate) memory: Vec<Sample>,
    /// What had been spent on language models, USD.
    pub(crate) spending: Vec<Spending>,
}

/// An attempt at a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Attempt {
    /// Place in [`Timeline::books`].
    pub(crate) book: usize,
    /// Place in [`Timeline::stages`].
    pub(crate) stage: usize,
    /// The page; 0 for the whole book.
    pub(crate) page: u32,
    /// Place in [`Timeline::workers`].
    pub(crate) worker: usize,
    /// When it began, s.
    pub(crate) start: f64,
    /// When it ended, s.
    pub(crate) end: f64,
    /// Time in the stage's function, s; the rest was spent waiting for a thread, or writing the page. `None` for a failed attempt, of which it is
    /// not known.
    pub(crate) worked: Option<f64>,
    /// `made`, `failed`, `skipped`, `copied` or `retried`.
    pub(crate) outcome: &'static str,
}

/// A measurement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Sample {
    /// When, s.
    pub(crate) at: f64,
    /// How much, MiB.
    pub(crate) mib: f64,
}

/// What had been spent by then.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spending {
    /// When, s.
    pub(crate) at: f64,
    /// How much in all, USD.
    pub(crate) usd: f64,
}
