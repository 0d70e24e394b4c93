use std::sync::{Arc, Mutex};

use crate::events::{Event, Listener};

/// The events of a run as lines: `ocr page 3: done`.
#[derive(Debug, Clone, Default)]
pub struct EventLog(Arc<Mutex<Vec<String>>>);

impl EventLog {
    /// The lines, in the order in which they happened.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().expect("noting a line does not panic").clone()
    }
}

impl Listener for EventLog {
    fn on(&self, event: &Event) {
        let line = match event {
            Event::RunStarted { .. } | Event::Reported { .. } => return,
            Event::Started(page) => format!("{page}: started"),
            Event::Done { page, .. } => format!("{page}: done"),
            Event::Kept(page) => format!("{page}: kept"),
            Event::Failed { page, failure } => format!("{page}: failed: {}", failure.error),
            Event::Skipped { page, failure } => format!("{page}: skipped: {}", failure.error),
            Event::Copied { page, failure } => format!("{page}: copied: {}", failure.error),
            Event::FailureLimitReached { stage, why } => format!("{stage}: failure limit reached: {why}"),
            Event::Retrying { page, failure, .. } => format!("{page}: to be tried again: {}", failure.error),
            Event::Blocked { page, by } => format!("{page}: blocked: {by}"),
            Event::Stopping => "stopping".to_owned(),
        };
        self.0.lock().expect("noting a line does not panic").push(line);
    }
}
