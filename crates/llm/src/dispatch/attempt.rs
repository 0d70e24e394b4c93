use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::task::block_in_place;
use tokio::time::Instant;

use super::Received;
use super::cached_reply::CachedReply;
use super::client_state::ClientState;
use super::concurrency::InFlight;
use crate::caller::Caller;
use crate::chat::{Reply, Request, reported_cost};
use crate::cost::{AttemptId, CostBasis, LedgerEntry, Price, SENT, UsageCounter, append_ended};
use crate::error::{AbortReason, CallError, refuses_pictures};
use crate::transport::{Call, FailedCall, wire};
use shelf_runtime::record::Hash;
use shelf_runtime::usd::Usd;

/// One attempt at a call.
pub(super) struct Attempt<'a> {
    state: &'a ClientState,
    caller: &'a Caller,
    usage: &'a UsageCounter,
    request: &'a Request,
    model: &'a str,
    /// See [`wire::canonical`].
    canonical: Value,
    hash: Hash,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        state: &'a ClientState,
        caller: &'a Caller,
        usage: &'a UsageCounter,
        request: &'a Request,
        model: &'a str,
    ) -> Self {
        let canonical = wire::canonical(request, model);
        let hash = wire::hash(&canonical);
        Self { state, caller, usage, request, model, canonical, hash }
    }

    /// The recorded or cached reply, or one from the server, which is then cached and entered in the ledger.
    pub(super) async fn reply(&self) -> Result<Received, CallError> {
        match self.stored_reply()? {
            Some(reply) => Ok(Received { reply, is_stored: true }),
            None => self.send().await.map(|reply| Received { reply, is_stored: false }),
        }
    }

    /// The reply from the cassette or the cache.
    fn stored_reply(&self) -> Result<Option<Reply>, CallError> {
        let cassette = self.state.cassette.as_ref();
        if let Some(replayed) = cassette.and_then(|cassette| cassette.replay(self.caller, &self.canonical, &self.hash))
        {
            let reply = replayed?;
            self.usage.add_reply(&self.hash, self.model, &reply, 0.0, (Some(Usd::ZERO), CostBasis::Nothing));
            return Ok(Some(reply));
        }
        let cached = CachedReply::read(self.caller, &self.hash).map_err(CallError::storage)?;
        let Some(CachedReply { reply, cost_usd, cost, .. }) = cached else { return Ok(None) };
        tracing::info!(model = self.model, "reusing a reply that was already paid for");
        self.usage.add_reply(&self.hash, self.model, &reply, 0.0, (cost_usd, cost));
        self.record(&reply)?;
        Ok(Some(reply))
    }

    async fn send(&self) -> Result<Reply, CallError> {
        let queued = Instant::now();
        let in_flight = self.state.acquire().await?;
        // Another request may have found out meanwhile.
        if let Some(AbortReason::Rejected { status, message, .. }) = self.state.unknown(self.model) {
            return Err(CallError::UnknownModel { status, message });
        }
        let price = self.state.allowed_price(self.model).await?;
        let mut sent = self.sent_entry(price);
        let reservation = self.state.budget.reserve(&*self.caller.store, &self.caller.book, &sent).await?;
        let began = Instant::now();
        sent.queue_s = (began - queued).as_secs_f64();
        let result = self.call().await;
        match &result {
            Ok(reply) => in_flight.record_reply(Duration::from_secs_f64(reply.ttft_s)),
            Err(failed) if failed.error.is_overload() => in_flight.record_overload(),
            Err(_) => {}
        }
        let entry = LedgerEntry { total_s: began.elapsed().as_secs_f64(), ..self.ended_entry(sent, &result, price) };
        self.count(&result, &entry);
        // Writing blocks this thread.
        let stored = block_in_place(|| self.store(in_flight, &result, &entry));
        self.state.budget.settle(&reservation, entry.cost_usd.unwrap_or_default());
        stored?;
        result.map_err(|failed| failed.error)
    }

    /// Calls the server, and adapts the rate limit and the parameters to the result.
    async fn call(&self) -> Result<Reply, FailedCall> {
        let parameters = self.state.parameters(self.model, self.request.reasoning).await;
        let body = wire::body(self.request, self.model, &parameters);
        // The user may have raised the limit.
        let limit = body.get(parameters.token_limit.as_str()).and_then(Value::as_u64);
        let limit = limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or_default();
        let call = Call { body: &body, max_tokens: self.request.max_tokens.max(limit) };
        let mut result = self.state.transport.complete(call).await;
        if let Err(failed) = &mut result {
            failed.error = failed.error.clone().of_request(self.request);
            self.learn(failed, &body).await;
        }
        match result.as_ref().map_err(|failed| &failed.error) {
            Ok(_) => self.state.rate_limiter.record_success(),
            Err(CallError::RateLimited { retry_after, .. }) => {
                self.state.rate_limiter.back_off(retry_after.unwrap_or(self.state.settings.retry.first_wait));
            }
            // Before another request is sent in place of this one.
            Err(CallError::Aborted(reason)) => self.state.abort(reason),
            Err(CallError::UnknownModel { status, message }) => self.state.mark_unknown(self.model, *status, message),
            Err(CallError::Refused { message, with_picture: true, .. }) if refuses_pictures(message) => {
                self.state.mark_text_only(self.model);
            }
            Err(_) => {}
        }
        result
    }

    /// Turns a refusal that names parameters of `body` into the error after which the request is sent again without them.
    async fn learn(&self, failed: &mut FailedCall, body: &Map<String, Value>) {
        let (CallError::Refused { status, message, .. } | CallError::UnknownModel { status, message }) = &failed.error
        else {
            return;
        };
        let Some(refusal) = &failed.refusal else { return };
        self.state.leave_out(self.model, body, refusal);
        let parameters = self.state.parameters(self.model, self.request.reasoning).await;
        let now = wire::body(self.request, self.model, &parameters);
        // Another request may have been refused for the same reason before.
        let changed = body.iter().filter(|(name, value)| now.get(*name) != Some(value));
        let parameters: Vec<String> = changed.map(|(name, _)| format!("`{name}`")).collect();
        if !parameters.is_empty() {
            failed.error = CallError::ParametersRefused { parameters, status: *status, message: message.clone() };
        }
    }

    /// The ledger entry before the request is sent, with its time in the queue left open.
    fn sent_entry(&self, price: Option<Price>) -> LedgerEntry {
        /// Attempts of this process so far.
        static ATTEMPTS: AtomicU64 = AtomicU64::new(0);
        let time = Timestamp::now();
        let (cost_usd, cost) = worst_case_cost(self.request, price);
        LedgerEntry {
            attempt: AttemptId::new(time, ATTEMPTS.fetch_add(1, Ordering::Relaxed)),
            time,
            stage: self.caller.stage.to_owned(),
            page: self.caller.unit,
            model: self.model.to_owned(),
            provider: None,
            request: self.hash.clone(),
            prompt_tokens: None,
            completion_tokens: None,
            cost_usd,
            cost,
            ended: SENT.to_owned(),
            queue_s: 0.0,
            ttft_s: None,
            total_s: 0.0,
        }
    }

    /// The ledger entry after the call.
    fn ended_entry(&self, sent: LedgerEntry, result: &Result<Reply, FailedCall>, price: Option<Price>) -> LedgerEntry {
        let (cost_usd, cost) = cost(result, self.request, price);
        let entry = LedgerEntry { time: Timestamp::now(), cost_usd, cost, ..sent };
        match result {
            Ok(reply) => LedgerEntry {
                provider: reply.provider.clone(),
                prompt_tokens: reply.prompt_tokens(),
                completion_tokens: reply.completion_tokens(),
                ended: reply.finish_reason.clone(),
                ttft_s: Some(reply.ttft_s),
                ..entry
            },
            Err(failed) => {
                let tokens = |key: &str| failed.usage.as_ref()?.get(key)?.as_u64();
                let (prompt_tokens, completion_tokens) = (tokens("prompt_tokens"), tokens("completion_tokens"));
                LedgerEntry { prompt_tokens, completion_tokens, ended: failed.error.ledger_word(), ..entry }
            }
        }
    }

    fn count(&self, result: &Result<Reply, FailedCall>, entry: &LedgerEntry) {
        let cost = (entry.cost_usd, entry.cost);
        match result {
            Ok(reply) => self.usage.add_reply(&self.hash, self.model, reply, entry.queue_s, cost),
            Err(failed) => self.usage.add_failure(&failed.error, entry.queue_s, entry.total_s, cost),
        }
    }

    /// Stores a reply before another request is sent in place of this one: a crash loses at most the calls in flight.
    fn store(
        &self,
        in_flight: InFlight<'_>,
        result: &Result<Reply, FailedCall>,
        entry: &LedgerEntry,
    ) -> Result<(), CallError> {
        let (cost_usd, cost) = (entry.cost_usd, entry.cost);
        let cache = |reply: &Reply| {
            let retry_epoch = self.caller.retry_epoch.clone();
            let cached = CachedReply { retry_epoch, cost_usd, cost, reply: reply.clone() };
            cached.write(self.caller, &self.hash).map_err(CallError::storage)
        };
        let cached = result.as_ref().map_or(Ok(()), cache);
        drop(in_flight);
        append_ended(&*self.caller.store, &self.caller.book, entry).map_err(CallError::storage)?;
        cached.and_then(|()| result.as_ref().map_or(Ok(()), |reply| self.record(reply)))
    }

    fn record(&self, reply: &Reply) -> Result<(), CallError> {
        match &self.state.cassette {
            Some(cassette) => {
                cassette.record(self.caller, &self.canonical, &self.hash, reply).map_err(CallError::storage)
            }
            None => Ok(()),
        }
    }
}

/// The cost of an attempt, and where it comes from.
fn cost(result: &Result<Reply, FailedCall>, request: &Request, price: Option<Price>) -> (Option<Usd>, CostBasis) {
    let usage = match result {
        Ok(reply) => reply.usage.as_ref(),
        Err(failed) => failed.usage.as_ref(),
    };
    let priced = || price?.of_usage(request, usage?);
    if let Some(reported) = usage.and_then(reported_cost) {
        return (Some(reported), CostBasis::Reported);
    }
    if let Some(priced) = priced() {
        return (Some(priced), CostBasis::Priced);
    }
    match result {
        Err(failed) if !failed.error.may_have_cost() => (Some(Usd::ZERO), CostBasis::Nothing),
        _ => worst_case_cost(request, price),
    }
}

fn worst_case_cost(request: &Request, price: Option<Price>) -> (Option<Usd>, CostBasis) {
    match price {
        Some(price) => (Some(price.worst_case(request)), CostBasis::Estimated),
        None => (None, CostBasis::Unknown),
    }
}
