use std::collections::BTreeMap;

use super::Stopped;
use crate::book::{PageNumber, ScanId};
use crate::events::{Blocker, PageOf};
use crate::failure::Failure;
use crate::plan::Settled;
use crate::provide::Abort;

/// How one page ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was made.
    Done,
    /// It needed nothing.
    Kept,
    /// It is stale, and was left alone.
    LeftStale,
    /// It failed, now or before.
    Failed(Failure),
    /// It failed, now or before, and is left out.
    Skipped(Failure),
    /// The stage failed, and it is a copy of a dependency's page.
    Copied(Failure),
    /// It cannot be made.
    Blocked(Blocker),
    /// The run stopped before it.
    Left,
}

/// How a run over a book ended: every page that was asked for, once.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The book.
    pub book: ScanId,
    /// Stages in order.
    pub stages: Vec<StageSummary>,
    /// Why it stopped with work left.
    pub stopped: Option<Stopped>,
    /// Why what a stage needs from outside has become unavailable.
    pub abort: Option<Abort>,
}

/// How a stage's pages ended. The counts add up to the pages asked for.
#[derive(Debug, Clone, Default)]
pub struct StageSummary {
    /// The stage.
    pub stage: &'static str,
    /// Pages asked for.
    pub asked: usize,
    /// Made in this run, copies among them.
    pub done: usize,
    /// Needed nothing.
    pub kept: usize,
    /// Stale, and left alone.
    pub left_stale: usize,
    /// Failed, now or before.
    pub failed: Vec<(PageOf, Failure)>,
    /// Failed, now or before, and left out: `on_error = skip`.
    pub skipped: Vec<(PageOf, Failure)>,
    /// Those of `done` that are copies, since the stage failed: `on_error = copy(…)`.
    pub copied: Vec<(PageOf, Failure)>,
    /// Cannot be made.
    pub blocked: Vec<(PageOf, Blocker)>,
    /// Not come to.
    pub left: usize,
    /// Pages that were made before the function was last edited.
    pub edited_since: usize,
    /// Done pages that its report flags, made in this run or before; none for a stage that runs once a book.
    pub flagged: Vec<PageNumber>,
    /// What a stage that runs once a book warned of when it made its output, in this run or before.
    pub book_warnings: Vec<String>,
    /// Why the stage stopped before its pages were done: more failed than `max_failed` allows.
    pub failure_limit_reached: Option<String>,
    /// Its `after` hook failed.
    pub hook_error: Option<String>,
    /// The report could not be written.
    pub report_error: Option<String>,
}

impl From<Settled> for Outcome {
    fn from(settled: Settled) -> Self {
        match settled {
            Settled::Kept => Self::Kept,
            Settled::LeftStale(_) => Self::LeftStale,
            Settled::Failed(failure) => Self::Failed(failure),
            Settled::Skipped(failure) => Self::Skipped(failure),
            Settled::Blocked(by) => Self::Blocked(by),
        }
    }
}

impl Summary {
    /// Counts how the pages of each stage ended.
    pub(super) fn new(
        book: ScanId,
        mut stages: Vec<StageSummary>,
        outcomes: &BTreeMap<PageOf, Outcome>,
        stopped: Option<Stopped>,
    ) -> Self {
        for summary in &mut stages {
            let stage = summary.stage;
            for (page, outcome) in outcomes.iter().filter(|(page, _)| page.stage == stage) {
                summary.count(*page, outcome);
            }
        }
        Self { book, stages, stopped, abort: None }
    }

    /// Whether every page asked for is done.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.stages.iter().all(|stage| stage.done + stage.kept == stage.asked && stage.error().is_none())
    }
}

impl StageSummary {
    /// What went wrong apart from its pages: the report, or the `after` hook.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.report_error.as_deref().or(self.hook_error.as_deref())
    }

    /// Whether pages are blocked by something other than a page that was left out.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.blocked.iter().any(|(_, by)| !matches!(by, Blocker::Skipped(_)))
    }

    fn count(&mut self, page: PageOf, outcome: &Outcome) {
        self.asked += 1;
        match outcome {
            Outcome::Done => self.done += 1,
            Outcome::Kept => self.kept += 1,
            Outcome::LeftStale => self.left_stale += 1,
            Outcome::Failed(failure) => self.failed.push((page, failure.clone())),
            Outcome::Skipped(failure) => self.skipped.push((page, failure.clone())),
            Outcome::Copied(failure) => {
                self.done += 1;
                self.copied.push((page, failure.clone()));
            }
            Outcome::Blocked(by) => self.blocked.push((page, by.clone())),
            Outcome::Left => self.left += 1,
        }
    }
}
