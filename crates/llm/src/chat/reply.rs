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
        reported_cost(self.usage.as_ref()?)
    }
}

/// The cost that a provider reports. With a key of one's own for the provider (BYOK), OpenRouter's `cost` is only its fee, and the
/// provider's own is beside it. Source: <https://openrouter.ai/docs/use-cases/usage-accounting>.
pub(crate) fn reported_cost(usage: &Value) -> Option<Usd> {
    let usd = |pointer: &str| usage.pointer(pointer)?.as_f64().filter(|cost| cost.is_finite() && *cost >= 0.0);
    let upstream = usd("/cost_details/upstream_inference_cost").filter(|_| usage["is_byok"] != false);
    let fee = usd("/cost");
    (fee.is_some() || upstream.is_some()).then(|| Usd(fee.unwrap_or_default() + upstream.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cost_includes_that_of_the_own_key() {
        let cost = |usage: Value| reported_cost(&usage);
        let details = json!({ "upstream_inference_cost": 0.02 });
        assert_eq!(cost(json!({ "cost": 0.001 })), Some(Usd(0.001)));
        assert_eq!(cost(json!({ "cost": 0.001, "is_byok": true, "cost_details": details })), Some(Usd(0.021)));
        assert_eq!(cost(json!({ "cost": 0.02, "is_byok": false, "cost_details": details })), Some(Usd(0.02)));
        assert_eq!(cost(json!({ "cost": -1, "total_tokens": 3 })), None);
    }
}
