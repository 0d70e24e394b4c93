use std::ops::AddAssign;

use shelf::llm::{Excerpt, Llm, Region};
use shelf::prelude::*;

use super::ReviewReason;
use super::apply::apply;
use super::guard::Guard;
use super::question::{Question, read_paragraphs, written};
use super::reply::Changes;
use crate::corrected::CorrectedOptions;
use crate::corrected::rules::CorrectionResult;
use crate::ocr::OcrPage;
use crate::vision::{PictureSent, Vision, accepts_images, region_of};
use crate::vocabulary::{Dictionary, PageVocabulary};

/// The system prompt. A book may have its own.
pub const PROMPT: &str = include_str!("prompt.md");

/// What a model was asked about a page, and what became of its changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelOutcome {
    /// Paragraphs sent to the model.
    pub sent: u32,
    /// The picture that was sent.
    pub picture: PictureSent,
    /// Changes that were accepted.
    pub accepted: u32,
    /// Changes that are in doubt: the text stays, and a person decides.
    pub flagged: u32,
    /// Changes that were rejected.
    pub refused: u32,
}

impl AddAssign for ModelOutcome {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.picture = other.picture;
        self.accepted += other.accepted;
        self.flagged += other.flagged;
        self.refused += other.refused;
    }
}

/// Asks about the doubtful paragraphs of a page, and applies to `corrected` what the guard accepts of the model's changes.
///
/// # Errors
/// No model gives a usable reply.
pub async fn ask(
    ocr: &OcrPage,
    corrected: &mut CorrectionResult,
    (book, dictionary, languages): (&PageVocabulary, Option<&Dictionary>, &Languages),
    (llm, prompt, image): (&Llm, &str, &PageImage),
    options: &CorrectedOptions,
) -> Result<ModelOutcome> {
    // On an illegible page, a model would invent text.
    if corrected.legibility.is_illegible() {
        return Ok(ModelOutcome::default());
    }
    let question = Question::about(ocr, &corrected.page, (book, dictionary), options.correct);
    if question.doubts.is_empty() {
        return Ok(ModelOutcome::default());
    }
    let excerpt = match excerpt(ocr, &question, options.vision, image) {
        Some(excerpt) if accepts_images(llm).await => Some(excerpt),
        _ => None,
    };
    let sent = question.doubts.len();
    let ask = llm.ask().system(prompt).scanned(question.text).about(sent, "paragraph");
    let ask = match &excerpt {
        Some(excerpt) => ask.image_of(image, excerpt),
        None => ask,
    };
    let reply: Changes = ask.reply_validated(|reply: &Changes| reply.check(&question.doubts)).await?;
    let picture = PictureSent::from(excerpt.as_ref());
    let mut outcome = ModelOutcome { sent: sent as u32, picture, ..ModelOutcome::default() };
    apply(ocr, corrected, &Guard::new(ocr, book, dictionary, languages), &reply, &mut outcome);
    corrected.page.model_used = Model::default();
    Ok(outcome)
}

/// The excerpt of the scan that the model sees: the doubtful paragraphs that cannot be decided from the text alone, unless `vision` overrides this.
fn excerpt(ocr: &OcrPage, question: &Question, vision: Vision, image: &PageImage) -> Option<Excerpt> {
    let is_shown =
        |id| question.doubts.get(&written(id)).is_some_and(|doubt| vision.shows(*doubt == ReviewReason::LowConfidence));
    let shown = read_paragraphs(ocr).filter(|(id, _)| is_shown(*id));
    let regions: Vec<Region> = shown.map(|(_, paragraph)| region_of(paragraph.bbox)).collect();
    (!regions.is_empty()).then(|| Excerpt::of(image.source(), &regions))
}
