use std::time::Duration;

use serde_json::{Value, json};

/// A scripted model's reply to one request.
#[derive(Debug, Clone)]
pub struct ScriptedReply {
    text: String,
    finish_reason: Option<&'static str>,
    reasoning: Option<String>,
    failure: Option<Value>,
    status: u16,
    is_error: bool,
    headers: Vec<(&'static str, String)>,
    usage: Option<Value>,
    unstreamed: bool,
    pub(super) cut_after: Option<usize>,
    pub(super) first_token_after: Duration,
    pub(super) rest_after: Duration,
}

impl ScriptedReply {
    /// A stream of this text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let usage = json!({ "prompt_tokens": 100, "completion_tokens": text.len() / 4, "cost": 0.001 });
        Self {
            text,
            finish_reason: Some("stop"),
            reasoning: None,
            failure: None,
            status: 200,
            is_error: false,
            headers: Vec::new(),
            usage: Some(usage),
            unstreamed: false,
            cut_after: None,
            first_token_after: Duration::ZERO,
            rest_after: Duration::ZERO,
        }
    }

    /// An error with this HTTP status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::error(status, format!("scripted {status}"))
    }

    /// An error with this HTTP status and message; with status 200, the error is in the body only.
    #[must_use]
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self { status, is_error: true, ..Self::text(message) }
    }

    /// Sets the finish reason, by default `stop`.
    #[must_use]
    pub fn finish_reason(self, finish_reason: &'static str) -> Self {
        Self { finish_reason: Some(finish_reason), ..self }
    }

    /// Sends no finish reason.
    #[must_use]
    pub fn without_finish_reason(self) -> Self {
        Self { finish_reason: None, ..self }
    }

    /// Sends the model's reasoning at once, before the wait for the first token.
    #[must_use]
    pub fn reasoning(self, text: impl Into<String>) -> Self {
        Self { reasoning: Some(text.into()), ..self }
    }

    /// Sends an error instead of the end of the stream.
    #[must_use]
    pub fn then_error(self, error: Value) -> Self {
        Self { failure: Some(error), ..self }
    }

    /// An error with this HTTP status and body.
    #[must_use]
    pub fn error_body(status: u16, body: &Value) -> Self {
        Self { failure: Some(body.clone()), ..Self::error(status, "") }
    }

    /// Sets the reported usage; `None` reports none.
    #[must_use]
    pub fn usage(self, usage: Option<Value>) -> Self {
        Self { usage, ..self }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends the reply in one body, as a server that does not stream.
    #[must_use]
    pub fn unstreamed(self) -> Self {
        Self { unstreamed: true, ..self }
    }

    /// Closes the connection after this many bytes of the response, including its head.
    #[must_use]
    pub fn cut_after(self, bytes: usize) -> Self {
        Self { cut_after: Some(bytes), ..self }
    }

    /// Sends the first token after some time, and the rest after some more.
    #[must_use]
    pub fn delayed(self, first_token_after: Duration, rest_after: Duration) -> Self {
        Self { first_token_after, rest_after, ..self }
    }

    /// The bytes of the response: head, first token, rest.
    #[must_use]
    pub fn bytes(&self) -> [Vec<u8>; 3] {
        let kind = if !self.is_error && !self.unstreamed { "text/event-stream" } else { "application/json" };
        let headers =
            self.headers.iter().fold(String::new(), |text, (name, value)| text + name + ": " + value + "\r\n");
        let head = format!(
            "HTTP/1.1 {} Scripted\r\nContent-Type: {kind}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{headers}\r\n",
            self.status
        );
        let chunk = |body: String| format!("{:x}\r\n{body}\r\n", body.len());
        let event = |data: &Value| chunk(format!("data: {data}\n\n"));
        let (first, rest) = if self.is_error {
            let message = || json!({ "error": { "message": self.text } });
            (String::new(), chunk(self.failure.clone().unwrap_or_else(message).to_string()))
        } else if self.unstreamed {
            let choice = json!({ "message": { "content": self.text }, "finish_reason": self.finish_reason });
            let body = json!({ "model": "scripted", "choices": [choice], "usage": self.usage });
            (String::new(), chunk(body.to_string()))
        } else {
            let delta = |content: Value, finish: Value| {
                event(&json!({
                    "model": "scripted", "provider": "here",
                    "choices": [{ "delta": { "content": content }, "finish_reason": finish }],
                }))
            };
            let half = self.text.floor_char_boundary(self.text.len() / 2);
            let (one, two) = self.text.split_at(half);
            let usage = self.usage.as_ref().map(|usage| event(&json!({ "choices": [], "usage": usage })));
            let first =
                chunk(": hello\n\n".to_owned()) + &delta(Value::Null, Value::Null) + &delta(one.into(), Value::Null);
            let end = match &self.failure {
                Some(error) => event(error),
                None => delta(Value::Null, self.finish_reason.into()) + &usage.unwrap_or_default(),
            };
            let rest = delta(two.into(), Value::Null) + &end + &chunk("data: [DONE]\n\n".to_owned());
            (first, rest)
        };
        let reasoning = self.reasoning.as_ref().map(|text| {
            event(&json!({ "choices": [{ "delta": { "reasoning_content": text, "content": null }, "finish_reason": null }] }))
        });
        let head = head + &reasoning.unwrap_or_default();
        [head, first, rest + "0\r\n\r\n"].map(String::into_bytes)
    }
}
