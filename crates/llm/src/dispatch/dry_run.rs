use std::sync::{Arc, Mutex};

use crate::chat::{Request, frame};
use crate::pictures::{Excerpt, PictureSettings};
use shelf_runtime::failure::{Cause, Failure};
use shelf_scans::PageImage;

/// The size of a request that was built but not sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestSize {
    /// Characters of its text: prompt and page.
    pub text_chars: usize,
    /// Characters of the reply's JSON Schema.
    pub schema_chars: usize,
    /// Pixels of its pictures.
    pub pixels: f64,
    /// Number of pictures.
    pub pictures: usize,
    /// Maximum tokens of the reply.
    pub max_tokens: u32,
    /// The model that is asked first; empty for the stage's.
    pub model: String,
    /// What it is about: see [`Ask::about`](crate::Ask::about).
    pub about: Option<Subject>,
}

/// A number of paragraphs, blocks or other parts of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// How many.
    pub count: usize,
    /// The noun in the singular: `paragraph`.
    pub noun: &'static str,
}

/// Collects the requests of a dry run. A stage runs as usual up to its first request, which fails.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestLog(Arc<Mutex<Vec<RequestSize>>>);

impl RequestLog {
    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<RequestSize> {
        self.0.lock().expect("no code that holds the lock panics").clone()
    }

    /// Adds a request instead of sending it. Scans are not opened: their sizes determine those of the pictures.
    pub(crate) fn add(
        &self,
        (request, model): (&Request, &str),
        scans: &[(PageImage, Excerpt)],
        settings: PictureSettings,
        about: Option<Subject>,
    ) -> Failure {
        let size = RequestSize {
            text_chars: frame::framed_chars(request, false),
            schema_chars: request.schema.as_ref().map_or(0, |schema| schema.schema.to_string().len()),
            pixels: scans.iter().map(|(scan, excerpt)| settings.pixels(scan.source(), excerpt)).sum(),
            pictures: scans.len(),
            max_tokens: request.max_tokens,
            model: model.to_owned(),
            about,
        };
        self.0.lock().expect("no code that holds the lock panics").push(size);
        Failure::of(Cause::Aborted, "this is a dry run: the request is only measured")
    }
}
