use std::sync::Arc;

use super::Outcome;
use super::scheduler::Scheduler;
use crate::events::PageOf;
use crate::panics::caught;
use crate::plan::{PlannedStage, Settled};
use crate::stage::{Failure, StageRun};

impl Scheduler<'_> {
    /// What the stage's `before` hook says, asked once.
    pub(super) fn before(&mut self, stage: &Arc<PlannedStage>) -> Result<(), String> {
        let name = stage.entry.row.name;
        if !self.before.contains_key(name) {
            let said = stage.entry.row.before.map_or(Ok(()), |hook| self.call_hook(stage, hook));
            self.before.insert(name, said.map_err(|failure| failure.to_string()));
        }
        self.before[name].clone()
    }

    pub(super) fn after(&mut self, stage: &'static str) {
        let planned = Arc::clone(self.plan.stage(stage));
        if let Some(hook) = planned.entry.row.after
            && let Err(failure) = self.call_hook(&planned, hook)
        {
            self.trouble.insert(stage, format!("the stage's `after` hook failed: {failure}"));
        }
    }

    fn call_hook(&self, stage: &PlannedStage, hook: crate::stage::Hook) -> Result<(), Failure> {
        let name = stage.entry.row.name;
        let crate::stage::Hook::Blocking(call) = hook;
        let of_stage = |page: &&PageOf| page.stage == name;
        let mut pages: Vec<_> = self
            .plan
            .numbers
            .keys()
            .chain(self.plan.plan.settled.keys())
            .filter(of_stage)
            .filter_map(|of| of.page)
            .collect();
        pages.sort_unstable();
        let ended = |wanted: fn(&Outcome) -> bool| {
            self.outcomes.iter().filter(|(page, outcome)| page.stage == name && wanted(outcome)).count()
        };
        let kept = self.plan.plan.settled.iter().filter(|(page, s)| page.stage == name && **s == Settled::Kept).count();
        let run = StageRun {
            book: self.book.id.clone(),
            metadata: self.book.metadata.clone(),
            pages,
            done: kept + ended(|outcome| matches!(outcome, Outcome::Done | Outcome::Kept)),
            failed: ended(|outcome| matches!(outcome, Outcome::Failed(_))),
        };
        caught(|| call(&run))
    }
}
