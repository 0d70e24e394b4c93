use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::cassette::CassetteSettings;
use crate::cost::{Price, Spending};
use crate::default_models::DEFAULT_MODELS;
use crate::effort::Effort;
use crate::pictures::PictureSettings;
use crate::transport::{ApiKey, Proxy, Timeouts};

/// How models are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LlmSettings {
    /// The server's address, without `/chat/completions`.
    pub base_url: String,
    /// The key, if the server needs one.
    pub api_key: Option<ApiKey>,
    /// The model that is asked first. `None` means the stage's own, or else [`LlmSettings::MODEL`].
    pub model: Option<String>,
    /// The models that are asked in turn when it gives no usable reply.
    pub fallbacks: Vec<String>,
    /// Maximum requests per minute; 0 means unlimited.
    pub requests_per_minute: u32,
    /// Maximum requests in flight.
    pub in_flight: usize,
    /// Requests in flight until the server has replied. After that their number depends on how quickly it replies.
    pub first_in_flight: usize,
    /// Time limits of a call.
    pub timeouts: Timeouts,
    /// When a request that failed temporarily is sent again.
    pub retry: Retry,
    /// Maximum tokens of a reply.
    pub max_tokens: u32,
    /// How much models reason before they reply. `None` means as little as the model is known to accept.
    pub reasoning: Option<Effort>,
    /// Fields that are added to the body of every request, or replace those of the same name. Not part of a request's identity.
    pub extra_body: Map<String, Value>,
    /// The proxy through which servers with HTTPS are reached.
    pub proxy: Option<Proxy>,
    /// Whether a page fails, or stays to do, where a model was demanded (`--engine llm`) and gave no usable reply, instead of being made by rules.
    pub strict: bool,
    /// How pictures are scaled down.
    pub pictures: PictureSettings,
    /// Prices by model; they take precedence over the server's.
    pub prices: BTreeMap<String, Price>,
    /// The file in which the server's list of models is cached for a day.
    pub price_cache: Option<PathBuf>,
    /// What may be spent.
    pub spending: Spending,
    /// Whether replies are recorded or replayed.
    pub cassette: Option<CassetteSettings>,
}

/// When a request that failed temporarily is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Maximum number of attempts.
    pub attempts: u32,
    /// The wait before the second attempt; doubled each time, with jitter. The server's `Retry-After` takes precedence if it is longer.
    pub first_wait: Duration,
    /// No attempt begins later than this after the first.
    pub give_up_after: Duration,
}

/// The defaults for the default server.
impl Default for LlmSettings {
    fn default() -> Self {
        Self::new(Self::BASE_URL)
    }
}

impl LlmSettings {
    /// The default server.
    pub const BASE_URL: &str = "https://openrouter.ai/api/v1";
    /// The default model.
    pub const MODEL: &str = DEFAULT_MODELS[0].name;

    /// The defaults for the server at `base_url`.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let in_flight = 30;
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            api_key: None,
            model: None,
            fallbacks: Vec::new(),
            requests_per_minute: 150,
            in_flight,
            // A model on this machine often answers one request at a time, and the others would wait until their time is up.
            first_in_flight: if is_local(base_url) { 1 } else { in_flight },
            timeouts: Timeouts {
                connect: Duration::from_secs(10),
                first_token: Duration::from_mins(1),
                idle: Duration::from_secs(30),
                total: Duration::from_mins(5),
            },
            retry: Retry {
                attempts: 4,
                first_wait: Duration::from_millis(500),
                give_up_after: Duration::from_mins(10),
            },
            max_tokens: 4096,
            reasoning: None,
            extra_body: Map::new(),
            proxy: None,
            strict: false,
            pictures: PictureSettings { dpi: 300.0, max_bytes: 800_000, quality: 75 },
            prices: BTreeMap::new(),
            price_cache: None,
            spending: Spending::default(),
            cassette: None,
        }
    }

    /// Whether the server is OpenRouter.
    #[must_use]
    pub fn is_openrouter(&self) -> bool {
        host(&self.base_url).is_some_and(|host| host == "openrouter.ai" || host.ends_with(".openrouter.ai"))
    }

    /// Whether the server is on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        is_local(&self.base_url)
    }

    /// The default fallbacks of this server: those of [`DEFAULT_MODELS`] at OpenRouter, else none.
    #[must_use]
    pub fn default_fallbacks(&self) -> Vec<String> {
        let others = DEFAULT_MODELS[1..].iter().map(|model| model.name.to_owned());
        if self.is_openrouter() { others.collect() } else { Vec::new() }
    }

    /// Whether nobody has chosen the model that a stage asks first: not the user, and not the stage.
    #[must_use]
    pub fn is_default(&self, stage_model: &str) -> bool {
        self.model.is_none() && stage_model.is_empty()
    }

    /// The models that a stage asks, in order; `stage_model` is the one that it declares, or empty.
    #[must_use]
    pub fn models(&self, stage_model: &str) -> Vec<String> {
        let first = self.first_model(stage_model).to_owned();
        let fallbacks = self.fallbacks.iter().filter(|model| **model != first).cloned();
        std::iter::once(first.clone()).chain(fallbacks).collect()
    }

    /// The model that a stage asks first: part of its pages' fingerprints. Fallbacks are not, so changing them makes no paid page stale.
    #[must_use]
    pub fn first_model<'a>(&'a self, stage_model: &'a str) -> &'a str {
        match &self.model {
            Some(model) => model,
            None if stage_model.is_empty() => Self::MODEL,
            None => stage_model,
        }
    }
}

fn host(base_url: &str) -> Option<String> {
    reqwest::Url::parse(base_url).ok()?.host_str().map(ToOwned::to_owned)
}

fn is_local(base_url: &str) -> bool {
    let address = |host: &str| host.trim_matches(['[', ']']).parse::<IpAddr>();
    host(base_url).is_some_and(|host| host == "localhost" || address(&host).is_ok_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::LlmSettings;

    #[test]
    fn knows_this_machine_which_is_asked_once_at_first() {
        for url in ["http://127.0.0.1:8080/v1", "http://LOCALHOST/v1", "http://[::1]:1/v1", "https://127.1.2.3/v1"] {
            let settings = LlmSettings::new(url);
            assert_eq!((settings.is_local(), settings.first_in_flight), (true, 1), "{url}");
        }
        for url in ["http://example.org/v1", "http://192.168.1.7:8080", "http://localhost.example.org/v1", "nothing"] {
            let settings = LlmSettings::new(url);
            assert_eq!((settings.is_local(), settings.first_in_flight), (false, 30), "{url}");
        }
    }

    #[test]
    fn configured_model_precedes_stage_model_and_default() {
        let mut settings = LlmSettings::new("http://127.0.0.1:8080/v1/");
        settings.fallbacks = vec!["b".to_owned(), "own".to_owned()];
        assert_eq!(settings.models(""), [LlmSettings::MODEL, "b", "own"]);
        assert_eq!(settings.models("own"), ["own", "b"]);
        settings.model = Some("a".to_owned());
        assert_eq!(settings.models("own"), ["a", "b", "own"]);
    }

    #[test]
    fn recognizes_openrouter_by_host() {
        let is = |url| LlmSettings::new(url).is_openrouter();
        assert!(is(LlmSettings::BASE_URL) && is("https://eu.openrouter.ai/api/v1"));
        assert!(!is("https://openrouter.ai.example.org/v1") && !is("http://127.0.0.1:1/openrouter.ai"));
    }
}
