use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ApiKey, Price, Usd};

/// How models are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LlmSettings {
    /// Where the server is, up to and without `/chat/completions`.
    pub base_url: String,
    /// The key, where the server wants one.
    pub api_key: Option<ApiKey>,
    /// The model that is asked first; where nobody says one, the stage's own, else [`LlmSettings::MODEL`].
    pub model: Option<String>,
    /// The models that are asked when it gives no usable reply, in this order.
    pub fallbacks: Vec<String>,
    /// Requests that leave in a minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Requests at a time.
    pub in_flight: usize,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// When a request that failed in passing is sent again.
    pub retry: Retry,
    /// Tokens that a reply may have.
    pub max_tokens: u32,
    /// How pictures are made smaller.
    pub pictures: PictureSettings,
    /// What models cost, by name, before anybody else is asked.
    pub prices: BTreeMap<String, Price>,
    /// Where the server's own prices are kept for a day.
    pub price_cache: Option<PathBuf>,
    /// What may be spent.
    pub spending: Spending,
    /// Replies are kept there, or come from there.
    pub tape: Option<TapeSettings>,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the first words.
    pub first_token: Duration,
    /// For the next words.
    pub idle: Duration,
    /// For the whole reply.
    pub total: Duration,
}

/// When a request that failed in passing is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often it is sent at most.
    pub attempts: u32,
    /// How long to wait before the second time; doubled each time, with jitter. A server that says how long goes before.
    pub first_wait: Duration,
    /// After this time nothing is sent again.
    pub give_up_after: Duration,
}

/// How pictures are made smaller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PictureSettings {
    /// Resolution, dots per inch; coarser scans stay as they are.
    pub dpi: f64,
    /// Size of the JPEG, bytes.
    pub max_bytes: u32,
    /// Quality of the JPEG, 1..=100.
    pub quality: u8,
}

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spending {
    /// Whether anything may be: a key alone does not mean so.
    pub allowed: bool,
    /// In this run.
    pub run: Option<Usd>,
    /// For each book, from its first page on.
    pub book: Option<Usd>,
    /// In the library, in a calendar month (UTC).
    pub month: Option<Usd>,
}

/// Replies that are kept for another time, or come from another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapeSettings {
    /// Every reply is also written into this folder.
    Record(PathBuf),
    /// Every reply comes from this folder, and no server is asked.
    Replay(PathBuf),
}

impl LlmSettings {
    /// The server that is asked where nothing is said.
    pub const BASE_URL: &str = "https://openrouter.ai/api/v1";
    /// The model that is asked where nothing is said. It could not be tried where shelf was written.
    pub const MODEL: &str = "google/gemini-2.5-flash";
    /// The model that is asked next where nothing is said. It could not be tried where shelf was written.
    pub const FALLBACK: &str = "openai/gpt-4.1-mini";

    /// What holds where nothing is said, of the server at `base_url`.
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
            pictures: PictureSettings { dpi: 300.0, max_bytes: 800_000, quality: 75 },
            prices: BTreeMap::new(),
            price_cache: None,
            spending: Spending::default(),
            tape: None,
        }
    }

    /// Whether the server is OpenRouter.
    #[must_use]
    pub fn is_openrouter(&self) -> bool {
        let host = self.base_url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
        host.is_some_and(|host| host == "openrouter.ai" || host.ends_with(".openrouter.ai"))
    }

    /// The models that a stage asks, one after another, whose own is `of_stage` (empty for none).
    #[must_use]
    pub fn chain(&self, of_stage: &str) -> Vec<String> {
        let first = self.asked_first(of_stage).to_owned();
        let fallbacks = self.fallbacks.iter().filter(|model| **model != first).cloned();
        std::iter::once(first.clone()).chain(fallbacks).collect()
    }

    /// The model that a stage asks first: part of its pages' fingerprints. The models after it are not: another one of these makes
    /// nothing stale that is paid for.
    #[must_use]
    pub fn asked_first<'a>(&'a self, of_stage: &'a str) -> &'a str {
        match &self.model {
            Some(model) => model,
            None if of_stage.is_empty() => Self::MODEL,
            None => of_stage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LlmSettings;

    #[test]
    fn a_person_goes_before_the_stage_and_that_before_the_default() {
        let mut settings = LlmSettings::new("http://127.0.0.1:8080/v1/");
        settings.fallbacks = vec!["b".to_owned(), "own".to_owned()];
        assert_eq!(settings.chain(""), [LlmSettings::MODEL, "b", "own"]);
        assert_eq!(settings.chain("own"), ["own", "b"]);
        settings.model = Some("a".to_owned());
        assert_eq!(settings.chain("own"), ["a", "b", "own"]);
    }

    #[test]
    fn only_openrouter_is_openrouter() {
        let is = |url| LlmSettings::new(url).is_openrouter();
        assert!(is(LlmSettings::BASE_URL) && is("https://eu.openrouter.ai/api/v1"));
        assert!(!is("https://openrouter.ai.example.org/v1") && !is("http://127.0.0.1:1/openrouter.ai"));
    }
}
