use std::sync::{Arc, Mutex};

use super::{Excerpt, PictureSettings, Request};
use shelf_runtime::failure::{Cause, Failure};
use shelf_scans::PageImage;

/// A question that a stage has put together, and that was not sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Question {
    /// Characters of its text: prompt and page.
    pub text_chars: usize,
    /// Characters of the JSON Schema of the reply.
    pub schema_chars: usize,
    /// Pixels of its pictures.
    pub pixels: f64,
    /// Pictures.
    pub pictures: usize,
    /// Tokens that the reply may have.
    pub max_tokens: u32,
    /// What it is about, in numbers: see [`Ask::about`](super::Ask::about).
    pub about: Option<About>,
}

/// So many paragraphs, blocks or other things of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// How many.
    pub count: usize,
    /// One of them: `paragraph`.
    pub noun: &'static str,
}

/// Where questions end up of which only the size is wanted. A stage that rehearses runs as ever, up to its first question, which fails.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rehearsal(Arc<Mutex<Vec<Question>>>);

impl Rehearsal {
    /// The questions so far.
    pub(crate) fn questions(&self) -> Vec<Question> {
        self.0.lock().expect("noting does not panic").clone()
    }

    /// Notes a question in place of asking it. Scans are not opened: what is known of them tells how large their pictures will be.
    pub(super) fn note(
        &self,
        request: &Request,
        scans: &[(PageImage, Excerpt)],
        settings: PictureSettings,
        about: Option<About>,
    ) -> Failure {
        let question = Question {
            text_chars: request.text_chars(),
            schema_chars: request.schema.schema.to_string().len(),
            pixels: scans.iter().map(|(scan, excerpt)| settings.pixels(scan.source(), excerpt)).sum(),
            pictures: scans.len(),
            max_tokens: request.max_tokens,
            about,
        };
        self.0.lock().expect("noting does not panic").push(question);
        Failure::of(Cause::Halted, "the question is only counted")
    }
}
