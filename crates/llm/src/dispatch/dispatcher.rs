use std::sync::Arc;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::Instant;

use super::attempt::Attempt;
use super::client_state::ClientState;
use super::{RequestLog, StartError};
use crate::caller::Caller;
use crate::chat::{Reply, Request};
use crate::cost::{Price, UsageCounter};
use crate::error::{AbortReason, CallError, MAX_RETRY_AFTER};
use crate::settings::LlmSettings;

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

    /// Allows spending within the budget, after the user has agreed.
    pub fn allow_spending(&self) {
        if let Some(state) = &self.state {
            state.allow_spending();
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
    ) -> Result<Reply, CallError> {
        let state = self.state.as_ref().ok_or(AbortReason::NotConfigured)?;
        let retry = state.settings.retry;
        let mut backoff = ExponentialBuilder::default()
            .with_min_delay(retry.first_wait)
            .with_factor(2.0)
            .with_max_delay(MAX_RETRY_AFTER)
            .with_max_times(retry.attempts.max(1) as usize - 1)
            .with_jitter()
            .build();
        let began = Instant::now();
        loop {
            let attempt = state.spawn_attempt(Arc::clone(caller), usage.clone(), Arc::clone(request), model.to_owned());
            let error = match attempt.await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
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
    ) -> impl Future<Output = Result<Reply, CallError>> + Send + use<> {
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
