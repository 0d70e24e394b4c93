//! Logs, one JSON object per line: everything traced while a stage makes a page is written to `<stage>/logs/`, with
//! book, stage, page and attempt.

use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber, span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::clock;
use crate::store::{BookPath, Store};

/// A layer for `tracing` that writes each stage's log, one file per stage and process.
pub struct StageLogs {
    write: Box<dyn Fn(Map<String, Value>) + Send + Sync>,
}

/// The fields of a page's span.
struct PageSpan(Map<String, Value>);

impl StageLogs {
    /// Logs of a process that starts now.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        let started: String = clock::now().to_string().chars().filter(char::is_ascii_alphanumeric).take(15).collect();
        // In containers, all processes have the same id.
        let host = gethostname::gethostname();
        let host: String = host.to_string_lossy().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let file = format!("{started}-{host}-{}.jsonl", std::process::id());
        Self { write: Box::new(move |line| append(&*store, &file, line)) }
    }

    /// Passes every line to `send`: logs of a worker process, which its parent writes.
    pub(crate) fn sent(send: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        Self { write: Box::new(move |line| send(Value::Object(line).to_string().as_bytes())) }
    }
}

/// Traces an event from a worker process again, in the span of its page.
pub(crate) fn trace_sent(line: &[u8]) {
    // The name of the field is `SENT`.
    tracing::info!(worker_line = %String::from_utf8_lossy(line));
}

/// The field with the line of a worker process.
const SENT: &str = "worker_line";

fn append(store: &dyn Store, file: &str, line: Map<String, Value>) {
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let (Some(book), Some(stage)) = (text("book").and_then(|book| book.parse().ok()), text("stage")) else {
        return;
    };
    let Ok(path) = BookPath::new(&book, &format!("{stage}/logs/{file}")) else { return };
    let mut bytes = Value::Object(line).to_string().into_bytes();
    bytes.push(b'\n');
    // A log that cannot be written must not fail its page; the page's own files record the outcome.
    let _ = store.append(&path, &bytes);
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for StageLogs {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut fields = Fields(Map::new());
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(PageSpan(fields.0));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        line.insert("time".to_owned(), clock::now().to_string().into());
        line.insert("level".to_owned(), event.metadata().level().to_string().to_lowercase().into());
        for span in context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(PageSpan(fields)) = span.extensions().get() {
                line.extend(fields.clone());
            }
        }
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let sent = fields.0.get(SENT).and_then(Value::as_str).and_then(|sent| serde_json::from_str(sent).ok());
        if let Some(Value::Object(sent)) = sent {
            line.extend(sent);
        } else {
            line.extend(fields.0);
            line.insert("target".to_owned(), event.metadata().target().into());
        }
        (self.write)(line);
    }
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::store::FolderStore;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn a_line_of_a_child_is_written_by_its_parent_as_if_it_were_its_own() {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&sent);
        let worker = StageLogs::sent(move |line| lines.lock().unwrap().push(line.to_vec()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(worker), || {
            tracing::info_span!("block", block = 2).in_scope(|| tracing::warn!(target: "a::stage", words = 3, "few"));
        });
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let parent = StageLogs::new(Arc::new(store.clone()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(parent), || {
            let span = tracing::info_span!("page", book = "florida", stage = "ocr", page = 7_u32, attempt = 1_u32);
            span.in_scope(|| sent.lock().unwrap().iter().for_each(|line| trace_sent(line)));
        });
        let line = &lines_of(&store)[0];
        let text = |name: &str| line[name].as_str();
        assert_eq!((text("level"), text("message"), text("target")), (Some("warn"), Some("few"), Some("a::stage")));
        assert_eq!(
            (line["page"].as_u64(), line["block"].as_i64(), line["words"].as_i64()),
            (Some(7), Some(2), Some(3))
        );
        assert!(line.get(SENT).is_none());
    }

    fn lines_of(store: &FolderStore) -> Vec<Value> {
        let book = "florida".parse().unwrap();
        let files = store.list(&book, "ocr/logs").unwrap();
        let bytes = store.read(&BookPath::new(&book, &format!("ocr/logs/{}", files[0])).unwrap()).unwrap().unwrap();
        bytes.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }

    #[test]
    fn a_line_carries_book_stage_page_and_what_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let logs = StageLogs::new(Arc::new(store.clone()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(logs), || {
            let span = tracing::info_span!("page", book = "florida", stage = "ocr", page = 7_u32, attempt = 1_u32);
            span.in_scope(|| tracing::warn!(words = 3, "few words"));
            tracing::info!("outside of any page");
        });
        let lines = lines_of(&store);
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!((line["page"].as_u64(), line["words"].as_i64()), (Some(7), Some(3)));
        assert_eq!((line["level"].as_str(), line["message"].as_str()), (Some("warn"), Some("few words")));
    }
}
