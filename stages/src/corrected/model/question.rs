use std::collections::BTreeMap;
use std::fmt::Write as _;

use shelf::stage::ParagraphId;

use super::{ReviewReason, is_mostly_unreadable, review_reason, words_in_doubt};
use crate::corrected::{Correct, CorrectedPage};
use crate::ocr::{OcrPage, Paragraph};
use crate::vocabulary::{Dictionary, PageVocabulary};

/// The doubtful paragraphs of a page, with what is asked about each.
pub(super) struct Question {
    /// By the id as it is written in the question.
    pub(super) doubts: BTreeMap<String, ReviewReason>,
    /// The text of the question: each paragraph after its id, and the words in doubt; without boxes, confidences or anything else that the task does
    /// not need.
    pub(super) text: String,
}

impl Question {
    pub(super) fn about(
        ocr: &OcrPage,
        page: &CorrectedPage,
        (book, dictionary): (&PageVocabulary, Option<&Dictionary>),
        correct: Correct,
    ) -> Self {
        let mut question = Self { doubts: BTreeMap::new(), text: String::new() };
        for (id, read) in read_paragraphs(ocr) {
            let text = text_of(page, id, read);
            let reason = review_reason(read, text, book, dictionary);
            let reason = if correct == Correct::All { reason.or(Some(ReviewReason::UnknownWord)) } else { reason };
            if let Some(reason) = reason {
                let _ = writeln!(question.text, "[{}]\n{text}", written(id));
                if is_mostly_unreadable(read) {
                    question.text.push_str("In doubt: all\n");
                } else {
                    let words = words_in_doubt(read, text, book, dictionary);
                    if !words.is_empty() {
                        let _ = writeln!(question.text, "In doubt: {}", words.join(" | "));
                    }
                }
                question.doubts.insert(written(id), reason);
            }
        }
        question
    }
}

/// `3.0`: block and paragraph.
pub(super) fn written(id: ParagraphId) -> String {
    format!("{}.{}", id.block, id.paragraph)
}

pub(super) fn read_paragraphs(ocr: &OcrPage) -> impl Iterator<Item = (ParagraphId, &Paragraph)> {
    ocr.blocks.iter().flat_map(|block| {
        let id = |paragraph: &Paragraph| ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
        block.paragraphs.iter().map(move |paragraph| (id(paragraph), paragraph))
    })
}

/// A paragraph's text after the rules.
pub(super) fn text_of<'a>(page: &'a CorrectedPage, id: ParagraphId, read: &'a Paragraph) -> &'a str {
    page.paragraph(id).and_then(|paragraph| paragraph.text.as_deref()).unwrap_or(&read.text)
}
