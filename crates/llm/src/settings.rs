use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::cassette::CassetteSettings;
use crate::cost::{Price, Spending};
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
    /// The default model. Chosen from its documentation; it could not be tested.
    pub const MODEL: &str = "google/gemini-2.5-flash";
    /// The default fallback on OpenRouter. Chosen from its documentation; it could not be tested.
    pub const FALLBACK: &str = "openai/gpt-4.1-mini";

    /// The defaults for the server at `base_url`.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            api_key: None,
            model: None,
            fallbacks: Vec::new(),
            requests_per_minute: 150,
            in_flight: 30,
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
        let host = self.base_url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
        host.is_some_and(|host| host == "openrouter.ai" || host.ends_with(".openrouter.ai"))
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

#[cfg(test)]
mod tests {
    use super::LlmSettings;

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
