use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{OnceCell, Semaphore, SemaphorePermit, watch};

use super::attempt::unwritten;
use super::background::Background;
use super::budget::{Budget, Reservation};
use super::ledger::spent_before;
use super::pace::Pace;
use super::tape::Tape;
use super::transport::Transport;
use super::{CallError, Caller, Halt, LlmSettings, Models, Price, Request, StartError};
use shelf_runtime::clock;

/// What all requests of a program go through: rate, places, budget and prices, and whether anything may be asked at all.
pub(super) struct Desk {
    pub(super) settings: LlmSettings,
    pub(super) transport: Transport,
    places: Semaphore,
    pub(super) pace: Pace,
    pub(super) budget: Budget,
    listed: OnceCell<Models>,
    pub(super) tape: Option<Tape>,
    /// Whether money may be spent.
    pub(super) allowed: AtomicBool,
    /// Why nothing more is asked.
    halt: Mutex<Option<Halt>>,
    /// Whether the run stops.
    pub(super) stopping: watch::Sender<bool>,
    pub(super) io: Background,
}

impl Desk {
    pub(super) fn open(settings: LlmSettings) -> Result<Self, StartError> {
        Ok(Self {
            transport: Transport::new(&settings)?,
            places: Semaphore::new(settings.in_flight.max(1)),
            pace: Pace::new(settings.requests_per_minute),
            budget: Budget::new(settings.spending),
            listed: OnceCell::new(),
            tape: settings.tape.as_ref().map(Tape::open).transpose()?,
            allowed: AtomicBool::new(settings.spending.allowed),
            halt: Mutex::new(None),
            stopping: watch::Sender::new(false),
            io: Background::start()?,
            settings,
        })
    }

    /// Waits for a place and for the pace; an error where nothing more is to be asked.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, CallError> {
        let place = self.places.acquire().await.expect("the places are never closed");
        tokio::select! {
            () = self.pace.turn() => {}
            () = self.until_stopping() => {}
        }
        match self.halted().or_else(|| self.stopping.borrow().then_some(Halt::Stopping)) {
            Some(halt) => Err(halt.into()),
            None => Ok(place),
        }
    }

    /// Puts the dearest case aside, where there is a budget; and the model's price, where anybody knows it.
    pub(super) async fn put_aside(
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

    pub(super) async fn price(&self, model: &str) -> Option<Price> {
        if let Some(price) = self.settings.prices.get(model) {
            return Some(*price);
        }
        self.listed.get_or_init(|| self.list()).await.price(model)
    }

    /// Whether a model takes pictures; true where nobody says. In a replay the server is not asked, and those take none that were sent none.
    pub(super) async fn takes_pictures(&self, model: &str) -> bool {
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

    pub(super) async fn until_stopping(&self) {
        // The sender is this desk's own, and stays as long as it.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    pub(super) fn halt(&self, why: &Halt) {
        self.halt.lock().expect("noting a halt does not panic").get_or_insert_with(|| why.clone());
    }

    pub(super) fn halted(&self) -> Option<Halt> {
        self.halt.lock().expect("noting a halt does not panic").clone()
    }
}
