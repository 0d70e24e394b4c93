use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{CallError, CostBasis, Reply, Usd};
use shelf_runtime::record::{Hash, ModelUse};

/// What one page has asked and spent, over all its attempts. Handles of one page share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    /// Requests whose replies are counted.
    replied: BTreeSet<Hash>,
    calls: u32,
    cost: Usd,
    /// Nobody knows what some of it cost.
    unknown: bool,
    model_use: ModelUse,
    /// Time in which words came, s.
    writing_s: f64,
}

impl Tally {
    /// Counts an attempt that ended with a reply. One that is used again in another attempt at the page is counted once.
    pub(super) fn replied(
        &self,
        request: &Hash,
        model: &str,
        reply: &Reply,
        queue_s: f64,
        cost: (Option<Usd>, CostBasis),
    ) {
        if !self.counted().replied.insert(request.clone()) {
            return;
        }
        let mut counted = self.count(queue_s, reply.total_s, cost);
        counted.writing_s += reply.total_s - reply.ttft_s;
        let writing_s = counted.writing_s;
        let used = &mut counted.model_use;
        used.tokens_total += reply.completion_tokens().unwrap_or(0);
        used.tokens_per_second = (writing_s > 0.0).then(|| used.tokens_total as f64 / writing_s);
        used.model_used = Some(reply.model.clone().unwrap_or_else(|| model.to_owned()));
        used.provider.clone_from(&reply.provider);
        used.ttft_seconds = Some(reply.ttft_s);
        used.usage.clone_from(&reply.usage);
    }

    /// Counts an attempt that failed.
    pub(super) fn failed(&self, error: &CallError, queue_s: f64, total_s: f64, cost: (Option<Usd>, CostBasis)) {
        if !matches!(error, CallError::Halted(halt) if !matches!(halt, super::Halt::Refused { .. })) {
            drop(self.count(queue_s, total_s, cost));
        }
    }

    /// How many attempts there were.
    pub(crate) fn calls(&self) -> u32 {
        self.counted().calls
    }

    /// What they cost, USD; `None` where nobody knows.
    pub(crate) fn cost_usd(&self) -> Option<f64> {
        let counted = self.counted();
        (!counted.unknown).then_some(counted.cost.0)
    }

    /// What is recorded of them; `None` where no model was asked.
    pub(crate) fn model_use(&self) -> Option<ModelUse> {
        let counted = self.counted();
        (counted.calls > 0).then(|| counted.model_use.clone())
    }

    fn count(&self, queue_s: f64, total_s: f64, (cost, basis): (Option<Usd>, CostBasis)) -> MutexGuard<'_, Counted> {
        let mut counted = self.counted();
        counted.calls += 1;
        counted.cost += cost.unwrap_or_default();
        counted.unknown |= basis == CostBasis::Unknown;
        let used = &mut counted.model_use;
        used.queue_time_seconds += queue_s;
        used.execution_time_seconds += total_s;
        used.total_time_seconds = used.queue_time_seconds + used.execution_time_seconds;
        counted
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().expect("counting does not panic")
    }
}
