use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::Instant;

use super::attempt::Attempt;
use super::client_state::ClientState;
use super::{Received, RequestLog, StartError, Turn};
use crate::caller::Caller;
use crate::chat::Request;
use crate::cost::{Price, UsageCounter};
use crate::error::{AbortReason, CallError};
use crate::settings::LlmSettings;
use crate::transport::ApiKey;

/// The longest wait of our own before a request is sent again; a server may ask for a longer one.
const MAX_BACKOFF: Duration = Duration::from_mins(2);
/// How often a request is sent again that our own time limit cut off.
const MAX_TIMEOUT_RETRIES: u32 = 1;

/// Sends the requests of all stages of a program, within rate limit, concurrency and budget. Cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    /// `None` if no model is configured.
    state: Option<Arc<ClientState>>,
    /// Where requests are collected in a dry run.
    request_log: Option<RequestLog>,
}

impl Dispatcher {
    /// A dispatcher without a model: every request fails.
    #[must_use]
    pub fn off() -> Self {
        Self { state: None, request_log: None }
    }

    /// Starts a dispatcher with these settings.
    ///
    /// # Errors
    /// The HTTP client, the recording or the threads cannot be set up.
    pub fn start(settings: LlmSettings) -> Result<Self, StartError> {
        Ok(Self { state: Some(Arc::new(ClientState::new(settings)?)), request_log: None })
    }

    /// The settings; `None` if no model is configured.
    #[must_use]
    pub fn settings(&self) -> Option<&LlmSettings> {
        self.state.as_deref().map(|state| &state.settings)
    }

    /// The same dispatcher for a dry run, whose requests are only logged.
    pub(crate) fn for_dry_run(&self, request_log: RequestLog) -> Self {
        Self { request_log: Some(request_log), ..self.clone() }
    }

    /// The log of a dry run; `None` if requests are sent.
    pub(crate) fn request_log(&self) -> Option<&RequestLog> {
        self.request_log.as_ref()
    }

    /// Sends this key from now on, after the user has agreed.
    pub fn use_key(&self, key: ApiKey) {
        let Some(state) = &self.state else { return };
        let (sender, done) = std::sync::mpsc::channel();
        let shared = Arc::clone(state);
        state.io.spawn(async move {
            shared.use_key(key).await;
            // The receiver waits below.
            let _ = sender.send(());
        });
        let _ = done.recv();
    }

    /// Allows spending within the budget, after the user has agreed.
    pub fn allow_spending(&self) {
        if let Some(state) = &self.state {
            state.allow_spending();
        }
    }

    /// Begins a run.
    pub(crate) fn begin(&self) {
        self.set_stopping(false);
        if let Some(state) = &self.state {
            state.breaker.reset();
        }
    }

    /// Tells whether the run is stopping: then calls in flight are finished, and no new ones begin.
    pub(crate) fn set_stopping(&self, stopping: bool) {
        if let Some(state) = &self.state {
            state.set_stopping(stopping);
        }
    }

    /// Why no more requests are sent in this run; `None` if they are.
    #[must_use]
    pub fn abort_reason(&self) -> Option<AbortReason> {
        self.state.as_deref()?.abort_reason()
    }

    /// What the user should know of this run, such as that a server does not accept a parameter; each is returned once.
    #[must_use]
    pub fn take_notices(&self) -> Vec<String> {
        self.state.as_ref().map(|state| state.take_notices()).unwrap_or_default()
    }

    /// Waits until a question may be asked.
    pub(crate) async fn turn(&self) -> Option<Turn<'_>> {
        match &self.state {
            Some(state) => Some(state.breaker.turn().await),
            None => None,
        }
    }

    /// Waits until another request of the same question may be sent.
    pub(crate) async fn renew<'a>(&'a self, turn: &mut Option<Turn<'a>>) {
        if let (Some(state), Some(turn)) = (&self.state, turn) {
            state.breaker.renew(turn).await;
        }
    }

    /// Counts a usable reply.
    pub(crate) fn record_usable(&self) {
        if let Some(state) = &self.state {
            state.breaker.record_usable();
        }
    }

    /// Counts an unusable reply. After too many in a row, the run stops asking.
    pub(crate) fn record_unusable(&self, turn: Option<&Turn<'_>>, why: &str) -> Result<(), AbortReason> {
        let (Some(state), Some(turn)) = (&self.state, turn) else { return Ok(()) };
        let Some(replies) = state.breaker.record_unusable(turn) else { return Ok(()) };
        let reason = AbortReason::Unusable { replies, why: why.to_owned() };
        state.abort(&reason);
        Err(reason)
    }

    /// Looks up which of `models` the server lists, before they are asked.
    pub(crate) async fn look_up(&self, models: &[String]) {
        if let Some(state) = &self.state {
            state.leave_out_unlisted(models).await;
        }
    }

    /// Those of `models` that the server has, as far as known. If it has none, the run stops asking.
    pub(crate) fn known<'a>(&self, models: &'a [String]) -> Result<Vec<&'a String>, AbortReason> {
        let Some(state) = &self.state else { return Ok(models.iter().collect()) };
        let known: Vec<&String> = models.iter().filter(|model| state.unknown(model).is_none()).collect();
        match models.first().and_then(|model| state.unknown(model)) {
            Some(reason) if known.is_empty() => {
                state.abort(&reason);
                Err(reason)
            }
            _ => Ok(known),
        }
    }

    /// The price of a model, if known. Blocks while the server is asked.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        let state = self.state.clone()?;
        let (sender, prices) = std::sync::mpsc::channel();
        let model = model.to_owned();
        self.state.as_deref()?.io.spawn(async move {
            // The receiver waits below.
            let _ = sender.send(state.price(&model).await);
        });
        prices.recv().ok().flatten()
    }

    /// Whether a model accepts pictures, as far as known.
    pub(crate) async fn accepts_pictures(&self, model: &str) -> bool {
        let Some(state) = self.state.clone() else { return false };
        let model = model.to_owned();
        let answer = state.clone().io.spawn(async move { state.accepts_pictures(&model).await });
        answer.await.unwrap_or(true)
    }

    /// Sends a request to a model, and again after errors that may be temporary.
    pub(crate) async fn complete(
        &self,
        caller: &Arc<Caller>,
        usage: &UsageCounter,
        request: &Arc<Request>,
        model: &str,
    ) -> Result<Received, CallError> {
        let state = self.state.as_ref().ok_or(AbortReason::NotConfigured)?;
        let retry = state.settings.retry;
        let mut backoff = ExponentialBuilder::default()
            .with_min_delay(retry.first_wait)
            .with_factor(2.0)
            .with_max_delay(MAX_BACKOFF)
            .with_max_times(retry.attempts.max(1) as usize - 1)
            .with_jitter()
            .build();
        let began = Instant::now();
        let mut timeouts = 0;
        loop {
            let attempt = state.spawn_attempt(Arc::clone(caller), usage.clone(), Arc::clone(request), model.to_owned());
            let error = match attempt.await {
                Ok(received) => return Ok(received),
                // Each parameter is left out once.
                Err(CallError::ParametersRefused { .. }) => continue,
                Err(error) => error,
            };
            timeouts += u32::from(matches!(error, CallError::Timeout { .. }));
            // A model that is too slow is likely to be so again, and is paid each time.
            if timeouts > MAX_TIMEOUT_RETRIES {
                return Err(error);
            }
            let wait = error.is_transient().then(|| backoff.next()).flatten();
            let wait = wait.map(|wait| error.retry_after().map_or(wait, |requested| requested.max(wait)));
            match wait {
                Some(wait) if began.elapsed() + wait <= retry.give_up_after => {
                    tracing::warn!(model, %error, wait_s = wait.as_secs_f64(), "the request is sent again");
                    // Ends early if the run stops.
                    let _ = tokio::time::timeout(wait, state.until_stopping()).await;
                }
                _ => return Err(error),
            }
        }
    }
}

impl ClientState {
    fn spawn_attempt(
        self: &Arc<Self>,
        caller: Arc<Caller>,
        usage: UsageCounter,
        request: Arc<Request>,
        model: String,
    ) -> impl Future<Output = Result<Received, CallError>> + Send + use<> {
        let state = Arc::clone(self);
        let attempt = self.io.spawn(async move {
            let result = Attempt::new(&state, &caller, &usage, &request, &model).reply().await;
            if let Err(CallError::Aborted(reason)) = &result
                && *reason != AbortReason::Stopping
            {
                state.abort(reason);
            }
            result
        });
        async { attempt.await.unwrap_or_else(|error| Err(CallError::Cut(error.to_string()))) }
    }
}
