use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Map, Value};

use tokio::sync::watch;

use super::StartError;
use super::background::Background;
use super::circuit_breaker::CircuitBreaker;
use super::concurrency::{Concurrency, InFlight};
use super::rate_limiter::RateLimiter;
use crate::cassette::Cassette;
use crate::cost::{Budget, ModelList, Price};
use crate::default_models::DEFAULT_MODELS;
use crate::effort::Effort;
use crate::error::{AbortReason, CallError, Rejection};
use crate::server_profile::{Choices, LeftOut, Parameters, Profile};
use crate::settings::LlmSettings;
use crate::transport::{ApiKey, ServerError, Transport};

/// What all requests of a program share: rate limit, concurrency, budget, prices, and whether the run is aborted.
pub(super) struct ClientState {
    pub(super) settings: LlmSettings,
    pub(super) transport: Transport,
    concurrency: Concurrency,
    pub(super) rate_limiter: RateLimiter,
    pub(super) budget: Budget,
    /// The server's list of models, once it was asked for.
    models: tokio::sync::Mutex<Option<Arc<ModelList>>>,
    /// What each model's server has refused.
    left_out: Mutex<BTreeMap<String, LeftOut>>,
    /// Models that the server does not have, and how it said so.
    unknown_models: Mutex<BTreeMap<String, AbortReason>>,
    /// Models that have refused a picture.
    text_only: Mutex<BTreeSet<String>>,
    pub(super) breaker: CircuitBreaker,
    /// What the user should know, each once.
    notices: Mutex<Vec<String>>,
    pub(super) cassette: Option<Cassette>,
    spending_allowed: AtomicBool,
    abort_reason: Mutex<Option<AbortReason>>,
    stopping: watch::Sender<bool>,
    pub(super) io: Background,
}

impl ClientState {
    pub(super) fn new(settings: LlmSettings) -> Result<Self, StartError> {
        let LlmSettings { base_url, api_key, timeouts, in_flight, proxy, .. } = &settings;
        Ok(Self {
            transport: Transport::new(base_url, api_key.clone(), *timeouts, *in_flight, proxy.as_ref())?,
            concurrency: Concurrency::new(settings.first_in_flight, settings.in_flight),
            rate_limiter: RateLimiter::new(settings.requests_per_minute),
            budget: Budget::new(settings.spending),
            models: tokio::sync::Mutex::default(),
            left_out: Mutex::default(),
            unknown_models: Mutex::default(),
            text_only: Mutex::default(),
            breaker: CircuitBreaker::new(),
            notices: Mutex::default(),
            cassette: settings.cassette.as_ref().map(Cassette::open).transpose()?,
            spending_allowed: AtomicBool::new(settings.spending.allowed),
            abort_reason: Mutex::new(None),
            stopping: watch::Sender::new(false),
            io: Background::start()?,
            settings,
        })
    }

    /// Waits until a request may be sent: for others in flight, and for the rate limiter.
    ///
    /// # Errors
    /// The run is aborted or stopping.
    pub(super) async fn acquire(&self) -> Result<InFlight<'_>, CallError> {
        let in_flight = self.concurrency.acquire().await;
        tokio::select! {
            () = self.rate_limiter.acquire() => {}
            () = self.until_stopping() => {}
        }
        match self.abort_reason().or_else(|| self.stopping.borrow().then_some(AbortReason::Stopping)) {
            Some(reason) => Err(reason.into()),
            None => Ok(in_flight),
        }
    }

    /// The model's price, if known.
    ///
    /// # Errors
    /// Nothing may be spent on it.
    pub(super) async fn allowed_price(&self, model: &str) -> Result<Option<Price>, CallError> {
        let price = self.price(model).await;
        if !self.spending_allowed.load(Ordering::SeqCst) && !price.is_some_and(|price| price.is_free()) {
            return Err(AbortReason::NotAllowed.into());
        }
        if self.budget.is_limited() && price.is_none() {
            return Err(AbortReason::Unpriced(model.to_owned()).into());
        }
        Ok(price)
    }

    pub(super) fn allow_spending(&self) {
        self.spending_allowed.store(true, Ordering::SeqCst);
    }

    pub(super) async fn price(&self, model: &str) -> Option<Price> {
        if let Some(price) = self.settings.prices.get(model) {
            return Some(*price);
        }
        self.models().await.price(model)
    }

    /// What a model is sent beside the messages. The user's choice of `reasoning` takes precedence over the stage's.
    pub(super) async fn parameters(&self, model: &str, reasoning: Option<Effort>) -> Parameters {
        let models = self.models().await;
        let models = Some(&*models);
        let profile = Profile::of(&self.settings.base_url, model, models);
        let choices = Choices { reasoning: self.settings.reasoning.or(reasoning), extra: &self.settings.extra_body };
        let left_out = locked(&self.left_out).get(model).cloned().unwrap_or_default();
        Parameters::of(profile, model, models, choices, &left_out)
    }

    /// Leaves out what the server's error names, for the rest of the run. The user is told once.
    pub(super) fn leave_out(&self, model: &str, body: &Map<String, Value>, error: &ServerError) {
        let mut left_out = locked(&self.left_out);
        let learned = left_out.entry(model.to_owned()).or_default().learn(body, &error.message, error.param.as_deref());
        for parameter in learned {
            self.notify(format!(
                "the server of `{model}` does not accept `{parameter}`, which is left out from now on"
            ));
        }
    }

    /// Remembers that the server does not have a model. The user is told once.
    pub(super) fn mark_unknown(&self, model: &str, status: u16, message: &str) {
        let (message, about) = (message.to_owned(), Rejection::Model);
        let reason = AbortReason::Rejected { status, message, about, with_picture: false };
        if locked(&self.unknown_models).insert(model.to_owned(), reason).is_none() {
            self.notify(format!("the server does not have the model `{model}`, which is not asked again in this run"));
        }
    }

    /// Leaves out default models that the server no longer lists, if it lists one of those that are asked next. The user is told once.
    pub(super) async fn leave_out_unlisted(&self, asked: &[String]) {
        let is_default = |model: &String| DEFAULT_MODELS.iter().any(|default| default.name == *model);
        if self.cassette.is_some() || self.settings.model.is_some() || !asked.first().is_some_and(is_default) {
            return;
        }
        let models = self.models().await;
        let Some(next) = asked.iter().position(|model| models.lists(model)) else { return };
        for model in &asked[..next] {
            let message = "it is not in the server's list of models".to_owned();
            let reason = AbortReason::Rejected { status: 404, message, about: Rejection::Model, with_picture: false };
            if locked(&self.unknown_models).insert(model.clone(), reason).is_none() {
                self.notify(format!(
                    "the server no longer lists the default model `{model}`; `{}` is asked instead",
                    asked[next]
                ));
            }
        }
    }

    /// Remembers that a model does not accept pictures. The user is told once.
    pub(super) fn mark_text_only(&self, model: &str) {
        if locked(&self.text_only).insert(model.to_owned()) {
            self.notify(format!("`{model}` does not accept pictures; from now on it is asked with text alone"));
        }
    }

    /// How the server said that it does not have a model, if it did.
    pub(super) fn unknown(&self, model: &str) -> Option<AbortReason> {
        locked(&self.unknown_models).get(model).cloned()
    }

    fn notify(&self, notice: String) {
        tracing::warn!("{notice}");
        locked(&self.notices).push(notice);
    }

    /// What the user should know, since the last call.
    pub(super) fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.notices))
    }

    /// Whether a model accepts pictures; true if that is not known. A replay does not ask the server: there, a model accepts pictures if it was
    /// sent any when the replies were recorded.
    pub(super) async fn accepts_pictures(&self, model: &str) -> bool {
        match self.cassette.as_ref().and_then(|cassette| cassette.has_pictures(model)) {
            Some(has_pictures) => has_pictures,
            None if locked(&self.text_only).contains(model) => false,
            None => self.models().await.accepts_pictures(model),
        }
    }

    async fn models(&self) -> Arc<ModelList> {
        let mut models = self.models.lock().await;
        match &*models {
            Some(models) => Arc::clone(models),
            None => Arc::clone(models.insert(Arc::new(self.list_models().await))),
        }
    }

    /// Sends this key from now on. The list of models is asked for again: without the key it may have been refused.
    pub(super) async fn use_key(&self, key: ApiKey) {
        self.transport.use_key(key);
        *self.models.lock().await = None;
    }

    /// The server's models, from the cache or the server; empty if neither has them.
    async fn list_models(&self) -> ModelList {
        let cache = self.settings.price_cache.as_deref();
        if let Some(models) = cache.and_then(ModelList::read_cached) {
            return models;
        }
        match self.transport.models().await {
            Some(response) => {
                let models = ModelList::parse(&response);
                if let Some(cache) = cache {
                    models.write_cache(cache);
                }
                models
            }
            None => ModelList::default(),
        }
    }

    pub(super) fn set_stopping(&self, stopping: bool) {
        self.stopping.send_replace(stopping);
    }

    pub(super) async fn until_stopping(&self) {
        // The sender lives as long as `self`, so this cannot fail.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Aborts the run; the first reason is kept.
    pub(super) fn abort(&self, reason: &AbortReason) {
        locked(&self.abort_reason).get_or_insert_with(|| reason.clone());
    }

    pub(super) fn abort_reason(&self) -> Option<AbortReason> {
        locked(&self.abort_reason).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no code that holds the lock panics")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use crate::{Dispatcher, LlmSettings, Price};

    #[test]
    fn fetches_prices_once_a_day() {
        let io = tokio::runtime::Runtime::new().unwrap();
        let server = io.block_on(MockServer::start());
        let models = json!({ "data": [{ "id": "m", "pricing": { "prompt": "0.000001", "completion": "0.000002" } }] });
        let listed = ResponseTemplate::new(200).set_body_json(models);
        io.block_on(Mock::given(path("/v1/models")).respond_with(listed).expect(1).mount(&server));
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let price_cache = Some(folder.path().join("prices.json"));
            let settings = LlmSettings { price_cache, ..LlmSettings::new(&format!("{}/v1", server.uri())) };
            let llm = Dispatcher::start(settings).unwrap();
            assert_eq!(llm.price("m"), Some(Price { prompt: 1e-6, completion: 2e-6, ..Price::default() }));
            assert_eq!(llm.price("other"), None);
        }
        io.block_on(server.verify());
    }
}
