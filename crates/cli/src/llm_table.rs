use super::numbers::parse_time;
use super::server_address::parse_url;
use clap::ValueEnum;
use serde::Deserialize;
use serde::Deserializer;
use serde_json::Map;
use serde_json::Value;
use shelf_llm::Effort;
use shelf_llm::Price;
use shelf_llm::Usd;
use std::collections::BTreeMap;
use std::time::Duration;

/// `[llm]` in `shelf.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LlmTable {
    pub(super) model: Option<String>,
    pub(super) fallbacks: Option<Vec<String>>,
    #[serde(deserialize_with = "url")]
    pub(super) base_url: Option<String>,
    pub(super) in_flight: Option<u16>,
    pub(super) requests_per_minute: Option<u32>,
    pub(super) max_tokens: Option<u32>,
    #[serde(deserialize_with = "effort")]
    pub(super) reasoning: Option<Effort>,
    /// Fields that are added to the body of every request.
    pub(super) extra_body: Map<String, Value>,
    #[serde(deserialize_with = "duration")]
    pub(super) connect: Option<Duration>,
    #[serde(deserialize_with = "duration")]
    pub(super) first_token: Option<Duration>,
    #[serde(deserialize_with = "duration")]
    pub(super) idle: Option<Duration>,
    #[serde(deserialize_with = "duration")]
    pub(super) total: Option<Duration>,
    /// Budget for each book, USD.
    pub(super) book_budget: Option<Usd>,
    /// Budget for each month, USD.
    pub(super) month_budget: Option<Usd>,
    pub(super) prices: BTreeMap<String, MillionTokens>,
}

/// The price of a model, as providers publish it: USD per million tokens.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MillionTokens {
    prompt: f64,
    completion: f64,
}

impl MillionTokens {
    /// The price per token.
    pub(super) fn a_token(self) -> Price {
        Price { prompt: self.prompt / 1e6, completion: self.completion / 1e6, ..Price::default() }
    }
}

impl LlmTable {
    /// Parses the table; an error names the invalid value.
    pub(super) fn read(table: toml::Value) -> std::result::Result<Self, String> {
        let read: Self = serde_path_to_error::deserialize(table)
            .map_err(|error| format!("`[llm] {}`: {}", error.path(), error.inner().to_string().trim_end()))?;
        if let Some(name) = FIXED.iter().find(|name| read.extra_body.contains_key(**name)) {
            return Err(format!("`[llm.extra_body]`: `{name}` cannot be replaced"));
        }
        let wrong = read.prices.iter().find(|(_, price)| !(price.prompt >= 0.0 && price.completion >= 0.0));
        match wrong {
            Some((model, _)) => Err(format!("`[llm.prices.\"{model}\"]`: a price cannot be negative")),
            None => Ok(read),
        }
    }
}

/// Parts of a request that `extra_body` cannot replace: they are what is asked, and how the reply is read.
const FIXED: [&str; 3] = ["model", "messages", "stream"];

fn effort<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Effort>, D::Error> {
    parse_effort(&String::deserialize(deserializer)?).map(Some).map_err(serde::de::Error::custom)
}

pub(super) fn parse_effort(text: &str) -> std::result::Result<Effort, String> {
    Effort::from_str(text, true).map_err(|_| "expected `none`, `minimal`, `low`, `medium` or `high`".to_owned())
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_time(&text).map(Some).map_err(serde::de::Error::custom)
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    parse_url(&String::deserialize(deserializer)?).map(Some).map_err(serde::de::Error::custom)
}
