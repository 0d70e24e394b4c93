use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Price;

/// The models that a server lists.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelList {
    /// The names of all models; empty in a list that was cached by an earlier release.
    #[serde(default)]
    names: BTreeSet<String>,
    /// Prices by model.
    prices: BTreeMap<String, Price>,
    /// Models that do not accept pictures.
    #[serde(rename = "blind")]
    text_only: BTreeSet<String>,
    /// Parameters that a model accepts, where the list says.
    #[serde(default)]
    parameters: BTreeMap<String, BTreeSet<String>>,
    /// Token limits of models.
    #[serde(default)]
    limits: BTreeMap<String, TokenLimits>,
    /// `owned_by` of models.
    #[serde(default)]
    owners: BTreeMap<String, String>,
}

/// The most tokens that a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct TokenLimits {
    /// Of question and reply together.
    pub(crate) context_tokens: Option<u32>,
    /// Of a reply.
    pub(crate) reply_tokens: Option<u32>,
}

/// How long a list is cached.
const CACHE_LIFETIME: Duration = Duration::from_hours(24);

impl ModelList {
    /// Parses the response to `GET /models` of a server like OpenRouter.
    #[must_use]
    pub fn parse(list: &Value) -> Self {
        let models = || list.get("data").and_then(Value::as_array).into_iter().flatten();
        let name = |model: &Value| Some(model.get("id")?.as_str()?.to_owned());
        let prices = models().filter_map(|model| Some((name(model)?, price(model.get("pricing")?)?)));
        let text_only = models().filter(|model| is_text_only(model).unwrap_or(false)).filter_map(name);
        let parameters = models().filter_map(|model| {
            let listed = model.get("supported_parameters")?.as_array()?.iter();
            Some((name(model)?, listed.filter_map(|name| Some(name.as_str()?.to_owned())).collect()))
        });
        let limits = models().filter_map(|model| Some((name(model)?, token_limits(model))));
        let owners = models().filter_map(|model| Some((name(model)?, model.get("owned_by")?.as_str()?.to_owned())));
        Self {
            names: models().filter_map(name).collect(),
            prices: prices.collect(),
            text_only: text_only.collect(),
            parameters: parameters.collect(),
            limits: limits.filter(|(_, limits)| *limits != TokenLimits::default()).collect(),
            owners: owners.collect(),
        }
    }

    /// Whether the server lists a model.
    pub(crate) fn lists(&self, model: &str) -> bool {
        self.names.contains(model)
    }

    /// The parameters that a model accepts; `None` if the list does not say.
    pub(crate) fn supported_parameters(&self, model: &str) -> Option<&BTreeSet<String>> {
        self.parameters.get(model)
    }

    /// A model's limits on tokens; `None` if the list does not say.
    pub(crate) fn limits(&self, model: &str) -> Option<TokenLimits> {
        self.limits.get(model).copied()
    }

    /// Who serves a model: `owned_by`.
    pub(crate) fn owner(&self, model: &str) -> Option<&str> {
        self.owners.get(model).map(String::as_str)
    }

    /// The price of a model, if listed.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        self.prices.get(model).copied()
    }

    /// Whether a model accepts pictures; true if the list does not say.
    #[must_use]
    pub fn accepts_pictures(&self, model: &str) -> bool {
        !self.text_only.contains(model)
    }

    /// Reads a list from the cache, unless it is older than a day.
    pub(crate) fn read_cached(path: &Path) -> Option<Self> {
        let written = path.metadata().ok()?.modified().ok()?;
        let age = SystemTime::now().duration_since(written).unwrap_or_default();
        (age < CACHE_LIFETIME).then(|| serde_json::from_slice(&std::fs::read(path).ok()?).ok())?
    }

    /// Writes the list to the cache. If that fails, the server is asked again next time.
    pub(crate) fn write_cache(&self, path: &Path) {
        let written = || -> std::io::Result<()> {
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut file, self)?;
            file.persist(path)?;
            Ok(())
        };
        if let Err(error) = written() {
            tracing::debug!(%error, path = %path.display(), "cannot cache the list of models");
        }
    }
}

/// Whether a model does not accept pictures; `None` if the list does not say.
fn is_text_only(model: &Value) -> Option<bool> {
    let modalities = model.get("architecture")?.get("input_modalities")?.as_array()?;
    Some(!modalities.iter().any(|kind| kind == "image"))
}

/// The limits of a model as OpenRouter, vLLM and llama.cpp list them.
fn token_limits(model: &Value) -> TokenLimits {
    let tokens = |pointer: &str| {
        let tokens = model.pointer(pointer)?.as_u64()?;
        u32::try_from(tokens).ok().filter(|tokens| *tokens > 0)
    };
    TokenLimits {
        context_tokens: tokens("/context_length")
            .or_else(|| tokens("/max_model_len"))
            .or_else(|| tokens("/meta/n_ctx")),
        reply_tokens: tokens("/top_provider/max_completion_tokens"),
    }
}

/// Prices per token, as strings or numbers.
fn price(pricing: &Value) -> Option<Price> {
    let usd = |key: &str| {
        let value = pricing.get(key)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok()).filter(|usd: &f64| usd.is_finite() && *usd >= 0.0)
    };
    Some(Price {
        prompt: usd("prompt")?,
        completion: usd("completion")?,
        image: usd("image").unwrap_or(0.0),
        request: usd("request").unwrap_or(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parses_prices() {
        let models = ModelList::parse(&json!({ "data": [
            { "id": "small", "pricing": { "prompt": "0.0000001", "completion": "0.0000004", "image": "0" } },
            { "id": "numbers", "pricing": { "prompt": 0.000_001, "completion": 0.0 } },
            { "id": "auto", "pricing": { "prompt": "-1", "completion": "-1" } },
            { "id": "local" },
        ]}));
        assert_eq!(models.price("small"), Some(Price { prompt: 1e-7, completion: 4e-7, ..Price::default() }));
        assert_eq!(models.price("numbers"), Some(Price { prompt: 1e-6, ..Price::default() }));
        assert_eq!((models.price("auto"), models.price("local"), models.price("other")), (None, None, None));
    }

    #[test]
    fn parses_input_modalities() {
        let models = ModelList::parse(&json!({ "data": [
            { "id": "sees", "architecture": { "input_modalities": ["text", "image"] } },
            { "id": "reads", "architecture": { "input_modalities": ["text"] } },
            { "id": "silent" },
        ]}));
        let accepts = ["sees", "reads", "silent", "other"].map(|model| models.accepts_pictures(model));
        assert_eq!(accepts, [true, false, true, true]);
    }

    #[test]
    fn parses_parameters_limits_and_owner() {
        let models = ModelList::parse(&json!({ "data": [
            { "id": "routed", "supported_parameters": ["max_tokens", "reasoning"], "context_length": 32768,
              "top_provider": { "max_completion_tokens": 8192 } },
            { "id": "served", "owned_by": "vllm", "max_model_len": 4096 },
        ]}));
        assert!(models.supported_parameters("routed").unwrap().contains("reasoning"));
        assert_eq!((models.supported_parameters("served"), models.owner("served")), (None, Some("vllm")));
        let limits = |context_tokens, reply_tokens| Some(TokenLimits { context_tokens, reply_tokens });
        assert_eq!(models.limits("routed"), limits(Some(32768), Some(8192)));
        assert_eq!(models.limits("served"), limits(Some(4096), None));
    }

    /// A list that an earlier release cached has only prices and modalities.
    #[test]
    fn reads_cache_of_earlier_release() {
        let cached: ModelList = serde_json::from_str(r#"{"prices":{},"blind":["m"]}"#).unwrap();
        assert!(!cached.accepts_pictures("m") && cached.supported_parameters("m").is_none());
    }

    #[test]
    fn caches_list_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("models.json");
        let prices = BTreeMap::from([("small".to_owned(), Price { prompt: 1.0, ..Price::default() })]);
        let models = ModelList { prices, text_only: BTreeSet::from(["small".to_owned()]), ..ModelList::default() };
        assert_eq!(ModelList::read_cached(&path), None);
        models.write_cache(&path);
        assert_eq!(ModelList::read_cached(&path), Some(models));
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - CACHE_LIFETIME - Duration::from_secs(1)).unwrap();
        assert_eq!(ModelList::read_cached(&path), None);
    }
}
