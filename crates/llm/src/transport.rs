use std::time::Duration;

use reqwest::{Response, header};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::error::retry_after;
use super::reply::Collecting;
use super::sse::EventStream;
use super::{ApiKey, CallError, LlmSettings, Phase, Reply, Timeouts};

/// Sends a body and reads the reply: one attempt.
pub(super) struct Transport {
    client: reqwest::Client,
    base_url: String,
    key: Option<ApiKey>,
    timeouts: Timeouts,
}

/// Why there can be no connection at all.
#[derive(Debug, thiserror::Error)]
#[error("the client for the model's server cannot be made")]
pub struct TransportError(#[from] reqwest::Error);

/// A body that is longer is no chat completion, bytes.
const LONGEST_BODY: usize = 8 << 20;
/// After the last event a stream ends at once.
const GOODBYE: Duration = Duration::from_millis(50);
/// Of what a server says about an error no more is quoted, characters.
const QUOTED: usize = 300;

impl Transport {
    pub(super) fn new(settings: &LlmSettings) -> Result<Self, TransportError> {
        // An error means that this process has another provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("shelf/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.timeouts.connect)
            // A redirect would send the key and the page to somebody else.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(settings.in_flight)
            .build()?;
        let base_url = settings.base_url.clone();
        Ok(Self { client, base_url, key: settings.api_key.clone(), timeouts: settings.timeouts })
    }

    /// Sends a chat completion's body.
    pub(super) async fn complete(&self, body: &Value) -> Result<Reply, CallError> {
        let sent = Instant::now();
        let Timeouts { first_token, idle, total, .. } = self.timeouts;
        let whole = sent + total;
        let late = |since: Instant| {
            if since == whole {
                CallError::Timeout { phase: Phase::Whole, limit: total }
            } else {
                CallError::Timeout { phase: Phase::FirstToken, limit: first_token }
            }
        };
        let begin_by = (sent + first_token).min(whole);
        let request = self
            .client
            .post(format!("{}/chat/completions", self.base_url))
            .headers(self.headers())
            .body(body.to_string());
        let answered = timeout_at(begin_by, request.send()).await.map_err(|_| late(begin_by))?;
        let mut response = answered.map_err(|error| self.unreachable(&error))?;
        if !response.status().is_success() {
            return Err(self.refusal(response, begin_by).await);
        }
        let streams = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        let mut collecting = Collecting::default();
        let mut events = EventStream::default();
        let mut body = Vec::new();
        let mut read = 0;
        while !collecting.is_done() {
            let (by, phase, limit) = if collecting.begun() {
                let next = Instant::now() + idle;
                if next < whole { (next, Phase::NextToken, idle) } else { (whole, Phase::Whole, total) }
            } else if begin_by < whole {
                (begin_by, Phase::FirstToken, first_token)
            } else {
                (whole, Phase::Whole, total)
            };
            let chunk = timeout_at(by, response.chunk()).await.map_err(|_| CallError::Timeout { phase, limit })?;
            let chunk = match chunk {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                // What has come so far may be whole: only the goodbye is missing.
                Err(_) if streams => break,
                Err(_) => return Err(CallError::Cut(format!("after {} bytes", body.len()))),
            };
            read += chunk.len();
            if read > LONGEST_BODY {
                return Err(CallError::Garbled(format!("it has more than {LONGEST_BODY} bytes")));
            }
            if streams {
                for event in events.feed(&chunk) {
                    collecting.event(&event, sent.elapsed()).map_err(|error| self.redacted(error))?;
                }
            } else {
                body.extend_from_slice(&chunk);
            }
        }
        if collecting.is_done() {
            // A connection that was read to its end is used again. Nobody waits long for it.
            let _ = tokio::time::timeout(GOODBYE, response.chunk()).await;
        }
        if !streams {
            collecting.body(&body, sent.elapsed()).map_err(|error| self.redacted(error))?;
        }
        collecting.whole(sent.elapsed(), self.key.as_ref())
    }

    /// `GET /models`, as it is.
    pub(super) async fn models(&self) -> Option<Value> {
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

    fn unreachable(&self, error: &reqwest::Error) -> CallError {
        let causes: Vec<String> = std::iter::successors(std::error::Error::source(error), |cause| cause.source())
            .map(ToString::to_string)
            .collect();
        let problem = if error.is_timeout() && error.is_connect() {
            format!("no connection within {:?}", self.timeouts.connect)
        } else {
            causes.last().cloned().unwrap_or_else(|| error.to_string())
        };
        if error.is_connect() || error.is_builder() {
            CallError::Connect(self.shown(&problem))
        } else {
            CallError::Cut(self.shown(&problem))
        }
    }

    async fn refusal(&self, response: Response, by: Instant) -> CallError {
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(ToOwned::to_owned);
        let wait = retry_after(header, jiff::Timestamp::now());
        let body = timeout_at(by, response.bytes()).await.ok().and_then(Result::ok).unwrap_or_default();
        let message = serde_json::from_slice::<Value>(&body).ok().and_then(|body| {
            let error = body.get("error")?;
            error.get("message").or(Some(error)).and_then(Value::as_str).map(ToOwned::to_owned)
        });
        let message = message.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
        CallError::of_status(status, wait, self.shown(&message))
    }

    fn redacted(&self, error: CallError) -> CallError {
        use super::Halt;
        match error {
            CallError::RateLimited { retry_after, message } => {
                CallError::RateLimited { retry_after, message: self.shown(&message) }
            }
            CallError::Server { status, retry_after, message } => {
                CallError::Server { status, retry_after, message: self.shown(&message) }
            }
            CallError::TooLarge(message) => CallError::TooLarge(self.shown(&message)),
            CallError::Garbled(message) => CallError::Garbled(self.shown(&message)),
            CallError::Halted(Halt::Refused { status, message, with_picture }) => {
                CallError::Halted(Halt::Refused { status, message: self.shown(&message), with_picture })
            }
            other => other,
        }
    }

    /// What a server said, in one line, cut, and without the key.
    fn shown(&self, said: &str) -> String {
        let redacted = self.key.as_ref().map_or_else(|| said.to_owned(), |key| key.redact(said));
        let line = redacted.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= QUOTED { line } else { line.chars().take(QUOTED).chain(['…']).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::{Dispatcher, Halt, Price};

    fn settings(server: &MockServer) -> LlmSettings {
        LlmSettings { api_key: ApiKey::new("sk-canary"), ..LlmSettings::new(&format!("{}/v1", server.uri())) }
    }

    #[tokio::test]
    async fn the_key_goes_where_it_was_sent_and_no_further() {
        let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
        let away = ResponseTemplate::new(307).insert_header("location", format!("{}/v1/other", elsewhere.uri()));
        let asked = Mock::given(method("POST")).and(path("/v1/chat/completions"));
        asked.and(header("authorization", "Bearer sk-canary")).respond_with(away).expect(1).mount(&server).await;
        let error = Transport::new(&settings(&server)).unwrap().complete(&json!({})).await.unwrap_err();
        assert!(matches!(error, CallError::Halted(Halt::Refused { status: 307, .. })), "{error}");
        assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn what_is_no_chat_completion_is_said_in_a_line() {
        let server = MockServer::start().await;
        let page = format!("<html>\n  Bad gateway for sk-canary {}</html>", "x".repeat(1000));
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(502).set_body_string(page)).mount(&server).await;
        let error = Transport::new(&settings(&server)).unwrap().complete(&json!({})).await.unwrap_err().to_string();
        assert!(error.starts_with("the model's server failed (502): <html> Bad gateway for [key] xxx"), "{error}");
        assert!(error.chars().count() < 360, "{error}");
    }

    #[test]
    fn prices_are_asked_for_once_a_day() {
        let io = tokio::runtime::Runtime::new().unwrap();
        let server = io.block_on(MockServer::start());
        let models = json!({ "data": [{ "id": "m", "pricing": { "prompt": "0.000001", "completion": "0.000002" } }] });
        let listed = ResponseTemplate::new(200).set_body_json(models);
        io.block_on(Mock::given(path("/v1/models")).respond_with(listed).expect(1).mount(&server));
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let cache = Some(folder.path().join("prices.json"));
            let llm = Dispatcher::start(LlmSettings { price_cache: cache, ..settings(&server) }).unwrap();
            assert_eq!(llm.price("m"), Some(Price { prompt: 1e-6, completion: 2e-6, ..Price::default() }));
            assert_eq!(llm.price("other"), None);
        }
        io.block_on(server.verify());
    }
}
