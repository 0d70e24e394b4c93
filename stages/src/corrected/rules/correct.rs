use shelf::stage::{Model, ProcessingCost, Timestamp};

use super::broken::join_broken_words;
use super::correction::notes_of;
use super::draft::Draft;
use super::hyphens::join_parted_words;
use super::marks::{end_sentences, mend_marks};
use super::specks::drop_specks;
use super::words::mend_words;
use super::{Correction, Legibility};
use crate::corrected::{CorrectedBlock, CorrectedPage, CorrectedParagraph};
use crate::ocr::{OcrPage, Paragraph};
use crate::rounding::round_to_4_decimals;
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

/// The note of a paragraph in which nothing but white space was mended.
const ONLY_SPACES: &str = "spaces";

/// Mends a page by what the book and the dictionary know. Without a dictionary, and on a page that can't be read, letters stay as they were read.
#[must_use]
pub fn mend(page: &OcrPage, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> Mended {
    let legibility = Legibility::of(&PageTokens::of(page), book, dictionary);
    let mender = Mender { book, dictionary: dictionary.filter(|_| !legibility.is_hopeless()), legibility };
    let mut corrections = Vec::new();
    let mut certainty = Mean::default();
    let blocks: Vec<CorrectedBlock> = page
        .blocks
        .iter()
        .map(|block| {
            let paragraphs = block.paragraphs.iter().map(|paragraph| {
                let (corrected, draft) = mender.paragraph(paragraph);
                certainty.add(corrected.confidence, draft.lines.iter().map(Vec::len).sum());
                corrections.extend(draft.corrections);
                corrected
            });
            CorrectedBlock { block_num: block.block_num, paragraphs: paragraphs.collect() }
        })
        .collect();
    let paragraphs = || blocks.iter().flat_map(|block| &block.paragraphs);
    let page = CorrectedPage {
        page_number: page.page_number,
        total_blocks: blocks.len() as u32,
        total_corrections: paragraphs().filter(|paragraph| paragraph.text.is_some()).count() as u32,
        avg_confidence: round_to_4_decimals(certainty.mean()),
        blocks,
        model_used: Model(Some(RULES.to_owned())),
        processing_cost: ProcessingCost::default(),
        timestamp: Timestamp::default(),
    };
    Mended { page, corrections, legibility }
}

/// A mean over words, so that a speck that was read as a paragraph weighs little.
#[derive(Default)]
struct Mean {
    sum: f64,
    words: usize,
}

impl Mean {
    fn add(&mut self, confidence: f64, words: usize) {
        self.sum += confidence * words as f64;
        self.words += words;
    }

    fn mean(&self) -> f64 {
        if self.words == 0 { 1.0 } else { self.sum / self.words as f64 }
    }
}

struct Mender<'a> {
    book: &'a PageVocabulary,
    dictionary: Option<&'a Dictionary>,
    legibility: Legibility,
}

impl Mender<'_> {
    fn paragraph(&self, paragraph: &Paragraph) -> (CorrectedParagraph, Draft) {
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
            notes: changed.then(|| notes_of(&draft.corrections).unwrap_or_else(|| ONLY_SPACES.to_owned())),
            confidence: round_to_4_decimals(self.confidence(&draft)),
            text: changed.then_some(text),
        };
        (corrected, draft)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shelf::stage::Paragraphs;

    use super::*;
    use crate::vocabulary::test_pages::page;
    use crate::vocabulary::vocabulary_of;

    const WORDS: &str =
        "the a campaign was long and there were many self aware captain captains in it of men who went home slowly";
    const CLEAN: &str = "The long campaign was home and there were many self-aware\ncaptains in it.";

    fn mended(pages: &[OcrPage]) -> Vec<Mended> {
        let dictionary = Dictionary::of_words(WORDS);
        let book = vocabulary_of(pages, Some(&dictionary));
        pages.iter().map(|page| mend(page, &book.pages[&page.page_number], Some(&dictionary))).collect()
    }

    #[test]
    fn a_page_is_mended_and_explained() {
        let read = "The long cam-\npaign was home aud there were many self-\naware captains in it .";
        let [mended] = &mended(&[page(7, &[(read, 0.8), (CLEAN, 0.95)])])[..] else { panic!("one page") };
        let first = &mended.page.blocks[0].paragraphs[0];
        let expected = "The long campaign\nwas home and there were many self-aware\ncaptains in it.";
        assert_eq!(first.text.as_deref(), Some(expected));
        assert_eq!(first.notes.as_deref(), Some("it . → it.; kept self-aware; joined cam-paign; aud → and"));
        let second = &mended.page.blocks[1].paragraphs[0];
        assert_eq!((&second.text, &second.notes), (&None, &None));
        assert!(second.confidence > 0.95 && first.confidence < second.confidence);
        assert_eq!((mended.page.page_number, mended.page.total_blocks, mended.page.total_corrections), (7, 2, 1));
        assert_eq!(mended.page.model_used.0.as_deref(), Some("rules"));
    }

    #[test]
    fn a_page_that_cannot_be_read_is_left_as_it_is() {
        let noise = "tle cainpaiqn wxs lonq qnd tbere wcre mqny sclf xwqre cxptxins ln jt qf mcn wbo wcnt bome slqwly";
        let [good, bad] = &mended(&[page(1, &[(CLEAN, 0.95)]), page(2, &[(noise, 0.4)])])[..] else {
            panic!("two pages")
        };
        assert!(!good.legibility.is_hopeless() && bad.legibility.is_hopeless());
        assert_eq!(bad.page.blocks[0].paragraphs[0].text, None);
        assert!(bad.page.avg_confidence < 0.5, "{}", bad.page.avg_confidence);
    }

    #[test]
    fn a_blank_page_is_sure() {
        let [blank] = &mended(&[page(3, &[])])[..] else { panic!("one page") };
        assert_eq!((blank.page.total_blocks, blank.page.avg_confidence), (0, 1.0));
    }

    #[test]
    fn doubled_spaces_are_mended() {
        let mut double = page(1, &[(CLEAN, 0.95)]);
        double.blocks[0].paragraphs[0].text = CLEAN.replace("long campaign", "long  campaign");
        let [mended] = &mended(&[double])[..] else { panic!("one page") };
        let paragraph = &mended.page.blocks[0].paragraphs[0];
        assert_eq!(paragraph.text.as_deref(), Some(CLEAN));
        assert_eq!(paragraph.notes.as_deref(), Some("spaces"));
    }

    /// Words of the dictionary, printed and read as they are.
    fn any_sentence() -> impl Strategy<Value = String> {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        proptest::collection::vec(proptest::sample::select(words), 1..20).prop_map(|words| words.join(" ") + ".")
    }

    proptest! {
        #[test]
        fn a_clean_text_stays(sentences in proptest::collection::vec(any_sentence(), 1..5), confidence in 0.0..=1.0) {
            let pages: Vec<OcrPage> = (1..).zip(&sentences).map(|(number, text)| page(number, &[(text, confidence)])).collect();
            for mended in mended(&pages) {
                prop_assert_eq!(mended.corrections, []);
                prop_assert_eq!(mended.page.total_corrections, 0);
            }
        }

        #[test]
        fn paragraphs_stay_and_hardly_grow(texts in proptest::collection::vec("[a-zA-Z'’,.:;¢ﬁ-]{1,9}([ \n][a-zA-Z',.-]{1,9}){0,12}", 1..4), confidence in 0.0..=1.0) {
            let paragraphs: Vec<(&str, f64)> = texts.iter().map(|text| (text.as_str(), confidence)).collect();
            let read = page(1, &paragraphs);
            let [mended] = &mended(std::slice::from_ref(&read))[..] else { panic!("one page") };
            prop_assert_eq!(mended.page.paragraphs(), read.paragraphs());
            let long = |text: &str| text.chars().count();
            for (before, after) in read.blocks.iter().zip(&mended.page.blocks) {
                let (before, after) = (&before.paragraphs[0].text, &after.paragraphs[0]);
                prop_assert!(after.text.as_deref().is_none_or(|text| long(text) <= 2 * long(before) && !text.is_empty()));
                prop_assert!((0.0..=1.0).contains(&after.confidence));
            }
        }
    }
}
