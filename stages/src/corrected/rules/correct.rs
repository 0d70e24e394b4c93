use shelf::stage::{Model, ProcessingCost, Timestamp};

use super::correction::correction_notes;
use super::draft::Draft;
use super::foreign::mark_foreign_passages;
use super::hyphens::join_hyphenated_words;
use super::initials::separate_initial_word;
use super::ordinals::restore_first;
use super::pronoun::restore_pronoun;
use super::punctuation::{correct_punctuation, curl_apostrophes, end_sentences, has_curly_apostrophes};
use super::roman_numerals::correct_roman_numeral;
use super::second_readings::weigh_second_readings;
use super::specks::{closes_single_quote, drop_specks, drop_specks_in_divided_words};
use super::split_words::join_split_words;
use super::words::correct_words;
use super::{Correction, Legibility};
use crate::corrected::{CorrectedBlock, CorrectedPage, CorrectedParagraph};
use crate::ocr::{OcrPage, Paragraph};
use crate::rounding::round_to_4_decimals;
use crate::vocabulary::{Dictionary, PageTokens, PageVocabulary, Token, split_token};

/// A page corrected by rules, with its corrections.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionResult {
    /// The page.
    pub page: CorrectedPage,
    /// All corrections, in order.
    pub corrections: Vec<Correction>,
    /// How legible the page is.
    pub legibility: Legibility,
}

/// `model_used` of a page corrected by rules.
const MODEL_NAME: &str = "rules";

/// Correction note of a paragraph in which only white space was corrected.
const WHITE_SPACE_NOTE: &str = "spaces";

/// Corrects a page with the vocabulary of the book and the dictionary. Without a dictionary, letters are not corrected; on an illegible page nothing is.
#[must_use]
pub fn correct_page(page: &OcrPage, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> CorrectionResult {
    let tokens = PageTokens::of(page);
    let legibility = Legibility::of(&tokens, book, dictionary);
    let corrector = Corrector {
        book,
        dictionary: dictionary.filter(|_| !legibility.is_illegible()),
        legibility,
        has_curly_apostrophes: has_curly_apostrophes(&tokens),
        single_quotes: tokens.tokens().any(|token| closes_single_quote(&token.text)),
    };
    let mut corrections = Vec::new();
    let mut certainty = Mean::default();
    let blocks: Vec<CorrectedBlock> = page
        .blocks
        .iter()
        .map(|block| {
            let paragraphs = block.paragraphs.iter().map(|paragraph| {
                let (corrected, draft) = corrector.paragraph(paragraph);
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
        model_used: Model(Some(MODEL_NAME.to_owned())),
        processing_cost: ProcessingCost::default(),
        timestamp: Timestamp::default(),
        proposals: Vec::new(),
    };
    CorrectionResult { page, corrections, legibility }
}

/// A mean weighted by words, so that a speck recognised as a paragraph weighs little.
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

struct Corrector<'a> {
    book: &'a PageVocabulary,
    dictionary: Option<&'a Dictionary>,
    legibility: Legibility,
    /// Whether most apostrophes of the page are curly.
    has_curly_apostrophes: bool,
    /// Whether the page has quotations in single quotes.
    single_quotes: bool,
}

impl Corrector<'_> {
    fn paragraph(&self, paragraph: &Paragraph) -> (CorrectedParagraph, Draft) {
        let mut draft = Draft::of(paragraph);
        if !self.legibility.is_illegible() {
            correct_punctuation(&mut draft);
            weigh_second_readings(&mut draft);
            correct_roman_numeral(&mut draft);
            if self.has_curly_apostrophes {
                curl_apostrophes(&mut draft);
            }
            drop_specks_in_divided_words(&mut draft);
            join_hyphenated_words(&mut draft, self.book, self.dictionary);
        }
        if let Some(dictionary) = self.dictionary {
            mark_foreign_passages(&mut draft, self.book, dictionary);
            restore_pronoun(&mut draft, dictionary);
            restore_first(&mut draft, dictionary);
            join_split_words(&mut draft, self.book, dictionary);
            drop_specks(&mut draft, dictionary, self.single_quotes);
            end_sentences(&mut draft, self.book);
            separate_initial_word(&mut draft, self.book, dictionary);
            correct_words(&mut draft, self.book, dictionary);
        }
        let text = draft.text();
        let changed = text != paragraph.text && !text.is_empty();
        let corrected = CorrectedParagraph {
            par_num: paragraph.par_num,
            notes: changed.then(|| correction_notes(&draft.corrections).unwrap_or_else(|| WHITE_SPACE_NOTE.to_owned())),
            confidence: round_to_4_decimals(self.confidence(&draft)),
            text: changed.then_some(text),
        };
        (corrected, draft)
    }

    /// Mean confidence of the words: a word in the dictionary or the book is most likely right, a corrected or unknown one less so.
    fn confidence(&self, draft: &Draft) -> f64 {
        let tokens: Vec<&Token> = draft.lines.iter().flatten().collect();
        let certainty = |token: &&Token| {
            let (_, word, _) = split_token(&token.text);
            let known = self.dictionary.is_some_and(|dictionary| dictionary.accepts(word)) || self.book.knows(word);
            if known && !word.is_empty() {
                1.0 - (1.0 - token.confidence) * KNOWN_WORD_DOUBT_RATIO
            } else {
                token.confidence
            }
        };
        if tokens.is_empty() {
            1.0
        } else {
            tokens.iter().map(certainty).sum::<f64>() / tokens.len() as f64
                * (1.0 - self.legibility.unknown.unwrap_or(0.0) / 2.0)
        }
    }
}

/// The fraction of its doubt (1 minus its confidence) that a known word keeps.
const KNOWN_WORD_DOUBT_RATIO: f64 = 0.3;

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

    fn corrected(pages: &[OcrPage]) -> Vec<CorrectionResult> {
        let dictionary = Dictionary::of_words(WORDS);
        let book = vocabulary_of(pages, Some(&dictionary));
        pages.iter().map(|page| correct_page(page, &book.pages[&page.page_number], Some(&dictionary))).collect()
    }

    #[test]
    fn page_is_corrected_with_notes() {
        let read = "The long cam-\npaign was home aud there were many self-\naware captains in it .";
        let [corrected] = &corrected(&[page(7, &[(read, 0.8), (CLEAN, 0.95)])])[..] else { panic!("one page") };
        let first = &corrected.page.blocks[0].paragraphs[0];
        let expected = "The long campaign\nwas home and there were many self-aware\ncaptains in it.";
        assert_eq!(first.text.as_deref(), Some(expected));
        assert_eq!(first.notes.as_deref(), Some("it . → it.; kept self-aware; joined cam-paign; aud → and"));
        let second = &corrected.page.blocks[1].paragraphs[0];
        assert_eq!((&second.text, &second.notes), (&None, &None));
        assert!(second.confidence > 0.95 && first.confidence < second.confidence);
        assert_eq!(
            (corrected.page.page_number, corrected.page.total_blocks, corrected.page.total_corrections),
            (7, 2, 1)
        );
        assert_eq!(corrected.page.model_used.0.as_deref(), Some("rules"));
    }

    #[test]
    fn illegible_page_is_not_corrected() {
        let noise = "tle cainpaiqn wxs lonq qnd tbere wcre mqny sclf xwqre cxptxins ln jt qf mcn wbo wcnt bome slqwly";
        let [good, bad] = &corrected(&[page(1, &[(CLEAN, 0.95)]), page(2, &[(noise, 0.4)])])[..] else {
            panic!("two pages")
        };
        assert!(!good.legibility.is_illegible() && bad.legibility.is_illegible());
        assert_eq!(bad.page.blocks[0].paragraphs[0].text, None);
        assert!(bad.page.avg_confidence < 0.5, "{}", bad.page.avg_confidence);
    }

    #[test]
    fn blank_page_has_full_confidence() {
        let [blank] = &corrected(&[page(3, &[])])[..] else { panic!("one page") };
        assert_eq!((blank.page.total_blocks, blank.page.avg_confidence), (0, 1.0));
    }

    #[test]
    fn double_spaces_are_corrected() {
        let mut double = page(1, &[(CLEAN, 0.95)]);
        double.blocks[0].paragraphs[0].text = CLEAN.replace("long campaign", "long  campaign");
        let [corrected] = &corrected(&[double])[..] else { panic!("one page") };
        let paragraph = &corrected.page.blocks[0].paragraphs[0];
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
        fn clean_text_is_unchanged(sentences in proptest::collection::vec(any_sentence(), 1..5), confidence in 0.0..=1.0) {
            let pages: Vec<OcrPage> = (1..).zip(&sentences).map(|(number, text)| page(number, &[(text, confidence)])).collect();
            for corrected in corrected(&pages) {
                prop_assert_eq!(corrected.corrections, []);
                prop_assert_eq!(corrected.page.total_corrections, 0);
            }
        }

        #[test]
        fn paragraphs_are_kept_and_hardly_grow(texts in proptest::collection::vec("[a-zA-Z'’,.:;¢ﬁ-]{1,9}([ \n][a-zA-Z',.-]{1,9}){0,12}", 1..4), confidence in 0.0..=1.0) {
            let paragraphs: Vec<(&str, f64)> = texts.iter().map(|text| (text.as_str(), confidence)).collect();
            let read = page(1, &paragraphs);
            let [corrected] = &corrected(std::slice::from_ref(&read))[..] else { panic!("one page") };
            prop_assert_eq!(corrected.page.paragraphs(), read.paragraphs());
            let long = |text: &str| text.chars().count();
            for (before, after) in read.blocks.iter().zip(&corrected.page.blocks) {
                let (before, after) = (&before.paragraphs[0].text, &after.paragraphs[0]);
                prop_assert!(after.text.as_deref().is_none_or(|text| long(text) <= 2 * long(before) && !text.is_empty()));
                prop_assert!((0.0..=1.0).contains(&after.confidence));
            }
        }
    }
}
