use serde::{Deserialize, Serialize};
use serde_json::Value;

use shelf_runtime::usd::Usd;

/// A model's reply before it is parsed. It has been paid for, and is stored in this form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reply {
    /// Its text.
    pub text: String,
    /// Why the model stopped: `stop`, `length`, `content_filter`, …
    pub finish_reason: String,
    /// The model, as the server names it.
    #[serde(default)]
    pub model: Option<String>,
    /// Who ran the model.
    #[serde(default)]
    pub provider: Option<String>,
    /// Tokens and cost, as reported by the provider.
    #[serde(default)]
    pub usage: Option<Value>,
    /// Time to the first token, s.
    pub ttft_s: f64,
    /// Time to the end, s.
    pub total_s: f64,
}

impl Reply {
    /// Tokens of the request, if reported.
    #[must_use]
    pub fn prompt_tokens(&self) -> Option<u64> {
        self.usage.as_ref()?.get("prompt_tokens")?.as_u64()
    }

    /// Tokens of the reply, if reported.
    #[must_use]
    pub fn completion_tokens(&self) -> Option<u64> {
        self.usage.as_ref()?.get("completion_tokens")?.as_u64()
    }

    /// The cost, if reported.
    #[must_use]
    pub fn reported_cost(&self) -> Option<Usd> {
        let cost = self.usage.as_ref()?.get("cost")?.as_f64()?;
        (cost.is_finite() && cost >= 0.0).then_some(Usd(cost))
    }
}
