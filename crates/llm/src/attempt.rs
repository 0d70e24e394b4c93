use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::SemaphorePermit;
use tokio::task::block_in_place;
use tokio::time::Instant;

use super::desk::Desk;
use super::ledger::{SENT, note, note_sent};
use super::replies::KeptReply;
use super::tally::Tally;
use super::wire::{self, Dialect};
use super::{CallError, Caller, CostBasis, LedgerEntry, Price, Reply, Request, Usd};
use shelf_runtime::clock;
use shelf_runtime::failure::{Cause, Failure};
use shelf_runtime::record::Hash;

/// One attempt at asking one model.
pub(super) struct Attempt<'a> {
    desk: &'a Desk,
    caller: &'a Caller,
    tally: &'a Tally,
    request: &'a Request,
    model: &'a str,
    /// As the request is known by.
    canonical: Value,
    hash: Hash,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        desk: &'a Desk,
        caller: &'a Caller,
        tally: &'a Tally,
        request: &'a Request,
        model: &'a str,
    ) -> Self {
        let canonical = wire::canonical(request, model);
        let hash = wire::hash(&canonical);
        Self { desk, caller, tally, request, model, canonical, hash }
    }

    /// The reply that is kept or recorded already, or one from the server, which is then kept and stands in the ledger.
    pub(super) async fn reply(&self) -> Result<Reply, CallError> {
        match self.known()? {
            Some(reply) => Ok(reply),
            None => self.send().await,
        }
    }

    /// The reply that was paid before, or is on the tape.
    fn known(&self) -> Result<Option<Reply>, CallError> {
        let tape = self.desk.tape.as_ref();
        if let Some(replayed) = tape.and_then(|tape| tape.replay(self.caller, &self.canonical, &self.hash)) {
            let reply = replayed?;
            self.tally.replied(&self.hash, self.model, &reply, 0.0, (Some(Usd::ZERO), CostBasis::Nothing));
            return Ok(Some(reply));
        }
        let kept = KeptReply::read(self.caller, &self.hash).map_err(unwritten)?;
        let Some(KeptReply { reply, cost_usd, cost, .. }) = kept else { return Ok(None) };
        tracing::info!(model = self.model, "a reply that was paid before is used");
        self.tally.replied(&self.hash, self.model, &reply, 0.0, (cost_usd, cost));
        self.record(&reply)?;
        Ok(Some(reply))
    }

    async fn send(&self) -> Result<Reply, CallError> {
        let queued = Instant::now();
        let place = self.desk.turn().await?;
        let (price, reserved) = self.desk.put_aside(self.caller, self.request, self.model).await?;
        let sent = self.about_to_be_sent(price, queued.elapsed().as_secs_f64());
        let settle = |cost: Usd| reserved.iter().for_each(|reserved| self.desk.budget.settle(reserved, cost));
        if let Err(error) = block_in_place(|| note_sent(&*self.caller.store, &self.caller.book, &sent)) {
            settle(Usd::ZERO);
            return Err(unwritten(error.into()));
        }
        let began = Instant::now();
        let ended = self.call().await;
        let entry = LedgerEntry { total_s: began.elapsed().as_secs_f64(), ..self.ended(sent, &ended, price) };
        settle(entry.cost_usd.unwrap_or_default());
        self.count(&ended, &entry);
        // The disk is waited for in this thread.
        block_in_place(|| self.write(place, &ended, &entry))?;
        ended
    }

    /// Asks the server, and lets the others know how it took that.
    async fn call(&self) -> Result<Reply, CallError> {
        let dialect = if self.desk.settings.is_openrouter() { Dialect::OpenRouter } else { Dialect::Plain };
        let ended = self.desk.transport.complete(&wire::body(self.request, self.model, dialect)).await;
        let ended = ended.map_err(|error| error.of_request(self.request));
        match &ended {
            Ok(_) => self.desk.pace.went_well(),
            Err(CallError::RateLimited { retry_after, .. }) => {
                self.desk.pace.slow_down(retry_after.unwrap_or(self.desk.settings.retry.first_wait));
            }
            // Before the place is free for another.
            Err(CallError::Halted(halt)) => self.desk.halt(halt),
            Err(_) => {}
        }
        ended
    }

    /// How the attempt stands in the ledger before it is sent.
    fn about_to_be_sent(&self, price: Option<Price>, queue_s: f64) -> LedgerEntry {
        /// Attempts of this process so far.
        static SO_FAR: AtomicU64 = AtomicU64::new(0);
        let time = clock::now();
        let number = SO_FAR.fetch_add(1, Ordering::Relaxed);
        let attempt = Hash::of(format!("{time} {} {number}", std::process::id()).as_bytes());
        let (cost_usd, cost) = at_the_dearest(self.request, price);
        LedgerEntry {
            attempt: attempt.as_str()[..16].to_owned(),
            time,
            stage: self.caller.stage.to_owned(),
            page: self.caller.page_number(),
            model: self.model.to_owned(),
            provider: None,
            request: self.hash.clone(),
            prompt_tokens: None,
            completion_tokens: None,
            cost_usd,
            cost,
            ended: SENT.to_owned(),
            queue_s,
            ttft_s: None,
            total_s: 0.0,
        }
    }

    /// How it stands there in the end.
    fn ended(&self, sent: LedgerEntry, ended: &Result<Reply, CallError>, price: Option<Price>) -> LedgerEntry {
        let (cost_usd, cost) = cost(ended, self.request, price);
        let entry = LedgerEntry { time: clock::now(), cost_usd, cost, ..sent };
        match ended {
            Ok(reply) => LedgerEntry {
                provider: reply.provider.clone(),
                prompt_tokens: reply.prompt_tokens(),
                completion_tokens: reply.completion_tokens(),
                ended: reply.finish_reason.clone(),
                ttft_s: Some(reply.ttft_s),
                ..entry
            },
            Err(error) => LedgerEntry { ended: error.word(), ..entry },
        }
    }

    fn count(&self, ended: &Result<Reply, CallError>, entry: &LedgerEntry) {
        let cost = (entry.cost_usd, entry.cost);
        match ended {
            Ok(reply) => self.tally.replied(&self.hash, self.model, reply, entry.queue_s, cost),
            Err(error) => self.tally.failed(error, entry.queue_s, entry.total_s, cost),
        }
    }

    /// Keeps a reply before another request may take its place: whatever happens, no more are lost than are on their way.
    fn write(
        &self,
        place: SemaphorePermit<'_>,
        ended: &Result<Reply, CallError>,
        entry: &LedgerEntry,
    ) -> Result<(), CallError> {
        let (cost_usd, cost) = (entry.cost_usd, entry.cost);
        let keep = |reply: &Reply| {
            let kept = KeptReply { round: self.caller.round.clone(), cost_usd, cost, reply: reply.clone() };
            kept.write(self.caller, &self.hash).map_err(unwritten)
        };
        let kept = ended.as_ref().map_or(Ok(()), keep);
        drop(place);
        note(&*self.caller.store, &self.caller.book, entry).map_err(|error| unwritten(error.into()))?;
        kept.and_then(|()| ended.as_ref().map_or(Ok(()), |reply| self.record(reply)))
    }

    fn record(&self, reply: &Reply) -> Result<(), CallError> {
        match &self.desk.tape {
            Some(tape) => tape.record(self.caller, &self.canonical, &self.hash, reply).map_err(unwritten),
            None => Ok(()),
        }
    }
}

/// What an attempt has cost, and how that is known.
fn cost(ended: &Result<Reply, CallError>, request: &Request, price: Option<Price>) -> (Option<Usd>, CostBasis) {
    match ended {
        Ok(reply) => match (reply.reported_cost(), price.and_then(|price| price.of_reply(request, reply))) {
            (Some(reported), _) => (Some(reported), CostBasis::Reported),
            (None, Some(priced)) => (Some(priced), CostBasis::Priced),
            (None, None) => at_the_dearest(request, price),
        },
        Err(error) if !error.may_have_cost() => (Some(Usd::ZERO), CostBasis::Nothing),
        Err(_) => at_the_dearest(request, price),
    }
}

fn at_the_dearest(request: &Request, price: Option<Price>) -> (Option<Usd>, CostBasis) {
    match price {
        Some(price) => (Some(price.dearest(request)), CostBasis::Estimated),
        None => (None, CostBasis::Unknown),
    }
}

/// What belongs to a page cannot be written: another try may find room.
pub(super) fn unwritten(failure: Failure) -> CallError {
    CallError::Unwritten(Failure { cause: Cause::Write, transient: true, ..failure })
}
