use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};

use shelf_runtime::provide::Provider;

use crate::{LlmSettings, Retry, Spending};

/// A model whose replies are written down: a real server on 127.0.0.1, so that what asks it goes the whole way. It ends when it is
/// dropped.
///
/// ```
/// use shelf::testing::{Says, ScriptedModel};
///
/// let in_turn = ScriptedModel::says([r#"{ "kind": "plate" }"#, r#"{ "kind": "text" }"#]);
/// let by_question = ScriptedModel::answering(|asked| match asked.user.contains("plate") {
///     true => Says::text(r#"{ "kind": "plate" }"#),
///     false => Says::status(503),
/// });
/// assert!(by_question.asked().is_empty());
/// ```
pub struct ScriptedModel {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    script: Box<dyn Fn(&Asked) -> Says + Send + Sync>,
    asked: Mutex<Vec<Asked>>,
    gone: AtomicBool,
}

/// What the model was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// How many requests came before.
    pub before: usize,
    /// The model's name.
    pub model: String,
    /// The prompt.
    pub system: String,
    /// All that the user said, first question and repairs.
    pub user: String,
    /// Pictures.
    pub pictures: usize,
    /// The body of the request.
    pub body: Value,
}

impl Asked {
    /// The JPEG files that came with the question.
    #[must_use]
    pub fn jpegs(&self) -> Vec<Vec<u8>> {
        let urls = parts_of(&self.body).filter_map(|part| part["image_url"]["url"].as_str());
        let jpeg = |url: &str| BASE64.decode(url.strip_prefix("data:image/jpeg;base64,")?).ok();
        urls.filter_map(jpeg).collect()
    }
}

/// What the model says to one request.
#[derive(Debug, Clone)]
pub struct Says {
    text: String,
    finish_reason: &'static str,
    status: u16,
    is_error: bool,
    headers: Vec<(&'static str, String)>,
    usage: Option<Value>,
    whole: bool,
    cut_after: Option<usize>,
    first_word_after: Duration,
    rest_after: Duration,
}

impl Says {
    /// This text, in a stream.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let usage = json!({ "prompt_tokens": 100, "completion_tokens": text.len() / 4, "cost": 0.001 });
        Self {
            text,
            finish_reason: "stop",
            status: 200,
            is_error: false,
            headers: Vec::new(),
            usage: Some(usage),
            whole: false,
            cut_after: None,
            first_word_after: Duration::ZERO,
            rest_after: Duration::ZERO,
        }
    }

    /// An error of this HTTP status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::error(status, format!("scripted {status}"))
    }

    /// An error of this HTTP status, with this message; in a body that says so where the status is 200.
    #[must_use]
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self { status, is_error: true, ..Self::text(message) }
    }

    /// With another finish reason than `stop`.
    #[must_use]
    pub fn finish(self, finish_reason: &'static str) -> Self {
        Self { finish_reason, ..self }
    }

    /// With another usage; none for `None`.
    #[must_use]
    pub fn usage(self, usage: Option<Value>) -> Self {
        Self { usage, ..self }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As a server that does not stream says it.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// So many bytes of the answer, head and all; then the connection is closed.
    #[must_use]
    pub fn cut_after(self, bytes: usize) -> Self {
        Self { cut_after: Some(bytes), ..self }
    }

    /// The first word after some time, the rest after some more.
    #[must_use]
    pub fn slowly(self, first_word_after: Duration, rest_after: Duration) -> Self {
        Self { first_word_after, rest_after, ..self }
    }

    /// The bytes of the answer: head, first word, rest.
    #[must_use]
    pub fn bytes(&self) -> [Vec<u8>; 3] {
        let kind = if !self.is_error && !self.whole { "text/event-stream" } else { "application/json" };
        let headers =
            self.headers.iter().fold(String::new(), |text, (name, value)| text + name + ": " + value + "\r\n");
        let head = format!(
            "HTTP/1.1 {} Scripted\r\nContent-Type: {kind}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{headers}\r\n",
            self.status
        );
        let chunk = |body: String| format!("{:x}\r\n{body}\r\n", body.len());
        let event = |data: &Value| chunk(format!("data: {data}\n\n"));
        let (first, rest) = if self.is_error {
            (String::new(), chunk(json!({ "error": { "message": self.text } }).to_string()))
        } else if self.whole {
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
            let rest = delta(two.into(), Value::Null)
                + &delta(Value::Null, self.finish_reason.into())
                + &usage.unwrap_or_default()
                + &chunk("data: [DONE]\n\n".to_owned());
            (first, rest)
        };
        [head, first, rest + "0\r\n\r\n"].map(String::into_bytes)
    }
}

impl ScriptedModel {
    /// Says these texts, one after another, and the last one from then on.
    ///
    /// # Panics
    /// When there is no text.
    #[must_use]
    pub fn says<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        let texts: Vec<String> = texts.into_iter().map(Into::into).collect();
        let last = texts.len().checked_sub(1).expect("a scripted model has something to say");
        Self::answering(move |asked| Says::text(&*texts[asked.before.min(last)]))
    }

    /// Says what `script` says to each request.
    ///
    /// # Panics
    /// When no port of 127.0.0.1 is free.
    #[must_use]
    pub fn answering(script: impl Fn(&Asked) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of 127.0.0.1 is free");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Shared { script: Box::new(script), asked: Mutex::default(), gone: AtomicBool::new(false) };
        let shared = Arc::new(shared);
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if serving.gone.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(connection), shared) = (connection, Arc::clone(&serving)) else { continue };
                // Who asked may have gone: that is the client's affair.
                thread::spawn(move || drop(shared.answer(&connection)));
            }
        });
        Self { address, shared }
    }

    /// What it was asked, in the order in which it came.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked().clone()
    }

    /// The address up to `/chat/completions`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// How it is asked: at any pace, without a key, and with short waits before the next try.
    #[must_use]
    pub fn settings(&self) -> LlmSettings {
        let settings = LlmSettings::new(&self.base_url());
        LlmSettings {
            model: Some("scripted".to_owned()),
            requests_per_minute: 0,
            retry: Retry { first_wait: Duration::from_millis(1), ..settings.retry },
            spending: Spending { allowed: true, ..Spending::default() },
            ..settings
        }
    }
}

impl From<&ScriptedModel> for Arc<dyn Provider> {
    fn from(model: &ScriptedModel) -> Self {
        model.settings().into()
    }
}

/// Wakes the thread that waits for connections, which then ends.
impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.shared.gone.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, connection: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(connection);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let asks = line.starts_with("POST /v1/chat/completions ");
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line)?;
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let says = match serde_json::from_slice(&body) {
            Ok(body) if asks => {
                let asked = self.note(body);
                (self.script)(&asked)
            }
            _ => Says::status(404),
        };
        let mut left = says.cut_after.unwrap_or(usize::MAX);
        for (bytes, wait) in says.bytes().iter().zip([says.first_word_after, says.rest_after, Duration::ZERO]) {
            let part = &bytes[..bytes.len().min(left)];
            (&*connection).write_all(part)?;
            left -= part.len();
            if left > 0 && !wait.is_zero() {
                thread::sleep(wait);
            }
        }
        connection.shutdown(Shutdown::Write)
    }

    fn note(&self, body: Value) -> Asked {
        let mut asked = self.asked();
        let said = |role: &str| {
            let texts = body["messages"].as_array().into_iter().flatten().filter(|message| message["role"] == role);
            texts.map(|message| text_of(&message["content"])).collect::<Vec<_>>().join("\n\n")
        };
        let one = Asked {
            before: asked.len(),
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            system: said("system"),
            user: said("user"),
            pictures: parts_of(&body).filter(|part| part["type"] == "image_url").count(),
            body,
        };
        asked.push(one.clone());
        one
    }
}

/// The parts of those messages of a request that have several: texts and pictures.
fn parts_of(body: &Value) -> impl Iterator<Item = &Value> {
    let messages = body["messages"].as_array().into_iter().flatten();
    messages.filter_map(|message| message["content"].as_array()).flatten()
}

/// A message's text, with or without pictures.
fn text_of(content: &Value) -> String {
    match content {
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        content => content.as_str().unwrap_or_default().to_owned(),
    }
}
