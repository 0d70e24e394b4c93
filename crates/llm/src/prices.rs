use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Reply, Request, Usd};

/// What a model costs, USD a token; a request and a picture may cost something by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Price {
    /// A token of the request.
    pub prompt: f64,
    /// A token of the reply.
    pub completion: f64,
    /// A picture.
    #[serde(default)]
    pub image: f64,
    /// A request.
    #[serde(default)]
    pub request: f64,
}

/// What a server lists of its models.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Models {
    /// What they cost, by name.
    prices: BTreeMap<String, Price>,
    /// Those that take no pictures.
    blind: BTreeSet<String>,
}

/// Pixels of a picture that are a token, at the least. Published schemes count fewer tokens (Anthropic 750, Qwen 784, OpenAI 1024 pixels each);
/// gpt-4o-mini counts more, and what it costs then is known only when it is settled.
const PIXELS_A_TOKEN: u64 = 500;
/// Tokens around the messages.
const FRAME_TOKENS: u64 = 500;
/// A list is asked for again after a day.
const FRESH: Duration = Duration::from_hours(24);

impl Price {
    /// Whether nothing is to be paid.
    #[must_use]
    pub fn is_free(&self) -> bool {
        *self == Self::default()
    }

    /// What a request can cost at most: each byte a token, each picture in the finest grain, the reply as long as it may be.
    #[must_use]
    pub fn dearest(&self, request: &Request) -> Usd {
        let text: usize = request.messages.iter().map(|message| message.text.len()).sum();
        let schema = request.schema.schema.to_string().len();
        let pictures =
            request.pictures().map(|picture| u64::from(picture.width) * u64::from(picture.height) / PIXELS_A_TOKEN);
        let tokens = (text + schema) as u64 + pictures.sum::<u64>() + FRAME_TOKENS;
        let of_tokens = tokens as f64 * self.prompt + f64::from(request.max_tokens) * self.completion;
        Usd(of_tokens + request.pictures().count() as f64 * self.image + self.request)
    }

    /// What a reply has cost, where the provider told its tokens and not its cost.
    #[must_use]
    pub fn of_reply(&self, request: &Request, reply: &Reply) -> Option<Usd> {
        let tokens = reply.prompt_tokens()? as f64 * self.prompt + reply.completion_tokens()? as f64 * self.completion;
        Some(Usd(tokens + request.pictures().count() as f64 * self.image + self.request))
    }
}

impl Models {
    /// What `GET /models` of an OpenRouter-like server says.
    #[must_use]
    pub fn of_list(list: &Value) -> Self {
        let models = || list.get("data").and_then(Value::as_array).into_iter().flatten();
        let name = |model: &Value| Some(model.get("id")?.as_str()?.to_owned());
        let prices = models().filter_map(|model| Some((name(model)?, price(model.get("pricing")?)?)));
        let blind = models().filter(|model| is_blind(model).unwrap_or(false)).filter_map(name);
        Self { prices: prices.collect(), blind: blind.collect() }
    }

    /// What a model costs, if it is known.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        self.prices.get(model).copied()
    }

    /// Whether a model takes pictures; true where the list does not say.
    #[must_use]
    pub fn takes_pictures(&self, model: &str) -> bool {
        !self.blind.contains(model)
    }

    /// A list that was written less than a day ago.
    pub(super) fn read_fresh(path: &Path) -> Option<Self> {
        let written = path.metadata().ok()?.modified().ok()?;
        let age = SystemTime::now().duration_since(written).unwrap_or_default();
        (age < FRESH).then(|| serde_json::from_slice(&std::fs::read(path).ok()?).ok())?
    }

    /// Keeps the list for a day. Without it the server is asked again.
    pub(super) fn write(&self, path: &Path) {
        let written = || -> std::io::Result<()> {
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut file, self)?;
            file.persist(path)?;
            Ok(())
        };
        if let Err(error) = written() {
            tracing::debug!(%error, path = %path.display(), "the list of models is not kept");
        }
    }
}

/// Whether a model takes no pictures; none where the list does not say.
fn is_blind(model: &Value) -> Option<bool> {
    let takes = model.get("architecture")?.get("input_modalities")?.as_array()?;
    Some(!takes.iter().any(|kind| kind == "image"))
}

/// USD a token, as texts or as numbers.
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
    fn a_list_of_models_tells_their_prices() {
        let models = Models::of_list(&json!({ "data": [
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
    fn a_list_of_models_tells_which_take_no_pictures() {
        let models = Models::of_list(&json!({ "data": [
            { "id": "sees", "architecture": { "input_modalities": ["text", "image"] } },
            { "id": "reads", "architecture": { "input_modalities": ["text"] } },
            { "id": "silent" },
        ]}));
        let takes = ["sees", "reads", "silent", "other"].map(|model| models.takes_pictures(model));
        assert_eq!(takes, [true, false, true, true]);
    }

    #[test]
    fn a_list_is_kept_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("models.json");
        let prices = BTreeMap::from([("small".to_owned(), Price { prompt: 1.0, ..Price::default() })]);
        let models = Models { prices, blind: BTreeSet::from(["small".to_owned()]) };
        assert_eq!(Models::read_fresh(&path), None);
        models.write(&path);
        assert_eq!(Models::read_fresh(&path), Some(models));
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - FRESH - Duration::from_secs(1)).unwrap();
        assert_eq!(Models::read_fresh(&path), None);
    }
}
