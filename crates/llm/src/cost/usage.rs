use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use super::CostBasis;
use crate::chat::Reply;
use crate::error::{AbortReason, CallError};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::{Hash, ModelUse};
use shelf_runtime::usd::Usd;

/// Counts the calls of one page and their cost, over all attempts at the page. Handles of the same page share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct UsageCounter(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    /// Requests whose replies are counted.
    replied: BTreeSet<Hash>,
    calls: u32,
    cost: Usd,
    /// Whether the cost of some call is unknown.
    unknown: bool,
    model_use: ModelUse,
    /// Time from first to last token, s.
    generation_s: f64,
    /// Why rules make the page instead of a model.
    without_model: Option<Failure>,
}

impl UsageCounter {
    /// Counts an attempt that ended with a reply. A reply that is reused in another attempt at the page is counted once.
    pub(crate) fn add_reply(
        &self,
        request: &Hash,
        model: &str,
        reply: &Reply,
        queue_s: f64,
        cost: (Option<Usd>, CostBasis),
    ) {
        if !self.counts().replied.insert(request.clone()) {
            return;
        }
        let mut counts = self.add_call(queue_s, reply.total_s, cost);
        counts.generation_s += reply.total_s - reply.ttft_s;
        let generation_s = counts.generation_s;
        let used = &mut counts.model_use;
        used.tokens_total += reply.completion_tokens().unwrap_or(0);
        used.tokens_per_second = (generation_s > 0.0).then(|| used.tokens_total as f64 / generation_s);
        used.model_used = Some(reply.model.clone().unwrap_or_else(|| model.to_owned()));
        used.provider.clone_from(&reply.provider);
        used.ttft_seconds = Some(reply.ttft_s);
        used.usage.clone_from(&reply.usage);
    }

    /// Counts an attempt that failed, unless it was not sent.
    pub(crate) fn add_failure(&self, error: &CallError, queue_s: f64, total_s: f64, cost: (Option<Usd>, CostBasis)) {
        let was_sent = match error {
            CallError::Aborted(reason) => matches!(reason, AbortReason::Rejected { .. }),
            _ => true,
        };
        if was_sent {
            drop(self.add_call(queue_s, total_s, cost));
        }
    }

    /// Records that rules make the page, because no model gave a usable reply.
    pub(crate) fn do_without_model(&self, why: Failure) {
        self.counts().without_model = Some(why);
    }

    /// Why rules make the page instead of a model, if they do.
    pub(crate) fn without_model(&self) -> Option<Failure> {
        self.counts().without_model.clone()
    }

    /// Number of attempts.
    pub(crate) fn calls(&self) -> u32 {
        self.counts().calls
    }

    /// Their cost; `None` if it is not known.
    pub(crate) fn cost(&self) -> Option<Usd> {
        let counts = self.counts();
        (!counts.unknown).then_some(counts.cost)
    }

    /// What the page's record says of them; `None` if no model was asked.
    pub(crate) fn model_use(&self) -> Option<ModelUse> {
        let counts = self.counts();
        (counts.calls > 0).then(|| counts.model_use.clone())
    }

    fn add_call(&self, queue_s: f64, total_s: f64, (cost, basis): (Option<Usd>, CostBasis)) -> MutexGuard<'_, Counts> {
        let mut counts = self.counts();
        counts.calls += 1;
        counts.cost += cost.unwrap_or_default();
        counts.unknown |= basis == CostBasis::Unknown;
        let used = &mut counts.model_use;
        used.queue_time_seconds += queue_s;
        used.execution_time_seconds += total_s;
        used.total_time_seconds = used.queue_time_seconds + used.execution_time_seconds;
        counts
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().expect("no code that holds the lock panics")
    }
}
