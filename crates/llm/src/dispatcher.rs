use std::sync::Arc;
use std::sync::atomic::Ordering;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::Instant;

use super::attempt::Attempt;
use super::desk::Desk;
use super::tally::Tally;
use super::{CallError, Caller, Halt, LlmSettings, Price, Rehearsal, Reply, Request, StartError};

/// Asks models for all stages of a program: it alone owns the rate, the places and the budget. A handle, cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    /// Nothing where no model is configured.
    desk: Option<Arc<Desk>>,
    /// Where questions are counted that are not to be asked.
    rehearsal: Option<Rehearsal>,
}

impl Dispatcher {
    /// No model is configured: whatever asks fails.
    #[must_use]
    pub fn off() -> Self {
        Self { desk: None, rehearsal: None }
    }

    /// Asks as `settings` say.
    pub fn start(settings: LlmSettings) -> Result<Self, StartError> {
        Ok(Self { desk: Some(Arc::new(Desk::open(settings)?)), rehearsal: None })
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
            let ended = Attempt::new(&desk, &caller, &tally, &request, &model).reply().await;
            if let Err(CallError::Halted(halt)) = &ended
                && *halt != Halt::Stopping
            {
                desk.halt(halt);
            }
            ended
        });
        async { attempt.await.unwrap_or_else(|error| Err(CallError::Cut(error.to_string()))) }
    }
}
