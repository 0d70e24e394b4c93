use std::sync::Arc;

use super::StageSummary;
use crate::plan::PlannedStage;
use crate::stage::{OpenResources, Row};

/// A stage of the plan and its progress in this run.
pub(super) struct StageProgress {
    planned: Arc<PlannedStage>,
    /// Requested pages, including those that need nothing.
    asked: usize,
    jobs: usize,
    /// Jobs that have not ended.
    open: usize,
    /// Pages that failed in this run, including skipped and copied ones.
    failed: usize,
    /// Requested pages of other shards that share the failure limit.
    others: usize,
    failure_limit_reached: Option<String>,
    /// The result of the `before` hook, once it was called.
    before: Option<Result<(), String>>,
    hook_error: Option<String>,
    hook_waits: bool,
    resources: OpenResources,
}

impl StageProgress {
    /// A stage with this many jobs and settled pages.
    pub(super) fn new(planned: Arc<PlannedStage>, jobs: usize, settled: usize) -> Self {
        Self {
            planned,
            asked: jobs + settled,
            jobs,
            open: jobs,
            failed: 0,
            others: 0,
            failure_limit_reached: None,
            before: None,
            hook_error: None,
            hook_waits: false,
            resources: OpenResources::default(),
        }
    }

    /// Shares the failure limit with other shards, which have this many pages, of which so many have failed.
    pub(super) fn with_other_shards(self, pages: usize, failed: usize) -> Self {
        let mut progress = Self { others: pages, failed, ..self };
        progress.check_failure_limit();
        progress
    }

    pub(super) fn planned(&self) -> &Arc<PlannedStage> {
        &self.planned
    }

    pub(super) fn row(&self) -> &'static Row {
        self.planned.entry.row
    }

    pub(super) fn jobs(&self) -> usize {
        self.jobs
    }

    /// Whether some of its jobs have not ended.
    pub(super) fn is_open(&self) -> bool {
        self.open > 0
    }

    /// Counts a permanent failure. Returns why the stage stops, if this exceeds its failure limit.
    pub(super) fn page_failed(&mut self) -> Option<String> {
        self.failed += 1;
        self.check_failure_limit()
    }

    fn check_failure_limit(&mut self) -> Option<String> {
        let asked = self.asked + self.others;
        let limit = self.row().policy.max_failed.filter(|limit| limit.is_exceeded(self.failed, asked))?;
        if self.failure_limit_reached.is_some() {
            return None;
        }
        self.failure_limit_reached = Some(format!("{} of {asked} pages failed; the limit is `{limit}`", self.failed));
        self.failure_limit_reached.clone()
    }

    pub(super) fn has_reached_failure_limit(&self) -> bool {
        self.failure_limit_reached.is_some()
    }

    /// Counts a job that has ended.
    pub(super) fn job_ended(&mut self) {
        self.open -= 1;
    }

    /// The result of the `before` hook, if it was called.
    pub(super) fn before(&self) -> Option<&Result<(), String>> {
        self.before.as_ref()
    }

    pub(super) fn before_returned(&mut self, returned: Result<(), String>) {
        self.before = Some(returned);
    }

    /// Its resources.
    pub(super) fn resources(&self) -> OpenResources {
        self.resources.clone()
    }

    pub(super) fn opened(&mut self, resources: OpenResources) {
        self.resources = resources;
    }

    /// Its `after` hook waits for pages of other shards.
    pub(super) fn after_waits(&mut self) {
        self.hook_waits = true;
    }

    pub(super) fn after_failed(&mut self, error: String) {
        self.hook_error = Some(error);
    }

    /// The summary of the stage as a whole, without the counts of pages.
    pub(super) fn into_summary(self) -> StageSummary {
        StageSummary {
            stage: self.row().name,
            edited_since: self.planned.edited_since,
            failure_limit_reached: self.failure_limit_reached,
            hook_error: self.hook_error,
            hook_waits: self.hook_waits,
            ..StageSummary::default()
        }
    }
}
