use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ApiKey, CallError, Usd};

/// What a model said, before anybody looked into it. It is paid: kept on disk in this form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reply {
    /// What it said.
    pub text: String,
    /// Why it stopped: `stop`, `length`, `content_filter`, …
    pub finish_reason: String,
    /// The model, as the server names it.
    #[serde(default)]
    pub model: Option<String>,
    /// Who ran it.
    #[serde(default)]
    pub provider: Option<String>,
    /// Tokens and cost, as the provider gave them.
    #[serde(default)]
    pub usage: Option<Value>,
    /// Time to the first words, s.
    pub ttft_s: f64,
    /// Time to the end, s.
    pub total_s: f64,
}

impl Reply {
    /// Tokens of the request, if the provider tells.
    #[must_use]
    pub fn prompt_tokens(&self) -> Option<u64> {
        self.usage.as_ref()?.get("prompt_tokens")?.as_u64()
    }

    /// Tokens of the reply, if the provider tells.
    #[must_use]
    pub fn completion_tokens(&self) -> Option<u64> {
        self.usage.as_ref()?.get("completion_tokens")?.as_u64()
    }

    /// What it cost, if the provider tells.
    #[must_use]
    pub fn reported_cost(&self) -> Option<Usd> {
        let cost = self.usage.as_ref()?.get("cost")?.as_f64()?;
        (cost.is_finite() && cost >= 0.0).then_some(Usd(cost))
    }
}

/// Puts a reply together from the chunks of a stream, or from the one body of a server that does not stream.
#[derive(Debug, Default)]
pub(super) struct Collecting {
    text: String,
    finish_reason: Option<String>,
    model: Option<String>,
    provider: Option<String>,
    usage: Option<Value>,
    first_token: Option<Duration>,
    done: bool,
}

/// What the last event of a stream says.
const DONE: &str = "[DONE]";

impl Collecting {
    /// Takes the data of one event, which came `at` after the request was sent.
    pub(super) fn event(&mut self, data: &str, at: Duration) -> Result<(), CallError> {
        if data.trim() == DONE {
            self.done = true;
            return Ok(());
        }
        let chunk: Value = serde_json::from_str(data).map_err(|error| CallError::Garbled(error.to_string()))?;
        self.chunk(&chunk, "delta", at)
    }

    /// Takes the body of a server that does not stream.
    pub(super) fn body(&mut self, body: &[u8], at: Duration) -> Result<(), CallError> {
        let whole: Value = serde_json::from_slice(body).map_err(|error| {
            if error.is_eof() {
                CallError::Cut(format!("after {} bytes", body.len()))
            } else {
                CallError::Garbled(error.to_string())
            }
        })?;
        self.done = true;
        self.chunk(&whole, "message", at)
    }

    /// Whether words have come.
    pub(super) fn begun(&self) -> bool {
        self.first_token.is_some()
    }

    /// Whether nothing more is to come.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The whole reply, `total` after the request was sent; without a finish reason it is not whole.
    pub(super) fn whole(self, total: Duration, key: Option<&ApiKey>) -> Result<Reply, CallError> {
        let Some(finish_reason) = self.finish_reason else {
            return Err(CallError::Cut(format!("after {} characters", self.text.chars().count())));
        };
        let redact = |text: String| key.map_or_else(|| text.clone(), |key| key.redact(&text));
        Ok(Reply {
            text: redact(self.text),
            finish_reason: redact(finish_reason),
            model: self.model.map(redact),
            provider: self.provider.map(redact),
            usage: self.usage,
            ttft_s: self.first_token.unwrap_or(total).as_secs_f64(),
            total_s: total.as_secs_f64(),
        })
    }

    fn chunk(&mut self, chunk: &Value, words: &str, at: Duration) -> Result<(), CallError> {
        if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
            return Err(said(error));
        }
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        self.model = text(chunk, "model").or_else(|| self.model.take());
        self.provider = text(chunk, "provider").or_else(|| self.provider.take());
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
            self.usage = Some(usage.clone());
        }
        // The chunk with the usage has no choices.
        let Some(choice) = chunk.get("choices").and_then(|choices| choices.get(0)) else { return Ok(()) };
        if let Some(error) = choice.get("error").filter(|error| !error.is_null()) {
            return Err(said(error));
        }
        if let Some(content) = choice.get(words).and_then(|words| words.get("content")?.as_str())
            && !content.is_empty()
        {
            self.first_token.get_or_insert(at);
            self.text.push_str(content);
        }
        if let Some(reason) = text(choice, "finish_reason") {
            self.finish_reason = Some(reason);
        }
        Ok(())
    }
}

/// An error object inside a reply that began with status 200.
fn said(error: &Value) -> CallError {
    let code = error.get("code").and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    let message = error
        .get("message")
        .and_then(Value::as_str)
        .or(error.as_str())
        .map_or_else(|| error.to_string(), ToOwned::to_owned);
    CallError::of_status(code.and_then(|code| u16::try_from(code).ok()).unwrap_or(0), None, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(events: &[&str]) -> Result<Reply, CallError> {
        let mut collecting = Collecting::default();
        for (at, event) in events.iter().enumerate() {
            collecting.event(event, Duration::from_secs(at as u64))?;
        }
        collecting.whole(Duration::from_secs(9), None)
    }

    #[test]
    fn a_stream_is_put_together() {
        let reply = collect(&[
            r#"{"model": "m", "provider": "P", "choices": [{"delta": {"role": "assistant", "content": null}}]}"#,
            r#"{"choices": [{"delta": {"content": ""}}]}"#,
            r#"{"choices": [{"delta": {"content": "{\"a\":"}}]}"#,
            r#"{"choices": [{"delta": {"content": "1}"}, "finish_reason": "stop"}]}"#,
            r#"{"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3, "cost": 0.0042}}"#,
            "[DONE]",
        ])
        .unwrap();
        assert_eq!((reply.text.as_str(), reply.finish_reason.as_str()), (r#"{"a":1}"#, "stop"));
        assert_eq!((reply.ttft_s, reply.total_s), (2.0, 9.0));
        assert_eq!((reply.prompt_tokens(), reply.completion_tokens()), (Some(7), Some(3)));
        assert_eq!(reply.reported_cost(), Some(Usd(0.0042)));
        assert_eq!((reply.model.as_deref(), reply.provider.as_deref()), (Some("m"), Some("P")));
    }

    #[test]
    fn an_error_inside_a_stream_is_one() {
        let started = r#"{"choices": [{"delta": {"content": "{"}}]}"#;
        let failed = collect(&[started, r#"{"error": {"code": 502, "message": "upstream"}, "choices": []}"#]);
        assert_eq!(failed, Err(CallError::Server { status: 502, retry_after: None, message: "upstream".to_owned() }));
        let limited = collect(&[r#"{"error": {"code": "429", "message": "slow down"}}"#]);
        assert!(matches!(limited, Err(CallError::RateLimited { .. })));
        let unnamed = collect(&[started, r#"{"choices": [{"error": "overloaded"}]}"#]);
        assert!(matches!(unnamed, Err(CallError::Server { status: 0, message, .. }) if message == "overloaded"));
    }

    #[test]
    fn without_an_end_it_is_cut() {
        let cut = collect(&[r#"{"choices": [{"delta": {"content": "{}"}, "finish_reason": null}]}"#, "[DONE]"]);
        assert_eq!(cut, Err(CallError::Cut("after 2 characters".to_owned())));
    }

    #[test]
    fn a_server_that_does_not_stream_says_it_at_once() {
        let body = br#"{"model": "m", "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}], "usage": {"completion_tokens": 1}}"#;
        let of = |body: &[u8]| {
            let mut collecting = Collecting::default();
            collecting.body(body, Duration::from_secs(1))?;
            collecting.whole(Duration::from_secs(1), None)
        };
        assert_eq!(of(body).unwrap().text, "{}");
        for cut in 0..body.len() {
            assert!(of(&body[..cut]).is_err(), "{cut}");
        }
    }
}
