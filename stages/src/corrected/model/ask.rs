use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use shelf::llm::{Excerpt, Llm, Region};
use shelf::prelude::*;

use super::difference::corrections;
use super::{ReviewReason, Verdict, judge_change, review_reason};
use crate::corrected::rules::{CorrectionResult, correction_notes};
use crate::corrected::{Correct, CorrectedOptions, CorrectedPage, CorrectedParagraph};
use crate::ocr::{OcrPage, Paragraph};
use crate::vision::{PictureSent, Vision, accepts_images, region_of};
use crate::vocabulary::{Dictionary, PageVocabulary};

/// The system prompt. A book may have its own.
pub const PROMPT: &str = include_str!("prompt.md");

/// What a model was asked about a page, and how many of its changes were accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelOutcome {
    /// Paragraphs sent to the model.
    pub sent: u32,
    /// The picture that was sent.
    pub picture: PictureSent,
    /// Changes that were rejected: they differ too much from the recognised text.
    pub refused: u32,
    /// Changes that were accepted but should be reviewed.
    pub suspicious: u32,
}

/// The paragraphs that the model has changed.
#[page]
#[derive(Debug)]
struct Changes {
    /// Only the paragraphs that are changed.
    changes: Vec<Change>,
}

/// A paragraph that is changed.
#[page]
#[derive(Debug)]
struct Change {
    /// Its number, as it stands in the square brackets.
    #[serde(deserialize_with = "crate::bracketed::id")]
    #[schemars(with = "String")]
    id: String,
    /// Its whole corrected text, with the line breaks as printed.
    #[garde(length(min = 1))]
    text: String,
}

impl Changes {
    /// Checks that each change is of a paragraph in the question, and that none is changed twice. An error is sent back to the model.
    fn check(&self, doubts: &BTreeMap<String, ReviewReason>) -> std::result::Result<(), String> {
        let mut seen = BTreeSet::new();
        for Change { id, .. } in &self.changes {
            if !doubts.contains_key(id) {
                return Err(format!("there is no paragraph `{id}`; the paragraphs are those in square brackets"));
            }
            if !seen.insert(id) {
                return Err(format!("paragraph `{id}` is changed twice; give its whole text once"));
            }
        }
        Ok(())
    }
}

/// Confidence in a paragraph changed by a model, and in one whose change should be reviewed, 0..=1.
const MODEL_CONFIDENCE: f64 = 0.9;
const REVIEW_CONFIDENCE: f64 = 0.6;

/// Asks about the doubtful paragraphs of a page, and applies the model's changes to `corrected`.
///
/// # Errors
/// No model gives a usable reply.
pub async fn ask(
    ocr: &OcrPage,
    corrected: &mut CorrectionResult,
    (book, dictionary): (&PageVocabulary, Option<&Dictionary>),
    (llm, prompt, image): (&Llm, &str, &PageImage),
    options: &CorrectedOptions,
) -> Result<ModelOutcome> {
    // On an illegible page, a model would invent text.
    if corrected.legibility.is_illegible() {
        return Ok(ModelOutcome::default());
    }
    let doubts = doubts(ocr, &corrected.page, book, dictionary, options.correct);
    if doubts.is_empty() {
        return Ok(ModelOutcome::default());
    }
    let excerpt = match excerpt(ocr, &doubts, options.vision, image) {
        Some(excerpt) if accepts_images(llm).await => Some(excerpt),
        _ => None,
    };
    let ask =
        llm.ask().system(prompt).scanned(question(ocr, &corrected.page, &doubts)).about(doubts.len(), "paragraph");
    let ask = match &excerpt {
        Some(excerpt) => ask.image_of(image, excerpt),
        None => ask,
    };
    let reply: Changes = ask.reply_validated(|reply: &Changes| reply.check(&doubts)).await?;
    let picture = PictureSent::from(excerpt.as_ref());
    let mut asked = ModelOutcome { sent: doubts.len() as u32, picture, ..ModelOutcome::default() };
    let mut taken = false;
    for change in reply.changes {
        taken |= apply_change(ocr, corrected, &change, &mut asked);
    }
    let page = &mut corrected.page;
    if taken {
        page.total_corrections = paragraphs(page).filter(|paragraph| paragraph.text.is_some()).count() as u32;
        page.avg_confidence = mean_confidence(ocr, page);
    }
    page.model_used = Model::default();
    Ok(asked)
}

/// The doubtful paragraphs by id, with the reason.
fn doubts(
    ocr: &OcrPage,
    page: &CorrectedPage,
    book: &PageVocabulary,
    dictionary: Option<&Dictionary>,
    correct: Correct,
) -> BTreeMap<String, ReviewReason> {
    let doubt = |(id, read): (ParagraphId, &Paragraph)| {
        let doubt = review_reason(read, text_of(page, id, read), book, dictionary);
        let doubt = if correct == Correct::All { doubt.or(Some(ReviewReason::UnknownWord)) } else { doubt };
        Some((written(id), doubt?))
    };
    read_paragraphs(ocr).filter_map(doubt).collect()
}

/// The text of the question: each paragraph after its id, without boxes, confidences or anything else that the task does not need.
fn question(ocr: &OcrPage, page: &CorrectedPage, doubts: &BTreeMap<String, ReviewReason>) -> String {
    let mut question = String::new();
    for (id, read) in read_paragraphs(ocr) {
        let id_text = written(id);
        if doubts.contains_key(&id_text) {
            let _ = writeln!(question, "[{id_text}]\n{}", text_of(page, id, read));
        }
    }
    question
}

/// The excerpt of the scan that the model sees: the doubtful paragraphs that cannot be decided from the text alone, unless `vision` overrides this.
fn excerpt(
    ocr: &OcrPage,
    doubts: &BTreeMap<String, ReviewReason>,
    vision: Vision,
    image: &PageImage,
) -> Option<Excerpt> {
    let is_shown =
        |id| doubts.get(&written(id)).is_some_and(|doubt| vision.shows(*doubt == ReviewReason::LowConfidence));
    let shown = read_paragraphs(ocr).filter(|(id, _)| is_shown(*id));
    let regions: Vec<Region> = shown.map(|(_, paragraph)| region_of(paragraph.bbox)).collect();
    (!regions.is_empty()).then(|| Excerpt::of(image.source(), &regions))
}

/// Applies a change to the page; returns whether it was accepted.
fn apply_change(ocr: &OcrPage, corrected: &mut CorrectionResult, change: &Change, asked: &mut ModelOutcome) -> bool {
    let Some((id, read)) = read_paragraphs(ocr).find(|(id, _)| written(*id) == change.id) else { return false };
    let before = text_of(&corrected.page, id, read).to_owned();
    let confidence = match judge_change(&read.text, &change.text) {
        _ if change.text == before => return false,
        Verdict::Refused(why) => {
            tracing::warn!(paragraph = change.id, why, "rejected a change from the model");
            asked.refused += 1;
            return false;
        }
        Verdict::Suspicious(why) => {
            tracing::warn!(paragraph = change.id, why, "a change from the model should be reviewed");
            asked.suspicious += 1;
            REVIEW_CONFIDENCE
        }
        Verdict::Accepted => MODEL_CONFIDENCE,
    };
    let mut blocks = corrected.page.blocks.iter_mut().filter(|block| block.block_num == id.block);
    let paragraph = blocks.find_map(|block| block.paragraphs.iter_mut().find(|p| p.par_num == id.paragraph));
    if let Some(paragraph) = paragraph {
        paragraph.text = (change.text != read.text).then(|| change.text.clone());
        paragraph.notes = correction_notes(&corrections(&read.text, &change.text));
        paragraph.confidence = confidence;
    }
    true
}

/// Mean confidence of a page's paragraphs, weighted by their words, 0..=1.
fn mean_confidence(ocr: &OcrPage, page: &CorrectedPage) -> f64 {
    let (mut sum, mut words) = (0.0, 0);
    for ((id, read), corrected) in read_paragraphs(ocr).zip(paragraphs(page)) {
        let own = text_of(page, id, read).split_whitespace().count();
        sum += corrected.confidence * own as f64;
        words += own;
    }
    (sum / words.max(1) as f64 * 1e4).round() / 1e4
}

/// `3.0`: block and paragraph.
fn written(id: ParagraphId) -> String {
    format!("{}.{}", id.block, id.paragraph)
}

fn read_paragraphs(ocr: &OcrPage) -> impl Iterator<Item = (ParagraphId, &Paragraph)> {
    ocr.blocks.iter().flat_map(|block| {
        let id = |paragraph: &Paragraph| ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
        block.paragraphs.iter().map(move |paragraph| (id(paragraph), paragraph))
    })
}

fn paragraphs(page: &CorrectedPage) -> impl Iterator<Item = &CorrectedParagraph> {
    page.blocks.iter().flat_map(|block| &block.paragraphs)
}

/// A paragraph's text after the rules.
fn text_of<'a>(page: &'a CorrectedPage, id: ParagraphId, read: &'a Paragraph) -> &'a str {
    page.paragraph(id).and_then(|paragraph| paragraph.text.as_deref()).unwrap_or(&read.text)
}
