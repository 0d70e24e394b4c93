use std::collections::BTreeMap;

use super::Stopped;
use crate::book::{PageNumber, ScanId, Shard};
use crate::events::{Blocker, PageOf};
use crate::failure::Failure;
use crate::plan::Settled;
use crate::provide::Abort;

/// How one page ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was made.
    Done,
    /// It needed nothing.
    Kept,
    /// It is stale and was left alone.
    LeftStale,
    /// It failed, now or before.
    Failed(Failure),
    /// It failed, now or before, and is skipped.
    Skipped(Failure),
    /// The stage failed, and it is a copy of a dependency's output.
    Copied(Failure),
    /// It was made by rules, because no model gave a usable reply.
    WithoutModel(Failure),
    /// It cannot be made.
    Blocked(Blocker),
    /// The run stopped before it.
    Left,
}

/// How a run over a book ended: every requested page counts once.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Summary {
    /// The book.
    pub book: ScanId,
    /// Stages in order.
    pub stages: Vec<StageSummary>,
    /// Why it stopped with work left.
    pub stopped: Option<Stopped>,
    /// Why a provider has become unavailable.
    pub abort: Option<Abort>,
    /// The shard whose pages were requested; `None` for all pages.
    pub shard: Option<Shard>,
}

/// How a stage's pages ended. The counts add up to the requested pages.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct StageSummary {
    /// The stage.
    pub stage: &'static str,
    /// Requested pages.
    pub asked: usize,
    /// Made in this run, including copies.
    pub done: usize,
    /// Needed nothing.
    pub kept: usize,
    /// Stale and left alone.
    pub left_stale: usize,
    /// Failed, now or before.
    pub failed: Vec<(PageOf, Failure)>,
    /// Failed, now or before, and skipped: `on_error = skip`.
    pub skipped: Vec<(PageOf, Failure)>,
    /// Those of `done` that were copied because the stage failed: `on_error = copy(…)`.
    pub copied: Vec<(PageOf, Failure)>,
    /// Those of `done` that rules made, because no model gave a usable reply. If that may change, the next run asks again.
    pub without_model: Vec<(PageOf, Failure)>,
    /// Cannot be made.
    pub blocked: Vec<(PageOf, Blocker)>,
    /// Left to do.
    pub left: usize,
    /// Pages that were made before the function was last edited.
    pub edited_since: usize,
    /// Done pages that its report flags, made in this run or before; empty for a book stage.
    pub flagged: Vec<PageNumber>,
    /// The warnings of a book stage, from this run or before.
    pub book_warnings: Vec<String>,
    /// Why the stage stopped early: more pages failed than `max_failed` allows.
    pub failure_limit_reached: Option<String>,
    /// Its `after` hook failed.
    pub hook_error: Option<String>,
    /// Its `after` hook, which this shard calls, waits for pages of other shards.
    pub hook_waits: bool,
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
        Self { book, stages, stopped, abort: None, shard: None }
    }

    /// Whether every requested page is done.
    #[must_use]
    pub fn complete(&self) -> bool {
        let is_complete = |stage: &StageSummary| {
            stage.done + stage.kept == stage.asked && stage.error().is_none() && !stage.hook_waits
        };
        self.stages.iter().all(is_complete)
    }
}

impl StageSummary {
    /// Errors other than failed pages: of the report or the `after` hook.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.report_error.as_deref().or(self.hook_error.as_deref())
    }

    /// Pages that rules have made for the time being: the next run asks a model about them.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.without_model.iter().filter(|(_, failure)| failure.transient).count()
    }

    /// Whether pages are blocked by something other than a skipped page or another shard.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.blocked.iter().any(|(_, by)| !matches!(by, Blocker::Skipped(_) | Blocker::OtherShard(..)))
    }

    /// Those of `blocked` that wait for pages of other shards.
    #[must_use]
    pub fn waiting_for_shards(&self) -> usize {
        self.blocked.iter().filter(|(_, by)| matches!(by, Blocker::OtherShard(..))).count()
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
            Outcome::WithoutModel(failure) => {
                self.done += 1;
                self.without_model.push((page, failure.clone()));
            }
            Outcome::Blocked(by) => self.blocked.push((page, by.clone())),
            Outcome::Left => self.left += 1,
        }
    }
}
