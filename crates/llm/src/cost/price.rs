use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chat::{Request, frame};
use shelf_runtime::usd::Usd;

/// What a model costs, USD per token; a request and a picture may have a price of their own.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Price {
    /// Per token of the request.
    pub prompt: f64,
    /// Per token of the reply.
    pub completion: f64,
    /// Per picture.
    #[serde(default)]
    pub image: f64,
    /// Per request.
    #[serde(default)]
    pub request: f64,
}

/// Fewest pixels of a picture that count as a token. Published schemes have more pixels per token (Anthropic 750, Qwen 784, OpenAI 1024);
/// gpt-4o-mini has fewer, so its cost is known only when the call is settled.
const MIN_PIXELS_PER_TOKEN: u64 = 500;
/// Tokens around the messages.
const FRAME_TOKENS: u64 = 500;

impl Price {
    /// Whether calls are free.
    #[must_use]
    pub fn is_free(&self) -> bool {
        *self == Self::default()
    }

    /// The worst-case cost of a request: every byte a token, pictures at the fewest pixels per token, and the longest reply.
    #[must_use]
    pub fn worst_case(&self, request: &Request) -> Usd {
        let text: usize = frame::framed(request, true).iter().map(|message| message.text.len()).sum();
        let schema = request.schema.as_ref().map_or(0, |schema| schema.schema.to_string().len());
        let pictures = request
            .pictures()
            .map(|picture| u64::from(picture.width) * u64::from(picture.height) / MIN_PIXELS_PER_TOKEN);
        let tokens = (text + schema) as u64 + pictures.sum::<u64>() + FRAME_TOKENS;
        let of_tokens = tokens as f64 * self.prompt + f64::from(request.max_tokens) * self.completion;
        Usd(of_tokens + request.pictures().count() as f64 * self.image + self.request)
    }

    /// The cost of a call by its tokens, if the provider reported them.
    #[must_use]
    pub fn of_usage(&self, request: &Request, usage: &Value) -> Option<Usd> {
        let tokens = |key: &str| usage.get(key)?.as_u64();
        let tokens =
            tokens("prompt_tokens")? as f64 * self.prompt + tokens("completion_tokens")? as f64 * self.completion;
        Some(Usd(tokens + request.pictures().count() as f64 * self.image + self.request))
    }
}
