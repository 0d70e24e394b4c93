//! What happened, one JSON object a line: everything that is traced while a page is in a stage lands in `<stage>/logs/`, with
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

/// A layer for `tracing` that writes each stage's log. One file a stage and process.
pub struct StageLogs {
    store: Arc<dyn Store>,
    file: String,
}

/// The fields of a page's span.
struct PageSpan(Map<String, Value>);

impl StageLogs {
    /// Logs of a process that starts now.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        let started: String = clock::now().chars().filter(char::is_ascii_alphanumeric).take(15).collect();
        Self { store, file: format!("{started}-{}.jsonl", std::process::id()) }
    }

    fn append(&self, line: &Map<String, Value>) {
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let (Some(book), Some(stage)) = (text("book").and_then(|book| book.parse().ok()), text("stage")) else {
            return;
        };
        let Ok(path) = BookPath::new(&book, &format!("{stage}/logs/{}", self.file)) else { return };
        let mut bytes = Value::Object(line.clone()).to_string().into_bytes();
        bytes.push(b'\n');
        // A log that cannot be written must not fail the page it tells of; the page's own files tell the outcome.
        let _ = self.store.append(&path, &bytes);
    }
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
        line.insert("time".to_owned(), clock::now().into());
        line.insert("level".to_owned(), event.metadata().level().to_string().to_lowercase().into());
        for span in context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(PageSpan(fields)) = span.extensions().get() {
                line.extend(fields.clone());
            }
        }
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        line.extend(fields.0);
        line.insert("target".to_owned(), event.metadata().target().into());
        self.append(&line);
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
    use super::*;
    use crate::store::FolderStore;
    use tracing_subscriber::layer::SubscriberExt;

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
        let book = "florida".parse().unwrap();
        let files = store.list(&book, "ocr/logs").unwrap();
        let bytes = store.read(&BookPath::new(&book, &format!("ocr/logs/{}", files[0])).unwrap()).unwrap().unwrap();
        let lines: Vec<Value> =
            bytes.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!((line["page"].as_u64(), line["words"].as_i64()), (Some(7), Some(3)));
        assert_eq!((line["level"].as_str(), line["message"].as_str()), (Some("warn"), Some("few words")));
    }
}
