use shelf::llm::Llm;
use shelf::prelude::*;

use super::{Change, Changes, Reading, judge, question};
use crate::labels::rules::{BlockView, PageView};
use crate::labels::{LabelledBlock, LabelsOptions, LabelsPage, PageNumberLocation, UNSURE, is_unreadable};
use crate::ocr::OcrPage;
use crate::pagination::PagePagination;
use crate::vision::{PictureSent, is_seen_by};

/// What the model is told to do. A book may have a prompt of its own.
pub const PROMPT: &str = include_str!("prompt.md");

/// What was asked of a page, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Whether the model was asked.
    pub asked: bool,
    /// What it saw of the page's scan.
    pub picture: PictureSent,
    /// Blocks whose label it has changed.
    pub changed: u32,
    /// Changes that were not taken, of labels and of the page's number.
    pub refused: u32,
}

/// A label that is less sure is in doubt, 0..=1.
const SURE: f64 = 0.7;
/// A page number that is less sure is in doubt, 0..=1; so is that there is none.
const SURE_OF_NUMBER: f64 = 0.6;
/// A model is never surer than this, whatever it says, 0..=1.
const SUREST: f64 = 0.9;
/// How sure a page number is that a model has read, 0..=1: its neighbours have not been asked.
const READ: f64 = 0.7;

/// Asks about a page that the rules have labelled and are not sure of, and puts what the model changes into `labelled`.
///
/// # Errors
/// No model gives a usable reply.
pub async fn ask(
    ocr: &OcrPage,
    book: &PagePagination,
    labelled: &mut LabelsPage,
    (llm, prompt, image): (&Llm, &str, &PageImage),
    options: &LabelsOptions,
) -> Result<Asked> {
    let in_doubt = is_number_unsure(labelled) || labelled.blocks.iter().any(is_unsure);
    // What nobody can read, no model can: it would make something up.
    if ocr.blocks.is_empty() || is_unreadable(ocr) || !in_doubt {
        return Ok(Asked::default());
    }
    let page = PageView::of(ocr, book);
    let with_picture = options.vision.shows(needs_picture(&page, labelled)) && is_seen_by(llm).await;
    let picture = if with_picture { PictureSent::Page } else { PictureSent::None };
    let ask = llm.ask().system(prompt).user(question(&page, labelled)).about(labelled.blocks.len(), "block");
    // Where a block stands among the others is half of what it is: never strips.
    let ask = if with_picture { ask.image(image) } else { ask };
    let reply: Changes = ask.reply_that(|reply: &Changes| reply.check(&labelled.blocks)).await?;
    let mut asked = Asked { asked: true, picture, ..Asked::default() };
    for change in &reply.changes {
        let label = labelled.blocks.iter_mut().zip(&page.blocks).find(|(label, _)| label.block_num == change.block);
        if let Some((label, block)) = label {
            take(change, label, block, &mut asked);
        }
    }
    if let Some(number) = reply.printed_page_number.as_deref().map(str::trim).filter(|number| !number.is_empty()) {
        take_number(number, ocr, labelled, &mut asked);
    }
    Ok(asked)
}

/// Whether a label needs a second look.
pub(super) fn is_unsure(block: &LabelledBlock) -> bool {
    block.classification_confidence < SURE
}

/// Whether the page's number, or that it has none, needs a second look.
pub(super) fn is_number_unsure(page: &LabelsPage) -> bool {
    page.page_number_confidence < SURE_OF_NUMBER
}

/// Whether the text alone cannot tell: there is a figure, or a block in doubt holds nothing that was read with confidence.
fn needs_picture(page: &PageView, labelled: &LabelsPage) -> bool {
    let mut blocks = page.blocks.iter().zip(&labelled.blocks);
    !page.figures.is_empty() || blocks.any(|(block, label)| is_unsure(label) && block.legibility < UNSURE)
}

fn take(change: &Change, label: &mut LabelledBlock, block: &BlockView, asked: &mut Asked) {
    if change.classification == label.classification {
        return;
    }
    if let Err(why) = judge(change, label, block) {
        tracing::warn!(block = change.block, why, "a label of the model is refused");
        asked.refused += 1;
        return;
    }
    label.classification = change.classification;
    label.classification_confidence = change.confidence.min(SUREST);
    asked.changed += 1;
}

fn take_number(number: &str, ocr: &OcrPage, labelled: &mut LabelsPage, asked: &mut Asked) {
    let is_known = labelled.printed_page_number.is_some() && !is_number_unsure(labelled);
    let reading = match Reading::of(number, ocr, asked.picture != PictureSent::None) {
        _ if is_known && labelled.printed_page_number.as_deref() == Some(number) => return,
        _ if is_known => Err("the rules are sure of another"),
        reading => reading,
    };
    match reading {
        Ok(Reading { number, style, location }) => {
            let of_rules = labelled.page_number_location.filter(|location| *location != PageNumberLocation::None);
            labelled.printed_page_number = Some(number);
            labelled.numbering_style = Some(style);
            labelled.page_number_location = location.or(of_rules);
            labelled.page_number_confidence = READ;
        }
        Err(why) => {
            tracing::warn!(number, why, "a page number of the model is refused");
            asked.refused += 1;
        }
    }
}
