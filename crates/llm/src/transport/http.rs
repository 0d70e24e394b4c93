use std::time::Duration;

use reqwest::{Response, header};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::ApiKey;
use super::reply_builder::ReplyBuilder;
use super::retry_after::retry_after;
use super::sse::EventStream;
use crate::chat::Reply;
use crate::error::{CallError, Phase};

/// Sends a body and reads the reply: one attempt.
pub(crate) struct Transport {
    client: reqwest::Client,
    base_url: String,
    key: Option<ApiKey>,
    timeouts: Timeouts,
}

/// The HTTP client cannot be created.
#[derive(Debug, thiserror::Error)]
#[error("cannot create the HTTP client for the model's server")]
pub struct TransportError(#[from] reqwest::Error);

/// Time limits of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection is established.
    pub connect: Duration,
    /// Until the first token.
    pub first_token: Duration,
    /// Between two tokens.
    pub idle: Duration,
    /// For the complete reply.
    pub total: Duration,
}

/// Maximum size of a chat completion, bytes.
const MAX_BODY_BYTES: usize = 8 << 20;
/// How long to wait for the end of a stream after its last event.
const END_OF_STREAM_WAIT: Duration = Duration::from_millis(50);
/// How much of a server's error message is quoted, characters.
const MAX_QUOTED_CHARS: usize = 300;

impl Transport {
    /// A client for the server at `base_url` that keeps up to `connections` idle connections.
    pub(crate) fn new(
        base_url: &str,
        key: Option<ApiKey>,
        timeouts: Timeouts,
        connections: usize,
    ) -> Result<Self, TransportError> {
        // An error means that the process already has a provider, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("shelf/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            // A redirect would send the key and the page to another server.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(connections)
            .build()?;
        Ok(Self { client, base_url: base_url.to_owned(), key, timeouts })
    }

    /// Sends the body of a chat completion and reads the reply.
    pub(crate) async fn complete(&self, body: &Value) -> Result<Reply, CallError> {
        let sent = Instant::now();
        let Timeouts { first_token, idle, total, .. } = self.timeouts;
        let deadline = sent + total;
        let first_token_by = (sent + first_token).min(deadline);
        let no_response = if first_token_by == deadline {
            CallError::Timeout { phase: Phase::Total, limit: total }
        } else {
            CallError::Timeout { phase: Phase::FirstToken, limit: first_token }
        };
        let request = self
            .client
            .post(format!("{}/chat/completions", self.base_url))
            .headers(self.headers())
            .body(body.to_string());
        let sent_request = timeout_at(first_token_by, request.send()).await.map_err(|_| no_response)?;
        let mut response = sent_request.map_err(|error| self.connection_error(&error))?;
        if !response.status().is_success() {
            return Err(self.error_of(response, first_token_by).await);
        }
        let is_stream = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        let mut builder = ReplyBuilder::default();
        let mut events = EventStream::default();
        let mut body = Vec::new();
        let mut read = 0;
        while !builder.is_done() {
            let (by, phase, limit) = if builder.has_text() {
                let next = Instant::now() + idle;
                if next < deadline { (next, Phase::NextToken, idle) } else { (deadline, Phase::Total, total) }
            } else if first_token_by < deadline {
                (first_token_by, Phase::FirstToken, first_token)
            } else {
                (deadline, Phase::Total, total)
            };
            let chunk = timeout_at(by, response.chunk()).await.map_err(|_| CallError::Timeout { phase, limit })?;
            let chunk = match chunk {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                // The reply may be complete, with only the end of the stream missing.
                Err(_) if is_stream => break,
                Err(_) => return Err(CallError::Cut(format!("after {} bytes", body.len()))),
            };
            read += chunk.len();
            if read > MAX_BODY_BYTES {
                return Err(CallError::Malformed(format!("it has more than {MAX_BODY_BYTES} bytes")));
            }
            if is_stream {
                for event in events.feed(&chunk) {
                    builder.push_event(&event, sent.elapsed()).map_err(|error| self.redacted(error))?;
                }
            } else {
                body.extend_from_slice(&chunk);
            }
        }
        if builder.is_done() {
            // A connection can be reused only if it was read to its end.
            let _ = tokio::time::timeout(END_OF_STREAM_WAIT, response.chunk()).await;
        }
        if !is_stream {
            builder.push_body(&body, sent.elapsed()).map_err(|error| self.redacted(error))?;
        }
        builder.finish(sent.elapsed(), self.key.as_ref())
    }

    /// The response to `GET /models`; `None` if there is none.
    pub(crate) async fn models(&self) -> Option<Value> {
        let request = self.client.get(format!("{}/models", self.base_url)).headers(self.headers());
        let response = request.timeout(Duration::from_secs(20)).send().await.ok()?.error_for_status().ok()?;
        serde_json::from_slice(&response.bytes().await.ok()?).ok()
    }

    fn headers(&self) -> header::HeaderMap {
        let mut headers = header::HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key
            && let Ok(mut value) = header::HeaderValue::from_str(&key.authorization())
        {
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        headers
    }

    fn connection_error(&self, error: &reqwest::Error) -> CallError {
        let causes: Vec<String> = std::iter::successors(std::error::Error::source(error), |cause| cause.source())
            .map(ToString::to_string)
            .collect();
        let problem = if error.is_timeout() && error.is_connect() {
            format!("no connection within {:?}", self.timeouts.connect)
        } else {
            causes.last().cloned().unwrap_or_else(|| error.to_string())
        };
        if error.is_connect() || error.is_builder() {
            CallError::Connect(self.quoted(&problem))
        } else {
            CallError::Cut(self.quoted(&problem))
        }
    }

    async fn error_of(&self, response: Response, by: Instant) -> CallError {
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(ToOwned::to_owned);
        let wait = retry_after(header, jiff::Timestamp::now());
        let body = timeout_at(by, response.bytes()).await.ok().and_then(Result::ok).unwrap_or_default();
        let message = serde_json::from_slice::<Value>(&body).ok().and_then(|body| {
            let error = body.get("error")?;
            error.get("message").or(Some(error)).and_then(Value::as_str).map(ToOwned::to_owned)
        });
        let message = message.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
        CallError::of_status(status, wait, self.quoted(&message))
    }

    fn redacted(&self, error: CallError) -> CallError {
        error.map_message(|message| self.quoted(message))
    }

    /// A server's message in one line, shortened, and without the key.
    fn quoted(&self, message: &str) -> String {
        let redacted = self.key.as_ref().map_or_else(|| message.to_owned(), |key| key.redact(message));
        let line = redacted.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= MAX_QUOTED_CHARS {
            line
        } else {
            line.chars().take(MAX_QUOTED_CHARS).chain(['…']).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::error::AbortReason;

    fn transport(server: &MockServer) -> Transport {
        let limit = Duration::from_secs(30);
        let timeouts = Timeouts { connect: limit, first_token: limit, idle: limit, total: limit };
        Transport::new(&format!("{}/v1", server.uri()), ApiKey::new("sk-canary"), timeouts, 1).unwrap()
    }

    #[tokio::test]
    async fn does_not_follow_redirects() {
        let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
        let away = ResponseTemplate::new(307).insert_header("location", format!("{}/v1/other", elsewhere.uri()));
        let asked = Mock::given(method("POST")).and(path("/v1/chat/completions"));
        asked.and(header("authorization", "Bearer sk-canary")).respond_with(away).expect(1).mount(&server).await;
        let error = transport(&server).complete(&json!({})).await.unwrap_err();
        assert!(matches!(error, CallError::Aborted(AbortReason::Rejected { status: 307, .. })), "{error}");
        assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn quotes_error_page_in_one_line_without_key() {
        let server = MockServer::start().await;
        let page = format!("<html>\n  Bad gateway for sk-canary {}</html>", "x".repeat(1000));
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(502).set_body_string(page)).mount(&server).await;
        let error = transport(&server).complete(&json!({})).await.unwrap_err().to_string();
        assert!(error.starts_with("the model's server failed (502): <html> Bad gateway for [key] xxx"), "{error}");
        assert!(error.chars().count() < 360, "{error}");
    }
}
