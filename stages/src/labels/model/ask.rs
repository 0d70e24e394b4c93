use shelf::llm::Llm;
use shelf::prelude::*;

use super::{Change, Changes, ModelPageNumber, judge, question};
use crate::labels::rules::{BlockView, PageView};
use crate::labels::{LabelledBlock, LabelsOptions, LabelsPage, MIN_WORD_CONFIDENCE, PageNumberLocation, is_unreadable};
use crate::ocr::OcrPage;
use crate::pagination::PagePagination;
use crate::vision::{PictureSent, accepts_images};

/// The system prompt. A book may have its own.
pub const PROMPT: &str = include_str!("prompt.md");

/// What a model was asked about a page, and how many of its changes were accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelOutcome {
    /// Whether the model was asked.
    pub asked: bool,
    /// The picture that was sent.
    pub picture: PictureSent,
    /// Blocks whose label it changed.
    pub changed: u32,
    /// Rejected changes of labels and of the page number.
    pub refused: u32,
}

/// Labels with a lower confidence are doubtful, 0..=1.
const MIN_LABEL_CONFIDENCE: f64 = 0.7;
/// Page numbers (or their absence) with a lower confidence are doubtful, 0..=1.
const MIN_NUMBER_CONFIDENCE: f64 = 0.6;
/// Upper limit of a model's confidence, whatever it reports, 0..=1.
const MAX_MODEL_CONFIDENCE: f64 = 0.9;
/// Confidence in a page number given by a model, 0..=1: it was not compared with neighbouring pages.
const MODEL_NUMBER_CONFIDENCE: f64 = 0.7;

/// Asks a model about a page with doubtful labels, and applies its changes to `labelled`.
///
/// # Errors
/// No model returned a usable reply.
pub async fn ask(
    ocr: &OcrPage,
    book: &PagePagination,
    labelled: &mut LabelsPage,
    (llm, prompt, image): (&Llm, &str, &PageImage),
    options: &LabelsOptions,
) -> Result<ModelOutcome> {
    let in_doubt = is_number_unsure(labelled) || labelled.blocks.iter().any(is_unsure);
    // A model would hallucinate text for an illegible page.
    if ocr.blocks.is_empty() || is_unreadable(ocr) || !in_doubt {
        return Ok(ModelOutcome::default());
    }
    let page = PageView::of(ocr, book);
    let with_picture = options.vision.shows(needs_picture(&page, labelled)) && accepts_images(llm).await;
    let picture = if with_picture { PictureSent::Page } else { PictureSent::None };
    let ask = llm.ask().system(prompt).scanned(question(&page, labelled)).about(labelled.blocks.len(), "block");
    // The position of a block among the others matters as much as its text, so strips would not do.
    let ask = if with_picture { ask.image(image) } else { ask };
    let reply: Changes = ask.reply_validated(|reply: &Changes| reply.check(&labelled.blocks)).await?;
    let mut asked = ModelOutcome { asked: true, picture, ..ModelOutcome::default() };
    for change in &reply.changes {
        let label = labelled.blocks.iter_mut().zip(&page.blocks).find(|(label, _)| label.block_num == change.block);
        if let Some((label, block)) = label {
            apply_change(change, label, block, &mut asked);
        }
    }
    if let Some(number) = reply.printed_page_number.as_deref().map(str::trim).filter(|number| !number.is_empty()) {
        apply_number(number, ocr, labelled, &mut asked);
    }
    Ok(asked)
}

/// Whether a label is doubtful.
pub(super) fn is_unsure(block: &LabelledBlock) -> bool {
    block.classification_confidence < MIN_LABEL_CONFIDENCE
}

/// Whether the page number, or its absence, is doubtful.
pub(super) fn is_number_unsure(page: &LabelsPage) -> bool {
    page.page_number_confidence < MIN_NUMBER_CONFIDENCE
}

/// Whether the text alone is not enough: the page has a figure, or a doubtful block was recognised with low confidence.
fn needs_picture(page: &PageView, labelled: &LabelsPage) -> bool {
    let mut blocks = page.blocks.iter().zip(&labelled.blocks);
    !page.figures.is_empty() || blocks.any(|(block, label)| is_unsure(label) && block.legibility < MIN_WORD_CONFIDENCE)
}

fn apply_change(change: &Change, label: &mut LabelledBlock, block: &BlockView, asked: &mut ModelOutcome) {
    if change.classification == label.classification {
        return;
    }
    if let Err(why) = judge(change, label, block) {
        tracing::warn!(block = change.block, why, "rejected a label from the model");
        asked.refused += 1;
        return;
    }
    label.classification = change.classification;
    label.classification_confidence = change.confidence.min(MAX_MODEL_CONFIDENCE);
    asked.changed += 1;
}

fn apply_number(number: &str, ocr: &OcrPage, labelled: &mut LabelsPage, asked: &mut ModelOutcome) {
    let is_known = labelled.printed_page_number.is_some() && !is_number_unsure(labelled);
    let reading = match ModelPageNumber::of(number, ocr, asked.picture != PictureSent::None) {
        _ if is_known && labelled.printed_page_number.as_deref() == Some(number) => return,
        _ if is_known => Err("the rules found another with high confidence"),
        reading => reading,
    };
    match reading {
        Ok(ModelPageNumber { number, style, location }) => {
            let of_rules = labelled.page_number_location.filter(|location| *location != PageNumberLocation::None);
            labelled.printed_page_number = Some(number);
            labelled.numbering_style = Some(style);
            labelled.page_number_location = location.or(of_rules);
            labelled.page_number_confidence = MODEL_NUMBER_CONFIDENCE;
        }
        Err(why) => {
            tracing::warn!(number, why, "rejected a page number from the model");
            asked.refused += 1;
        }
    }
}
