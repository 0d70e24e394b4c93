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
        if matches!(event, Event::RunStarted { .. } | Event::Reported { .. }) {
            return;
        }
        self.0.lock().expect("noting a line does not panic").push(event.to_string());
    }
}
