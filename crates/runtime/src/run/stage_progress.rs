use std::sync::Arc;

use super::StageSummary;
use crate::plan::PlannedStage;
use crate::stage::{OpenResources, Row};

/// A stage of the plan, and how far its pages have come in this run.
pub(super) struct StageProgress {
    planned: Arc<PlannedStage>,
    /// Pages that were asked for, with those that need nothing.
    asked: usize,
    jobs: usize,
    /// Jobs that have not ended.
    open: usize,
    /// Pages that failed in this run, whatever became of them then.
    failed: usize,
    failure_limit_reached: Option<String>,
    /// What the `before` hook returned, once it was called.
    before: Option<Result<(), String>>,
    hook_error: Option<String>,
    resources: OpenResources,
}

impl StageProgress {
    /// A stage with so many jobs, and so many pages that are settled.
    pub(super) fn new(planned: Arc<PlannedStage>, jobs: usize, settled: usize) -> Self {
        Self {
            planned,
            asked: jobs + settled,
            jobs,
            open: jobs,
            failed: 0,
            failure_limit_reached: None,
            before: None,
            hook_error: None,
            resources: OpenResources::default(),
        }
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

    /// A page failed permanently. Says why the stage stops, if with this page more have failed than it allows.
    pub(super) fn page_failed(&mut self) -> Option<String> {
        self.failed += 1;
        let limit = self.row().policy.max_failed.filter(|limit| limit.is_exceeded(self.failed, self.asked))?;
        if self.failure_limit_reached.is_some() {
            return None;
        }
        self.failure_limit_reached =
            Some(format!("{} of {} pages failed, and it says `{limit}`", self.failed, self.asked));
        self.failure_limit_reached.clone()
    }

    pub(super) fn has_reached_failure_limit(&self) -> bool {
        self.failure_limit_reached.is_some()
    }

    /// A job has ended.
    pub(super) fn job_ended(&mut self) {
        self.open -= 1;
    }

    /// What the `before` hook returned, if it was called.
    pub(super) fn before(&self) -> Option<&Result<(), String>> {
        self.before.as_ref()
    }

    pub(super) fn before_returned(&mut self, returned: Result<(), String>) {
        self.before = Some(returned);
    }

    /// The resources that it takes.
    pub(super) fn resources(&self) -> OpenResources {
        self.resources.clone()
    }

    pub(super) fn opened(&mut self, resources: OpenResources) {
        self.resources = resources;
    }

    pub(super) fn after_failed(&mut self, error: String) {
        self.hook_error = Some(error);
    }

    /// What is known of the stage as a whole; its pages are still to be counted.
    pub(super) fn into_summary(self) -> StageSummary {
        StageSummary {
            stage: self.row().name,
            edited_since: self.planned.edited_since,
            failure_limit_reached: self.failure_limit_reached,
            hook_error: self.hook_error,
            ..StageSummary::default()
        }
    }
}
