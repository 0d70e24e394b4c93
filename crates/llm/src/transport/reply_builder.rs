use std::time::Duration;

use serde_json::Value;

use super::ApiKey;
use super::server_error::ServerError;
use crate::chat::{Reply, is_complete};
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
    /// Bytes of text and reasoning.
    generated_bytes: usize,
    done: bool,
}

/// Data of the last event of a stream.
const DONE: &str = "[DONE]";
/// Fields with the reasoning of a model, of OpenRouter and of `DeepSeek`, vLLM and llama.cpp.
const REASONING: [&str; 2] = ["reasoning", "reasoning_content"];
/// Where servers put the usage: in the chunk itself; Moonshot; Groq; OpenRouter's errors.
const USAGE: [&str; 4] = ["/usage", "/choices/0/usage", "/x_groq/usage", "/error/metadata/usage"];

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

    /// Whether the model has begun to write or to reason.
    pub(super) fn has_begun(&self) -> bool {
        self.first_token.is_some()
    }

    /// Bytes of the text and the reasoning so far.
    pub(super) fn generated_bytes(&self) -> usize {
        self.generated_bytes
    }

    /// The usage, if it was reported.
    pub(super) fn usage(&self, key: Option<&ApiKey>) -> Option<Value> {
        self.usage.as_ref().map(|usage| key.map_or_else(|| usage.clone(), |key| key.redact_json(usage)))
    }

    /// Whether the reply is complete.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The reply, `total` after the request was sent. Without a finish reason it is incomplete, unless the server has ended it and it is a
    /// complete object.
    pub(super) fn finish(self, total: Duration, key: Option<&ApiKey>) -> Result<Reply, CallError> {
        let unstated = || (self.done && is_complete(&self.text)).then(|| "stop".to_owned());
        let Some(finish_reason) = self.finish_reason.clone().or_else(unstated) else {
            return Err(CallError::Cut(format!("after {} characters", self.text.chars().count())));
        };
        let usage = self.usage(key);
        let redact = |text: String| key.map_or_else(|| text.clone(), |key| key.redact(&text));
        Ok(Reply {
            text: redact(self.text),
            finish_reason: redact(finish_reason),
            model: self.model.map(redact),
            provider: self.provider.map(redact),
            usage,
            ttft_s: self.first_token.unwrap_or(total).as_secs_f64(),
            total_s: total.as_secs_f64(),
        })
    }

    fn push_chunk(&mut self, chunk: &Value, content_field: &str, at: Duration) -> Result<(), CallError> {
        let of_chunk = USAGE.iter().find_map(|place| chunk.pointer(place).filter(|usage| usage.is_object()));
        if let Some(usage) = of_chunk {
            self.usage = Some(usage.clone());
        }
        if chunk.get("error").is_some_and(|error| !error.is_null()) {
            return Err(error_in_reply(chunk));
        }
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        self.model = text(chunk, "model").or_else(|| self.model.take());
        self.provider = text(chunk, "provider").or_else(|| self.provider.take());
        // The chunk with the usage has no choices.
        let Some(choice) = chunk.get("choices").and_then(|choices| choices.get(0)) else { return Ok(()) };
        if choice.get("error").is_some_and(|error| !error.is_null()) {
            return Err(error_in_reply(choice));
        }
        let message = choice.get(content_field);
        let field = |name: &str| message.and_then(|message| message.get(name)?.as_str()).unwrap_or_default();
        let content = field("content");
        self.text.push_str(content);
        let generated = content.len() + REASONING.iter().map(|name| field(name).len()).max().unwrap_or_default();
        if generated > 0 {
            self.first_token.get_or_insert(at);
            self.generated_bytes += generated;
        }
        if let Some(reason) = text(choice, "finish_reason") {
            self.finish_reason = Some(reason);
        }
        Ok(())
    }
}

/// The error for an error object inside a reply whose status was 200.
fn error_in_reply(chunk: &Value) -> CallError {
    let error = ServerError::of_value(chunk);
    CallError::of_status(error.status.unwrap_or(0), error.code.as_deref(), None, error.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
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
    fn reply_without_finish_reason_is_cut_unless_it_ended_complete() {
        let chunk =
            |text: &str| json!({ "choices": [{ "delta": { "content": text }, "finish_reason": null }] }).to_string();
        let cut = CallError::Cut("after 2 characters".to_owned());
        assert_eq!(collect(&[&chunk("{}")]), Err(cut.clone()), "the server has not ended it");
        assert_eq!(collect(&[&chunk("{ "), "[DONE]"]), Err(cut));
        assert_eq!(collect(&[&chunk("{}"), "[DONE]"]).unwrap().finish_reason, "stop");
    }

    #[test]
    fn reasoning_is_a_sign_of_life_and_counts() {
        let mut builder = ReplyBuilder::default();
        let delta = |field: &str| json!({ "choices": [{ "delta": { field: "Hm.", "content": null } }] }).to_string();
        builder.push_event(&delta("role"), Duration::from_secs(1)).unwrap();
        assert!(!builder.has_begun(), "a server may send the role before the model begins");
        builder.push_event(&delta("reasoning_content"), Duration::from_secs(2)).unwrap();
        builder.push_event(&delta("reasoning"), Duration::from_secs(3)).unwrap();
        assert!(builder.has_begun() && builder.generated_bytes() == 6);
        builder.push_event(r#"{"choices": [{"delta": {}, "finish_reason": "stop"}]}"#, Duration::from_secs(4)).unwrap();
        let reply = builder.finish(Duration::from_secs(5), None).unwrap();
        assert_eq!((reply.text.as_str(), reply.ttft_s), ("", 2.0));
    }

    #[test]
    fn finds_usage_wherever_it_is() {
        for chunk in [
            json!({ "usage": { "cost": 0.5 }, "choices": [] }),
            json!({ "usage": { "cost": 0.5 }, "error": { "message": "failed" } }),
            json!({ "error": { "message": "failed", "metadata": { "usage": { "cost": 0.5 } } } }),
            json!({ "choices": [{ "delta": {}, "usage": { "cost": 0.5 } }] }),
            json!({ "choices": [], "x_groq": { "usage": { "cost": 0.5 } } }),
        ] {
            let mut builder = ReplyBuilder::default();
            // Some of them are errors.
            drop(builder.push_event(&chunk.to_string(), Duration::ZERO));
            assert_eq!(builder.usage(None), Some(json!({ "cost": 0.5 })), "{chunk}");
        }
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
