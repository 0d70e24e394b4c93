use shelf::stage::{Model, ProcessingCost, Timestamp};

use super::broken::join_broken_words;
use super::correction::notes_of;
use super::draft::Draft;
use super::hyphens::join_parted_words;
use super::marks::{drop_specks, end_sentences, mend_marks};
use super::words::mend_words;
use super::{Correction, Legibility};
use crate::corrected::{CorrectedBlock, CorrectedPage, CorrectedParagraph};
use crate::ocr::{OcrPage, Paragraph};
use crate::vocabulary::{Dictionary, PageTokens, PageVocabulary, Token, parts_of};

/// A page mended by rules, and what was done to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mended {
    /// The page.
    pub page: CorrectedPage,
    /// Everything that was mended, in order.
    pub corrections: Vec<Correction>,
    /// How well the page can be read.
    pub legibility: Legibility,
}

/// What stands in `model_used` of a page that rules corrected.
const RULES: &str = "rules";

/// Mends a page by what the book and the dictionary know. Without a dictionary, and on a page that can't be read, letters stay as they were read.
#[must_use]
pub fn mend(page: &OcrPage, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> Mended {
    let legibility = Legibility::of(&PageTokens::of(page), book, dictionary);
    let mender = Mender { book, dictionary: dictionary.filter(|_| !legibility.is_hopeless()), legibility };
    let mut corrections = Vec::new();
    let blocks: Vec<CorrectedBlock> = page
        .blocks
        .iter()
        .map(|block| {
            let paragraphs = block.paragraphs.iter().map(|paragraph| {
                let (corrected, done) = mender.paragraph(paragraph);
                corrections.extend(done);
                corrected
            });
            CorrectedBlock { block_num: block.block_num, paragraphs: paragraphs.collect() }
        })
        .collect();
    let paragraphs = || blocks.iter().flat_map(|block| &block.paragraphs);
    let count = paragraphs().count();
    let mean = paragraphs().map(|paragraph| paragraph.confidence).sum::<f64>() / count.max(1) as f64;
    let page = CorrectedPage {
        page_number: page.page_number,
        total_blocks: blocks.len() as u32,
        total_corrections: paragraphs().filter(|paragraph| paragraph.text.is_some()).count() as u32,
        avg_confidence: if count == 0 { 1.0 } else { in_ten_thousandths(mean) },
        blocks,
        model_used: Model(Some(RULES.to_owned())),
        processing_cost: ProcessingCost::default(),
        timestamp: Timestamp::default(),
    };
    Mended { page, corrections, legibility }
}

struct Mender<'a> {
    book: &'a PageVocabulary,
    dictionary: Option<&'a Dictionary>,
    legibility: Legibility,
}

impl Mender<'_> {
    fn paragraph(&self, paragraph: &Paragraph) -> (CorrectedParagraph, Vec<Correction>) {
        let mut draft = Draft::of(paragraph);
        mend_marks(&mut draft);
        join_parted_words(&mut draft, self.book, self.dictionary);
        if let Some(dictionary) = self.dictionary {
            join_broken_words(&mut draft, self.book, dictionary);
            drop_specks(&mut draft, dictionary);
            end_sentences(&mut draft, self.book);
            mend_words(&mut draft, self.book, dictionary);
        }
        let text = draft.text();
        let changed = text != paragraph.text && !text.is_empty();
        let corrected = CorrectedParagraph {
            par_num: paragraph.par_num,
            notes: if changed { notes_of(&draft.corrections) } else { None },
            confidence: in_ten_thousandths(self.confidence(&draft)),
            text: changed.then_some(text),
        };
        (corrected, draft.corrections)
    }

    /// Mean certainty of the words: a word that the dictionary or the book has is most likely right, one that was mended or that nobody knows less so.
    fn confidence(&self, draft: &Draft) -> f64 {
        let tokens: Vec<&Token> = draft.lines.iter().flatten().collect();
        let certainty = |token: &&Token| {
            let (_, word, _) = parts_of(&token.text);
            let known = self.dictionary.is_some_and(|dictionary| dictionary.accepts(word)) || self.book.knows(word);
            if known && !word.is_empty() { 1.0 - (1.0 - token.confidence) * KNOWN_WORD } else { token.confidence }
        };
        if tokens.is_empty() {
            1.0
        } else {
            tokens.iter().map(certainty).sum::<f64>() / tokens.len() as f64
                * (1.0 - self.legibility.unknown.unwrap_or(0.0) / 2.0)
        }
    }
}

/// How much of its doubt a word keeps that is known to be one.
const KNOWN_WORD: f64 = 0.3;

fn in_ten_thousandths(ratio: f64) -> f64 {
    (ratio * 1e4).round() / 1e4
}
