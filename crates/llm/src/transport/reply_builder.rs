use std::time::Duration;

use serde_json::Value;

use super::ApiKey;
use crate::chat::Reply;
use crate::error::CallError;

/// Assembles a reply from the chunks of a stream, or from the single body of a server that does not stream.
#[derive(Debug, Default)]
pub(super) struct ReplyBuilder {
    text: String,
    finish_reason: Option<String>,
    model: Option<String>,
    provider: Option<String>,
    usage: Option<Value>,
    first_token: Option<Duration>,
    done: bool,
}

/// Data of the last event of a stream.
const DONE: &str = "[DONE]";

impl ReplyBuilder {
    /// Adds the data of an event, received `at` after the request was sent.
    pub(super) fn push_event(&mut self, data: &str, at: Duration) -> Result<(), CallError> {
        if data.trim() == DONE {
            self.done = true;
            return Ok(());
        }
        let chunk: Value = serde_json::from_str(data).map_err(|error| CallError::Malformed(error.to_string()))?;
        self.push_chunk(&chunk, "delta", at)
    }

    /// Adds the body of a server that does not stream.
    pub(super) fn push_body(&mut self, body: &[u8], at: Duration) -> Result<(), CallError> {
        let completion: Value = serde_json::from_slice(body).map_err(|error| {
            if error.is_eof() {
                CallError::Cut(format!("after {} bytes", body.len()))
            } else {
                CallError::Malformed(error.to_string())
            }
        })?;
        self.done = true;
        self.push_chunk(&completion, "message", at)
    }

    /// Whether any text has arrived.
    pub(super) fn has_text(&self) -> bool {
        self.first_token.is_some()
    }

    /// Whether the reply is complete.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The reply, `total` after the request was sent. Without a finish reason it is incomplete.
    pub(super) fn finish(self, total: Duration, key: Option<&ApiKey>) -> Result<Reply, CallError> {
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

    fn push_chunk(&mut self, chunk: &Value, content_field: &str, at: Duration) -> Result<(), CallError> {
        if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
            return Err(error_in_reply(error));
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
            return Err(error_in_reply(error));
        }
        if let Some(content) = choice.get(content_field).and_then(|message| message.get("content")?.as_str())
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

/// The error for an error object inside a reply whose status was 200.
fn error_in_reply(error: &Value) -> CallError {
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
    use shelf_runtime::usd::Usd;

    fn collect(events: &[&str]) -> Result<Reply, CallError> {
        let mut builder = ReplyBuilder::default();
        for (at, event) in events.iter().enumerate() {
            builder.push_event(event, Duration::from_secs(at as u64))?;
        }
        builder.finish(Duration::from_secs(9), None)
    }

    #[test]
    fn assembles_stream() {
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
    fn reports_error_inside_stream() {
        let started = r#"{"choices": [{"delta": {"content": "{"}}]}"#;
        let failed = collect(&[started, r#"{"error": {"code": 502, "message": "upstream"}, "choices": []}"#]);
        assert_eq!(failed, Err(CallError::Server { status: 502, retry_after: None, message: "upstream".to_owned() }));
        let limited = collect(&[r#"{"error": {"code": "429", "message": "slow down"}}"#]);
        assert!(matches!(limited, Err(CallError::RateLimited { .. })));
        let unnamed = collect(&[started, r#"{"choices": [{"error": "overloaded"}]}"#]);
        assert!(matches!(unnamed, Err(CallError::Server { status: 0, message, .. }) if message == "overloaded"));
    }

    #[test]
    fn reply_without_finish_reason_is_cut() {
        let cut = collect(&[r#"{"choices": [{"delta": {"content": "{}"}, "finish_reason": null}]}"#, "[DONE]"]);
        assert_eq!(cut, Err(CallError::Cut("after 2 characters".to_owned())));
    }

    #[test]
    fn reads_unstreamed_body() {
        let body = br#"{"model": "m", "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}], "usage": {"completion_tokens": 1}}"#;
        let of = |body: &[u8]| {
            let mut builder = ReplyBuilder::default();
            builder.push_body(body, Duration::from_secs(1))?;
            builder.finish(Duration::from_secs(1), None)
        };
        assert_eq!(of(body).unwrap().text, "{}");
        for cut in 0..body.len() {
            assert!(of(&body[..cut]).is_err(), "{cut}");
        }
    }
}
