use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::{OnceCell, Semaphore, watch};
use tokio::time::Instant;

use super::budget::{Budget, Reservation};
use super::ledger::{SENT, note, note_sent, spent_before};
use super::pace::Pace;
use super::replies::KeptReply;
use super::tally::Tally;
use super::tape::Tape;
use super::transport::Transport;
use super::wire::{self, Dialect};
use super::{
    CallError, Caller, CostBasis, Halt, LedgerEntry, LlmSettings, Models, Price, Rehearsal, Reply, Request, StartError,
    Usd,
};
use crate::clock;
use crate::record::Hash;
use crate::stage::{Cause, Failure};

/// Asks models for all stages of a program: it alone owns the rate, the places and the budget. A handle, cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    /// Nothing where no model is configured.
    desk: Option<Arc<Desk>>,
    /// Where questions are counted that are not to be asked.
    rehearsal: Option<Rehearsal>,
}

/// What the handles share.
struct Desk {
    settings: LlmSettings,
    transport: Transport,
    places: Semaphore,
    pace: Pace,
    budget: Budget,
    listed: OnceCell<Models>,
    /// Attempts so far.
    sent: AtomicU64,
    tape: Option<Tape>,
    /// Whether money may be spent.
    allowed: AtomicBool,
    /// Why nothing more is asked.
    halt: Mutex<Option<Halt>>,
    /// Whether the run stops.
    stopping: watch::Sender<bool>,
    io: Background,
}

/// What requests run on: a runtime of their own, so that connections outlive a book, and a request whose page was given up is still
/// read to its end, since it is paid.
struct Background(Option<tokio::runtime::Runtime>);

impl Dispatcher {
    /// No model is configured: whatever asks fails.
    #[must_use]
    pub fn off() -> Self {
        Self { desk: None, rehearsal: None }
    }

    /// Asks as `settings` say.
    pub fn start(settings: LlmSettings) -> Result<Self, StartError> {
        let io = tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("llm").enable_all().build();
        let desk = Desk {
            transport: Transport::new(&settings)?,
            places: Semaphore::new(settings.in_flight.max(1)),
            pace: Pace::new(settings.requests_per_minute),
            budget: Budget::new(settings.spending),
            listed: OnceCell::new(),
            sent: AtomicU64::new(0),
            tape: settings.tape.as_ref().map(Tape::open).transpose()?,
            allowed: AtomicBool::new(settings.spending.allowed),
            halt: Mutex::new(None),
            stopping: watch::Sender::new(false),
            io: Background(Some(io.map_err(StartError::Runtime)?)),
            settings,
        };
        Ok(Self { desk: Some(Arc::new(desk)), rehearsal: None })
    }

    /// How models are asked; `None` where none is configured.
    #[must_use]
    pub fn settings(&self) -> Option<&LlmSettings> {
        self.desk.as_deref().map(|desk| &desk.settings)
    }

    /// The same for a stage whose questions are only counted.
    pub(crate) fn rehearsing(&self, rehearsal: Rehearsal) -> Self {
        Self { rehearsal: Some(rehearsal), ..self.clone() }
    }

    /// Where questions are counted, if they are not to be asked.
    pub(super) fn rehearsal(&self) -> Option<&Rehearsal> {
        self.rehearsal.as_ref()
    }

    /// Allows to spend money, within the budget: a person was asked.
    pub fn allow_spending(&self) {
        if let Some(desk) = &self.desk {
            desk.allowed.store(true, Ordering::SeqCst);
        }
    }

    /// Says that a run begins, or that it stops: then what is on its way is read to its end, and nobody waits to ask again.
    pub(crate) fn stop(&self, stopping: bool) {
        if let Some(desk) = &self.desk {
            desk.stopping.send_replace(stopping);
        }
    }

    /// Why nothing more is asked in this run, if so.
    #[must_use]
    pub fn halted(&self) -> Option<Halt> {
        self.desk.as_deref()?.halted()
    }

    /// What a model costs, if anybody knows. Blocks while the server is asked.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        let desk = self.desk.clone()?;
        let (sender, prices) = std::sync::mpsc::channel();
        let model = model.to_owned();
        self.desk.as_deref()?.io.spawn(async move {
            // The receiver waits below.
            let _ = sender.send(desk.price(&model).await);
        });
        prices.recv().ok().flatten()
    }

    /// Whether a model takes pictures, as far as its server's list says.
    pub(super) async fn takes_pictures(&self, model: &str) -> bool {
        let Some(desk) = self.desk.clone() else { return false };
        let model = model.to_owned();
        let asked = desk.clone().io.spawn(async move { desk.takes_pictures(&model).await });
        asked.await.unwrap_or(true)
    }

    /// Sends a request to a model until there is a reply, or no hope of one.
    pub(super) async fn complete(
        &self,
        caller: &Arc<Caller>,
        tally: &Tally,
        request: &Arc<Request>,
        model: &str,
    ) -> Result<Reply, CallError> {
        let desk = self.desk.as_ref().ok_or(Halt::NotConfigured)?;
        let retry = desk.settings.retry;
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(retry.first_wait)
            .with_factor(2.0)
            .with_max_delay(super::error::LONGEST_WAIT)
            .with_max_times(retry.attempts.max(1) as usize - 1)
            .with_jitter()
            .build();
        let began = Instant::now();
        loop {
            let attempt = desk.spawn_attempt(Arc::clone(caller), tally.clone(), Arc::clone(request), model.to_owned());
            let error = match attempt.await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let wait = error.may_pass().then(|| waits.next()).flatten();
            let wait = wait.map(|wait| error.retry_after().map_or(wait, |said| said.max(wait)));
            match wait {
                Some(wait) if began.elapsed() + wait <= retry.give_up_after => {
                    tracing::warn!(model, %error, wait_s = wait.as_secs_f64(), "the model is asked again");
                    // Over when the time is, or when the run stops.
                    let _ = tokio::time::timeout(wait, desk.until_stopping()).await;
                }
                _ => return Err(error),
            }
        }
    }
}

impl Desk {
    fn spawn_attempt(
        self: &Arc<Self>,
        caller: Arc<Caller>,
        tally: Tally,
        request: Arc<Request>,
        model: String,
    ) -> impl Future<Output = Result<Reply, CallError>> + Send + use<> {
        let desk = Arc::clone(self);
        let attempt = self.io.spawn(async move {
            let ended = desk.attempt(&caller, &tally, &request, &model).await;
            if let Err(CallError::Halted(halt)) = &ended
                && *halt != Halt::Stopping
            {
                desk.halt(halt);
            }
            ended
        });
        async { attempt.await.unwrap_or_else(|error| Err(CallError::Cut(error.to_string()))) }
    }

    /// One attempt: a reply that is kept or recorded already, or one from the server, which is then kept and stands in the ledger.
    async fn attempt(
        &self,
        caller: &Caller,
        tally: &Tally,
        request: &Request,
        model: &str,
    ) -> Result<Reply, CallError> {
        let canonical = wire::canonical(request, model);
        let hash = wire::hash(&canonical);
        if let Some(replayed) = self.tape.as_ref().and_then(|tape| tape.replay(caller, &canonical, &hash)) {
            let reply = replayed?;
            tally.replied(&hash, model, &reply, 0.0, (Some(Usd::ZERO), CostBasis::Nothing));
            return Ok(reply);
        }
        let record = |reply: &Reply| match &self.tape {
            Some(tape) => tape.record(caller, &canonical, &hash, reply).map_err(unwritten),
            None => Ok(()),
        };
        if let Some(KeptReply { reply, cost_usd, cost, .. }) = KeptReply::read(caller, &hash).map_err(unwritten)? {
            tracing::info!(model, "a reply that was paid before is used");
            tally.replied(&hash, model, &reply, 0.0, (cost_usd, cost));
            record(&reply)?;
            return Ok(reply);
        }
        let queued = Instant::now();
        let place = self.places.acquire().await.expect("the places are never closed");
        tokio::select! {
            () = self.pace.turn() => {}
            () = self.until_stopping() => {}
        }
        if let Some(halt) = self.halted().or_else(|| self.stopping.borrow().then_some(Halt::Stopping)) {
            return Err(halt.into());
        }
        let (price, reserved) = self.put_aside(caller, request, model).await?;
        let queue_s = queued.elapsed().as_secs_f64();
        let dialect = if self.settings.is_openrouter() { Dialect::OpenRouter } else { Dialect::Plain };
        let mut entry = self.entry(caller, (request, &hash), model, price);
        entry.queue_s = queue_s;
        if let Err(error) = tokio::task::block_in_place(|| note_sent(&*caller.store, &caller.book, &entry)) {
            if let Some(reserved) = reserved {
                self.budget.settle(&reserved, Usd::ZERO);
            }
            return Err(unwritten(error.into()));
        }
        let sent = Instant::now();
        let ended = self.transport.complete(&wire::body(request, model, dialect)).await;
        let ended = ended.map_err(|error| error.of_request(request));
        match &ended {
            Ok(_) => self.pace.went_well(),
            Err(CallError::RateLimited { retry_after, .. }) => {
                self.pace.slow_down(retry_after.unwrap_or(self.settings.retry.first_wait));
            }
            // Before the place is free for another.
            Err(CallError::Halted(halt)) => self.halt(halt),
            Err(_) => {}
        }
        let (cost_usd, cost) = cost(&ended, request, price);
        if let Some(reserved) = reserved {
            self.budget.settle(&reserved, cost_usd.unwrap_or_default());
        }
        entry = LedgerEntry { time: clock::now(), cost_usd, cost, total_s: sent.elapsed().as_secs_f64(), ..entry };
        match &ended {
            Ok(reply) => {
                entry.provider.clone_from(&reply.provider);
                entry.prompt_tokens = reply.prompt_tokens();
                entry.completion_tokens = reply.completion_tokens();
                entry.ended.clone_from(&reply.finish_reason);
                entry.ttft_s = Some(reply.ttft_s);
                tally.replied(&hash, model, reply, queue_s, (cost_usd, cost));
            }
            Err(error) => {
                entry.ended = error.word();
                tally.failed(error, queue_s, entry.total_s, (cost_usd, cost));
            }
        }
        // The disk is waited for in this thread. A reply is kept before another request may take its place: whatever happens, no more are lost
        // than are on their way.
        tokio::task::block_in_place(|| {
            let keep = |reply: &Reply| {
                let kept = KeptReply { round: caller.round.clone(), cost_usd, cost, reply: reply.clone() };
                kept.write(caller, &hash).map_err(unwritten)
            };
            let kept = ended.as_ref().map_or(Ok(()), keep);
            drop(place);
            note(&*caller.store, &caller.book, &entry).map_err(|error| unwritten(error.into()))?;
            kept.and_then(|()| ended.as_ref().map_or(Ok(()), record))
        })?;
        ended
    }

    /// An attempt as it stands in the ledger before it is sent.
    fn entry(
        &self,
        caller: &Caller,
        (request, hash): (&Request, &Hash),
        model: &str,
        price: Option<Price>,
    ) -> LedgerEntry {
        let (cost_usd, cost) = at_the_dearest(request, price);
        let time = clock::now();
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let attempt = Hash::of(format!("{time} {} {number}", std::process::id()).as_bytes());
        LedgerEntry {
            attempt: attempt.as_str()[..16].to_owned(),
            time,
            stage: caller.stage.to_owned(),
            page: caller.page_number(),
            model: model.to_owned(),
            provider: None,
            request: hash.clone(),
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

    /// Puts the dearest case aside, where there is a budget; and the model's price, where anybody knows it.
    async fn put_aside(
        &self,
        caller: &Caller,
        request: &Request,
        model: &str,
    ) -> Result<(Option<Price>, Option<Reservation>), CallError> {
        let price = self.price(model).await;
        if !self.allowed.load(Ordering::SeqCst) && !price.is_some_and(|price| price.is_free()) {
            return Err(Halt::NotAllowed.into());
        }
        if !self.budget.is_limited() {
            return Ok((price, None));
        }
        let known = price.ok_or_else(|| Halt::Unpriced(model.to_owned()))?;
        let spent = || spent_before(&*caller.store, &caller.book, &clock::now());
        self.budget.open(&caller.book, spent).map_err(|error| unwritten(error.into()))?;
        let reserved = self.budget.reserve(&caller.book, known.dearest(request)).await?;
        Ok((price, Some(reserved)))
    }

    async fn price(&self, model: &str) -> Option<Price> {
        if let Some(price) = self.settings.prices.get(model) {
            return Some(*price);
        }
        self.listed.get_or_init(|| self.list()).await.price(model)
    }

    /// Whether a model takes pictures; true where nobody says. In a replay the server is not asked, and those take none that were sent none.
    async fn takes_pictures(&self, model: &str) -> bool {
        match self.tape.as_ref().and_then(|tape| tape.was_shown_pictures(model)) {
            Some(was_shown) => was_shown,
            None => self.listed.get_or_init(|| self.list()).await.takes_pictures(model),
        }
    }

    /// What the server lists of its models: what was kept, else what it says now, else nothing.
    async fn list(&self) -> Models {
        let cache = self.settings.price_cache.as_deref();
        if let Some(models) = cache.and_then(Models::read_fresh) {
            return models;
        }
        match self.transport.models().await {
            Some(listed) => {
                let models = Models::of_list(&listed);
                if let Some(cache) = cache {
                    models.write(cache);
                }
                models
            }
            None => Models::default(),
        }
    }

    async fn until_stopping(&self) {
        // The sender is this desk's own, and stays as long as it.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    fn halt(&self, why: &Halt) {
        self.halt.lock().expect("noting a halt does not panic").get_or_insert_with(|| why.clone());
    }

    fn halted(&self) -> Option<Halt> {
        self.halt.lock().expect("noting a halt does not panic").clone()
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
fn unwritten(failure: Failure) -> CallError {
    CallError::Unwritten(Failure { cause: Cause::Write, transient: true, ..failure })
}

impl Background {
    fn spawn<F>(&self, future: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.as_ref().expect("it runs until it is dropped").spawn(future)
    }
}

/// The last handle may go inside another runtime, which must not be blocked.
impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
