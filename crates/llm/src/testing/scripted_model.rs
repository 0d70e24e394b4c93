use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use shelf_runtime::provide::Provider;

use super::{ReceivedRequest, ScriptedReply};
use crate::{LlmSettings, Retry, Spending};

/// A model with scripted replies: a real server on 127.0.0.1, so tests go through the whole stack. It stops when dropped.
///
/// ```
/// use shelf::testing::{ScriptedModel, ScriptedReply};
///
/// let in_turn = ScriptedModel::with_replies([r#"{ "kind": "plate" }"#, r#"{ "kind": "text" }"#]);
/// let by_question = ScriptedModel::with_script(|request| match request.user.contains("plate") {
///     true => ScriptedReply::text(r#"{ "kind": "plate" }"#),
///     false => ScriptedReply::status(503),
/// });
/// assert!(by_question.requests().is_empty());
/// ```
pub struct ScriptedModel {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    script: Box<dyn Fn(&ReceivedRequest) -> ScriptedReply + Send + Sync>,
    requests: Mutex<Vec<ReceivedRequest>>,
    /// The response to `GET /models`; 404 if there is none.
    models: Mutex<Option<String>>,
    stopped: AtomicBool,
}

impl ScriptedModel {
    /// Replies with these texts in order, then with the last one again and again.
    ///
    /// # Panics
    /// There is no text.
    #[must_use]
    pub fn with_replies<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        let texts: Vec<String> = texts.into_iter().map(Into::into).collect();
        let last = texts.len().checked_sub(1).expect("a scripted model needs a reply");
        Self::with_script(move |request| ScriptedReply::text(&*texts[request.index.min(last)]))
    }

    /// Replies to each request as `script` says.
    ///
    /// # Panics
    /// No port of 127.0.0.1 is free.
    #[must_use]
    pub fn with_script(script: impl Fn(&ReceivedRequest) -> ScriptedReply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of 127.0.0.1 is free");
        let address = listener.local_addr().expect("a listener has an address");
        let (requests, models, stopped) = (Mutex::default(), Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { script: Box::new(script), requests, models, stopped });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if serving.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(connection), shared) = (connection, Arc::clone(&serving)) else { continue };
                // The client may have disconnected.
                thread::spawn(move || drop(shared.answer(&connection)));
            }
        });
        Self { address, shared }
    }

    /// Responds to `GET /models` with this body.
    #[must_use]
    pub fn listing(self, models: &impl ToString) -> Self {
        *self.shared.models.lock().unwrap_or_else(PoisonError::into_inner) = Some(models.to_string());
        self
    }

    /// The requests it received, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.shared.requests().clone()
    }

    /// The server's address, without `/chat/completions`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Settings for this model: no rate limit, no key, and short waits between attempts.
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

/// Wakes the thread that accepts connections, which then ends.
impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn requests(&self) -> MutexGuard<'_, Vec<ReceivedRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, connection: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(connection);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let is_list = line.starts_with("GET /v1/models ");
        let is_completion = line.starts_with("POST /v1/chat/completions ");
        let (mut length, mut authorization) = (0, None);
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim())) {
                Some((name, value)) if name == "content-length" => length = value.parse().unwrap_or(0),
                Some((name, value)) if name == "authorization" => authorization = Some(value.to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner).clone().filter(|_| is_list);
        if let Some(models) = models {
            let head =
                format!("HTTP/1.1 200 Scripted\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", models.len());
            (&*connection).write_all((head + &models).as_bytes())?;
            return connection.shutdown(Shutdown::Write);
        }
        let reply = match serde_json::from_slice(&body) {
            Ok(body) if is_completion => {
                let request = {
                    let mut requests = self.requests();
                    let request = ReceivedRequest::new(requests.len(), authorization, body);
                    requests.push(request.clone());
                    request
                };
                (self.script)(&request)
            }
            _ => ScriptedReply::status(404),
        };
        let mut left = reply.cut_after.unwrap_or(usize::MAX);
        for (bytes, wait) in reply.bytes().iter().zip([reply.first_token_after, reply.rest_after, Duration::ZERO]) {
            let part = &bytes[..bytes.len().min(left)];
            (&*connection).write_all(part)?;
            left -= part.len();
            if left > 0 && !wait.is_zero() {
                thread::sleep(wait);
            }
        }
        connection.shutdown(Shutdown::Write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that is killed leaves its question unfinished; a thread that waited for the rest would keep a core busy.
    #[test]
    fn interrupted_question_ends_its_connection() {
        let model = ScriptedModel::with_replies(["{}"]);
        let mut connection = TcpStream::connect(model.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        connection.write_all(b"POST /v1/chat/completions HTTP/1.1\r\nHost: here\r\n").unwrap();
        connection.shutdown(Shutdown::Write).unwrap();
        let mut reply = Vec::new();
        connection.read_to_end(&mut reply).expect("the server closes the connection");
        assert!(reply.is_empty() && model.requests().is_empty());
    }
}
