use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use reqwest::{Response, header};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::body_limit::{MAX_ERROR_BYTES, MAX_LIST_BYTES, max_reply_bytes, max_text_bytes, read_up_to};
use super::reply_builder::ReplyBuilder;
use super::retry_after::retry_after;
use super::server_error::ServerError;
use super::sse::EventStream;
use super::{ApiKey, Call, FailedCall, Proxy};
use crate::chat::Reply;
use crate::error::{CallError, Phase};

/// Sends a body and reads the reply: one attempt.
pub(crate) struct Transport {
    client: reqwest::Client,
    base_url: String,
    key: RwLock<Option<ApiKey>>,
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

/// How long to wait for the end of a stream after its last event.
const END_OF_STREAM_WAIT: Duration = Duration::from_millis(50);
/// How long to wait for the list of models.
const LIST_WAIT: Duration = Duration::from_secs(20);
/// How much of a server's error message is quoted, characters.
const MAX_QUOTED_CHARS: usize = 300;

impl Transport {
    /// A client for the server at `base_url` that keeps up to `connections` idle connections.
    pub(crate) fn new(
        base_url: &str,
        key: Option<ApiKey>,
        timeouts: Timeouts,
        connections: usize,
        proxy: Option<&Proxy>,
    ) -> Result<Self, TransportError> {
        // An error means that the process already has a provider, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("shelf/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            // A redirect would send the key and the page to another server.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(connections);
        let builder = match proxy {
            Some(proxy) => builder.proxy(proxy.build()?),
            None => builder,
        };
        let client = builder.build()?;
        Ok(Self { client, base_url: base_url.to_owned(), key: RwLock::new(key), timeouts })
    }

    /// Sends the body of a chat completion and reads the reply.
    pub(crate) async fn complete(&self, call: Call<'_>) -> Result<Reply, FailedCall> {
        let sent = Instant::now();
        let deadlines = Deadlines::new(sent, self.timeouts);
        let request = self
            .client
            .post(format!("{}/chat/completions", self.base_url))
            .headers(self.headers())
            .body(serde_json::to_string(call.body).expect("a body consists of JSON values"));
        let (by, no_response) = deadlines.of_first_token();
        let response = timeout_at(by, request.send()).await.map_err(|_| no_response)?;
        let response = response.map_err(|error| self.connection_error(&error))?;
        if !response.status().is_success() {
            return Err(self.error_of(response, by).await);
        }
        let key = self.key();
        let mut builder = ReplyBuilder::default();
        match self.read(response, &mut builder, &deadlines, call.max_tokens).await {
            Ok(()) => {
                let usage = builder.usage(key.as_ref());
                let reply = builder.finish(sent.elapsed(), key.as_ref());
                reply.map_err(|error| FailedCall { usage, ..error.into() })
            }
            Err(error) => {
                let error = error.map_message(|message| self.quoted(message));
                Err(FailedCall { usage: builder.usage(key.as_ref()), ..error.into() })
            }
        }
    }

    /// Reads the body of a reply into `builder`.
    async fn read(
        &self,
        mut response: Response,
        builder: &mut ReplyBuilder,
        deadlines: &Deadlines,
        max_tokens: u32,
    ) -> Result<(), CallError> {
        let is_stream = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        let mut events = EventStream::default();
        let mut body = Vec::new();
        let mut read = 0;
        let sent = deadlines.sent;
        while !builder.is_done() {
            let (by, timeout) =
                if builder.has_begun() { deadlines.of_next_token() } else { deadlines.of_first_token() };
            let chunk = match timeout_at(by, response.chunk()).await.map_err(|_| timeout)? {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                // The reply may be complete, with only the end of the stream missing.
                Err(_) if is_stream => break,
                Err(_) => return Err(CallError::Cut(format!("after {} bytes", body.len()))),
            };
            read += chunk.len();
            let limit_bytes = max_reply_bytes(max_tokens);
            if read > limit_bytes {
                return Err(CallError::Endless { limit_bytes, max_tokens });
            }
            if is_stream {
                for event in events.feed(&chunk) {
                    builder.push_event(&event, sent.elapsed())?;
                }
            } else {
                body.extend_from_slice(&chunk);
            }
            let limit_bytes = max_text_bytes(max_tokens);
            if builder.generated_bytes() > limit_bytes {
                return Err(CallError::Endless { limit_bytes, max_tokens });
            }
        }
        if builder.is_done() {
            // A connection can be reused only if it was read to its end.
            let _ = tokio::time::timeout(END_OF_STREAM_WAIT, response.chunk()).await;
        }
        if is_stream { Ok(()) } else { builder.push_body(&body, sent.elapsed()) }
    }

    /// The response to `GET /models`; `None` if there is none within some time, or if it is too long.
    pub(crate) async fn models(&self) -> Option<Value> {
        let request = self.client.get(format!("{}/models", self.base_url)).headers(self.headers());
        let limit = LIST_WAIT.min(self.timeouts.first_token);
        let response = request.timeout(limit).send().await.ok()?.error_for_status().ok()?;
        let (body, is_whole) = read_up_to(response, MAX_LIST_BYTES).await;
        is_whole.then(|| serde_json::from_slice(&body).ok())?
    }

    /// Sends this key from now on.
    pub(crate) fn use_key(&self, key: ApiKey) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    fn key(&self) -> Option<ApiKey> {
        self.key.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn headers(&self) -> header::HeaderMap {
        let mut headers = header::HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        if let Some(key) = self.key()
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

    /// The error behind a response with another status than 200.
    async fn error_of(&self, response: Response, by: Instant) -> FailedCall {
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(ToOwned::to_owned);
        let wait = retry_after(header, jiff::Timestamp::now());
        let (body, _) = timeout_at(by, read_up_to(response, MAX_ERROR_BYTES)).await.unwrap_or_default();
        let error = ServerError::of_body(&body);
        let error = ServerError { message: self.redacted(&error.message), ..error };
        let call = CallError::of_status(status, error.code.as_deref(), wait, self.quoted(&error.message));
        FailedCall { refusal: Some(error), ..call.into() }
    }

    fn redacted(&self, text: &str) -> String {
        self.key().map_or_else(|| text.to_owned(), |key| key.redact(text))
    }

    /// A server's message in one line, shortened, and without the key.
    fn quoted(&self, message: &str) -> String {
        let line = self.redacted(message);
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= MAX_QUOTED_CHARS {
            line
        } else {
            line.chars().take(MAX_QUOTED_CHARS).chain(['…']).collect()
        }
    }
}

/// Until when a call waits.
struct Deadlines {
    sent: Instant,
    limits: Timeouts,
}

impl Deadlines {
    fn new(sent: Instant, limits: Timeouts) -> Self {
        Self { sent, limits }
    }

    /// Until when the first token is awaited, and the error after it.
    fn of_first_token(&self) -> (Instant, CallError) {
        self.earlier(self.sent + self.limits.first_token, Phase::FirstToken, self.limits.first_token)
    }

    /// Until when the next token is awaited, and the error after it.
    fn of_next_token(&self) -> (Instant, CallError) {
        self.earlier(Instant::now() + self.limits.idle, Phase::NextToken, self.limits.idle)
    }

    fn earlier(&self, by: Instant, phase: Phase, limit: Duration) -> (Instant, CallError) {
        let end = self.sent + self.limits.total;
        if by < end {
            (by, CallError::Timeout { phase, limit })
        } else {
            (end, CallError::Timeout { phase: Phase::Total, limit: self.limits.total })
        }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::error::AbortReason;

    fn transport(server: &MockServer) -> Transport {
        let limit = Duration::from_secs(30);
        let timeouts = Timeouts { connect: limit, first_token: limit, idle: limit, total: limit };
        Transport::new(&format!("{}/v1", server.uri()), ApiKey::new("sk-canary"), timeouts, 1, None).unwrap()
    }

    async fn complete(server: &MockServer) -> Result<Reply, CallError> {
        let body = serde_json::Map::new();
        transport(server).complete(Call { body: &body, max_tokens: 100 }).await.map_err(|failed| failed.error)
    }

    #[tokio::test]
    async fn does_not_follow_redirects() {
        let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
        let away = ResponseTemplate::new(307).insert_header("location", format!("{}/v1/other", elsewhere.uri()));
        let asked = Mock::given(method("POST")).and(path("/v1/chat/completions"));
        asked.and(header("authorization", "Bearer sk-canary")).respond_with(away).expect(1).mount(&server).await;
        let error = complete(&server).await.unwrap_err();
        assert!(matches!(error, CallError::Aborted(AbortReason::Rejected { status: 307, .. })), "{error}");
        assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn quotes_error_page_in_one_line_without_key() {
        let server = MockServer::start().await;
        let page = format!("<html>\n  Bad gateway for sk-canary {}</html>", "x".repeat(1000));
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(502).set_body_string(page)).mount(&server).await;
        let error = complete(&server).await.unwrap_err().to_string();
        assert!(error.starts_with("the model's server failed (502): <html> Bad gateway for [key] xxx"), "{error}");
        assert!(error.chars().count() < 360, "{error}");
    }

    #[tokio::test]
    async fn reads_no_more_of_a_body_than_it_may_have() {
        let server = MockServer::start().await;
        let long = |kind: &str| {
            let body =
                format!("data: {{\"choices\": [{{\"delta\": {{\"content\": \"{}\"}}}}]}}\n\n", "x".repeat(1 << 20));
            ResponseTemplate::new(200).set_body_raw(body, kind)
        };
        Mock::given(method("POST")).respond_with(long("text/event-stream")).mount(&server).await;
        assert!(matches!(complete(&server).await, Err(CallError::Endless { max_tokens: 100, .. })));
        server.reset().await;
        Mock::given(method("POST")).respond_with(long("application/json")).mount(&server).await;
        assert!(matches!(complete(&server).await, Err(CallError::Endless { .. })));
        server.reset().await;
        let list = format!("{{\"data\": [], \"rest\": \"{}\"}}", "x".repeat(MAX_LIST_BYTES));
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_string(list)).mount(&server).await;
        assert_eq!(transport(&server).models().await, None);
    }
}
