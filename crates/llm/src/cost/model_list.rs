use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Price;

/// The models that a server lists.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelList {
    /// Prices by model.
    prices: BTreeMap<String, Price>,
    /// Models that do not accept pictures.
    #[serde(rename = "blind")]
    text_only: BTreeSet<String>,
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
        Self { prices: prices.collect(), text_only: text_only.collect() }
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
    fn caches_list_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("models.json");
        let prices = BTreeMap::from([("small".to_owned(), Price { prompt: 1.0, ..Price::default() })]);
        let models = ModelList { prices, text_only: BTreeSet::from(["small".to_owned()]) };
        assert_eq!(ModelList::read_cached(&path), None);
        models.write_cache(&path);
        assert_eq!(ModelList::read_cached(&path), Some(models));
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - CACHE_LIFETIME - Duration::from_secs(1)).unwrap();
        assert_eq!(ModelList::read_cached(&path), None);
    }
}
