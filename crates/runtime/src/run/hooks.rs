use std::future::poll_fn;
use std::sync::Arc;

use super::Outcome;
use super::scheduler::Scheduler;
use crate::clock;
use crate::failure::Failure;
use crate::panics::caught;
use crate::plan::{PlannedStage, Settled};
use crate::record::AfterDue;
use crate::stage::{HookCall, Reader, StageRun};
use crate::store::BookPath;

impl Scheduler<'_> {
    /// What the stage's `before` hook says, asked once. From then on its `after` hook is due.
    pub(super) fn before(&mut self, stage: &PlannedStage) -> Result<(), String> {
        let name = stage.entry.row.name;
        if !self.before.contains_key(name) {
            let run = self.stage_run(name);
            let said = match stage.entry.row.before {
                Some(hook) => caught(|| Ok(hook(&run))).and_then(|called| self.wait_for(called)),
                None => Ok(()),
            };
            let said = said.map_err(|failure| format!("the stage's `before` hook failed: {failure}"));
            let due =
                || self.note_after(stage).map_err(|failure| format!("its `after` hook cannot be noted: {failure}"));
            let said = said.and_then(|()| due());
            self.before.insert(name, said);
        }
        self.before[name].clone()
    }

    /// Calls the `after` hooks of stages that have nothing to do, and were interrupted before theirs had succeeded.
    pub(super) fn resume_after(&mut self) {
        for stage in &self.plan.plan.stages {
            let name = stage.entry.row.name;
            if !self.open.contains_key(name) && self.book.stage(name).after_due.is_some() {
                self.after(name);
            }
        }
    }

    /// Calls the stage's `after` hook, if it is due, and writes the metadata where the hook has changed them.
    pub(super) fn after(&mut self, stage: &'static str) {
        let begun = matches!(self.before.get(stage), Some(Ok(())));
        if !begun && self.book.stage(stage).after_due.is_none() {
            return;
        }
        let planned = Arc::clone(self.plan.stage(stage));
        if let Some(hook) = planned.entry.row.after {
            let mut run = self.stage_run(stage);
            let ended = caught(|| Ok(hook(&mut run))).and_then(|called| self.wait_for(called));
            if let Err(failure) = ended.and_then(|()| self.conclude(stage, run)) {
                self.trouble.insert(stage, format!("the stage's `after` hook failed: {failure}"));
            }
        }
    }

    fn note_after(&self, stage: &PlannedStage) -> Result<(), Failure> {
        if stage.entry.row.after.is_none() {
            return Ok(());
        }
        let path = AfterDue::path(&self.book.id, stage.entry.row.name)?;
        Ok(self.runtime.store.write(&path, &serde_json::to_vec(&AfterDue { since: clock::now() })?)?)
    }

    /// First the metadata, then the marker: whoever is interrupted in between calls the hook once more.
    fn conclude(&mut self, stage: &str, run: StageRun) -> Result<(), Failure> {
        let store = &self.runtime.store;
        if run.metadata != self.book.metadata {
            store.write(&BookPath::metadata(&self.book.id), &serde_json::to_vec_pretty(&run.metadata)?)?;
            self.book.to_mut().metadata = run.metadata;
        }
        Ok(store.remove(&AfterDue::path(&self.book.id, stage)?)?)
    }

    fn wait_for(&mut self, called: HookCall<'_>) -> Result<(), Failure> {
        match called {
            HookCall::Returned(result) => result,
            HookCall::Awaited(mut future) => {
                let io = self.io();
                caught(|| io.block_on(poll_fn(|task| future.as_mut().poll(task))))
            }
        }
    }

    fn stage_run(&self, name: &'static str) -> StageRun {
        let jobs = self.plan.numbers.keys();
        let asked = jobs.chain(self.plan.plan.settled.keys()).filter(|of| of.stage == name);
        let mut pages: Vec<_> = asked.filter_map(|of| of.page).collect();
        pages.sort_unstable();
        let ended = |wanted: fn(&Outcome) -> bool| {
            self.outcomes.iter().filter(|(page, outcome)| page.stage == name && wanted(outcome)).count()
        };
        let kept = self.plan.plan.settled.iter().filter(|(page, s)| page.stage == name && **s == Settled::Kept).count();
        let of_stage = self.spent.iter().filter(|(number, _)| self.plan.plan.jobs[**number].page.stage == name);
        let row = self.plan.stage(name).entry.row;
        StageRun {
            book: self.book.id.clone(),
            metadata: self.book.metadata.clone(),
            pages,
            done: kept + ended(|outcome| matches!(outcome, Outcome::Done | Outcome::Kept | Outcome::Copied(_))),
            copied: ended(|outcome| matches!(outcome, Outcome::Copied(_))),
            failed: ended(|outcome| matches!(outcome, Outcome::Failed(_))),
            skipped: ended(|outcome| matches!(outcome, Outcome::Skipped(_))),
            blocked: ended(|outcome| matches!(outcome, Outcome::Blocked(_))),
            seconds: of_stage.map(|(_, time)| time.as_secs_f64()).sum(),
            handles: self.runtime.handles(&self.book, row, None, None),
            reader: Reader::new(Arc::clone(&self.runtime.store), self.book.id.clone(), row),
        }
    }
}
