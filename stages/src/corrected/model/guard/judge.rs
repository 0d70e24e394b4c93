use std::borrow::Cow;
use std::ops::Range;

use shelf::book::Languages;
use shelf::stage::ParagraphId;
use shelf_pages::{OcrPage, PageVocabulary, Paragraph, ProposalDoubt};

use super::certainty::{CERTAIN, DOUBTFUL, UNREAD};
use super::characters::Scripts;
use super::evidence::Evidence;
use super::known_words::KnownWords;
use super::letter_widths::{LetterWidths, letters as letter_count};
use super::verdict::Verdict;
use super::word_change::Change;
use super::word_forms::{folded, letters};
use crate::alignment::align;
use crate::vocabulary::{Dictionary, is_numeral, misreading_cost, split_token};

/// Judges what a model changes on a page, word by word: by the confidence and the width of the words on the scan, by the dictionary, and by the
/// vocabulary of the book.
pub struct Guard<'a> {
    /// With upright boxes.
    page: Cow<'a, OcrPage>,
    known: KnownWords<'a>,
    widths: LetterWidths,
    scripts: Scripts,
}

/// Words that a model changes, and whether the change is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedPair {
    /// The number of words in the paragraph's text before them.
    pub word: usize,
    /// The words in the paragraph's text; empty for an insertion.
    pub read: String,
    /// The words that the model says are printed; empty for a deletion.
    pub printed: String,
    /// The decision.
    pub verdict: Verdict,
}

/// If more than this fraction of a paragraph's pairs is refused, the others are not accepted.
const MAX_REFUSED_RATIO: f64 = 0.5;
/// Fewer pairs are judged each by itself.
const MIN_MANY_PAIRS: usize = 4;

/// The width of a line of text may differ from that of the line on the page by this fraction of it, where the width of the page's letters is known.
const MAX_LINE_MISFIT_RATIO: f64 = 0.25;
/// Where it is unknown, a line may have this many times as many letters as were read there, or the inverse.
const MAX_LENGTH_RATIO: f64 = 2.0;

impl<'a> Guard<'a> {
    /// The guard of a page.
    #[must_use]
    pub fn new(
        page: &'a OcrPage,
        book: &'a PageVocabulary,
        dictionary: Option<&'a Dictionary>,
        languages: &Languages,
    ) -> Self {
        let scripts = Scripts::of(page, languages);
        let page = page.upright();
        let known = KnownWords::new(&page, book, dictionary, languages);
        Self { widths: LetterWidths::of(&page), page, known, scripts }
    }

    /// Judges the changes between the `text` of a paragraph, as the rules left it, and what a model says is printed.
    #[must_use]
    pub fn judge(&self, id: ParagraphId, text: &str, printed: &str) -> Vec<JudgedPair> {
        let Some(paragraph) = self.paragraph(id) else { return Vec::new() };
        let (before, after): (Vec<&str>, Vec<&str>) =
            (text.split_whitespace().collect(), printed.split_whitespace().collect());
        let evidence = Evidence::of(paragraph, &before, &self.widths);
        let mut judged: Vec<JudgedPair> = Vec::new();
        for pair in align(&before, &after) {
            let (read, printed) = (before[pair.before.clone()].join(" "), after[pair.after].join(" "));
            if folded(&read) != folded(&printed) {
                let verdict = self.judge_pair(&read, &printed, &pair.before, &evidence);
                judged.push(JudgedPair { word: pair.before.start, read, printed, verdict });
            }
        }
        let refused = judged.iter().filter(|pair| matches!(pair.verdict, Verdict::Refused(_))).count();
        if judged.len() >= MIN_MANY_PAIRS && refused as f64 > MAX_REFUSED_RATIO * judged.len() as f64 {
            for pair in judged.iter_mut().filter(|pair| pair.verdict == Verdict::Accepted) {
                pair.verdict = Verdict::Flagged(ProposalDoubt::ManyChanges);
            }
        }
        judged
    }

    /// Whether a line of a paragraph, by its position, that `ocr` could hardly read may say what a model read there: the text is as long as what is on the page, and has no letters of
    /// foreign scripts.
    #[must_use]
    pub fn may_be_line(&self, id: ParagraphId, line: usize, printed: &str) -> bool {
        let Some(line) = self.paragraph(id).and_then(|paragraph| paragraph.lines.get(line)) else { return false };
        let read = line.text();
        let is_as_long = if let Some(misfit) = self.widths.misfit(printed, line.bbox.width, line) {
            misfit <= MAX_LINE_MISFIT_RATIO * letter_count(printed)
        } else {
            let ratio = printed.chars().count() as f64 / read.chars().count().max(1) as f64;
            (1.0 / MAX_LENGTH_RATIO..=MAX_LENGTH_RATIO).contains(&ratio)
        };
        is_as_long && self.scripts.forbidden(&read, printed).is_none()
    }

    fn paragraph(&self, id: ParagraphId) -> Option<&Paragraph> {
        let blocks = self.page.blocks.iter().filter(|block| block.block_num == id.block);
        blocks.flat_map(|block| &block.paragraphs).find(|paragraph| paragraph.par_num == id.paragraph)
    }

    fn judge_pair(&self, read: &str, printed: &str, words: &Range<usize>, evidence: &Evidence) -> Verdict {
        if let Some(why) = self.scripts.forbidden(read, printed) {
            return Verdict::Refused(why);
        }
        if words.is_empty() {
            let has_room = evidence.has_room(words.start, printed);
            return if has_room {
                Verdict::Flagged(ProposalDoubt::Inserted)
            } else {
                Verdict::Refused("adds words without ink")
            };
        }
        let confidence = evidence.confidence(words);
        if printed.is_empty() {
            return self.judge_deletion(read, words.len(), confidence);
        }
        if evidence.was_read_as(words, printed) {
            return Verdict::Accepted;
        }
        if inner_hyphens(read) > inner_hyphens(printed) {
            return Verdict::Flagged(ProposalDoubt::UnlikelyMisreading);
        }
        let is_line_break = evidence.spans_lines(words);
        let fit = evidence.fit(words, read, printed);
        let change = Change {
            known: &self.known,
            read,
            printed,
            confidence,
            fit,
            seen: evidence.has_alternatives(words).then(|| evidence.seen(words, printed)),
            is_line_break,
        };
        let (old, new) = (letters(read), letters(printed));
        if old == new {
            if evidence.has_seen(words, printed) {
                return Verdict::Accepted;
            }
            change.judge_spaces_and_punctuation()
        } else if old.to_lowercase() == new.to_lowercase() {
            change.judge_case()
        } else {
            let verdict = change.judge_letters();
            // The rules may have put another word for what was read, although the printed one is as near.
            let scanned = evidence.text(words);
            if verdict == Verdict::Accepted || scanned == read || scanned.is_empty() {
                return verdict;
            }
            let of_scan = Change { read: &scanned, ..change };
            let cost_as = |words: &str| misreading_cost(&letters(&scanned), &letters(words));
            let is_nearer = cost_as(printed) <= cost_as(read);
            if is_nearer && of_scan.judge_letters() == Verdict::Accepted { Verdict::Accepted } else { verdict }
        }
    }

    /// Noise that was read as text may be deleted.
    fn judge_deletion(&self, read: &str, words: usize, confidence: f64) -> Verdict {
        let letters = letters(read).chars().count();
        let is_mark = letters == 0 && confidence < CERTAIN;
        let may_be_noise = is_numeral(split_token(read).1) || !self.known.is_read_known(read);
        let is_speck = letters <= 2 && confidence < UNREAD && may_be_noise;
        let is_noise = words == 1 && (is_mark || is_speck);
        match confidence {
            _ if is_noise => Verdict::Accepted,
            ..DOUBTFUL => Verdict::Flagged(ProposalDoubt::Deleted),
            _ => Verdict::Refused("deletes words that were read with certainty"),
        }
    }
}

/// Hyphens between letters: `law-suit` has one, `cam- paign` has none. One that was read is ink.
fn inner_hyphens(text: &str) -> usize {
    let letters: Vec<char> = text.chars().collect();
    let is_inner = |around: &&[char]| matches!(around, [a, '-', b] if a.is_alphabetic() && b.is_alphabetic());
    letters.windows(3).filter(is_inner).count()
}

#[cfg(test)]
mod tests {
    use shelf_pages::AlternativeReading;
    use shelf_pages::testing::TestPage;

    use super::*;

    const WORDS: &str = "the a and they had garden behind house in was not now men of long their went home river modern winter connection form from first for new two ten moat meat";
    const PAGE: &str = "They had a garden behind the house and the garden of the house was long and they went home from the river and had not the men of the house";

    /// The verdict on a change of the last paragraph, whose words were read with this confidence.
    fn judged(read: &str, printed: &str, confidence: f64) -> Vec<JudgedPair> {
        let dictionary = Dictionary::of_words(WORDS);
        let page = TestPage::new(PAGE).paragraph(read, confidence).ocr();
        let book = PageVocabulary::default();
        let languages = Languages(vec!["en".to_owned()]);
        let id = ParagraphId { block: 2, paragraph: 1 };
        Guard::new(&page, &book, Some(&dictionary), &languages).judge(id, read, printed)
    }

    fn verdict(read: &str, printed: &str, confidence: f64) -> Verdict {
        let judged = judged(read, printed, confidence);
        assert_eq!(judged.len(), 1, "{judged:?}");
        judged[0].verdict.clone()
    }

    #[test]
    fn accepts_what_the_dictionary_prefers_or_ocr_doubted() {
        for (read, printed, confidence) in [
            ("They had a qarden", "They had a garden", 0.95),
            ("ofthe river", "of the river", 0.95),
            ("the gar- den was", "the garden was", 0.95),
            ("in tbe house", "in the house", 0.7),
            ("the year l839 was", "the year 1839 was", 0.7),
            ("they went . home", "they went home", 0.5),
            ("the house,", "the house.", 0.6),
            ("a moat was", "a meat was", 0.5),
        ] {
            assert_eq!(verdict(read, printed, confidence), Verdict::Accepted, "{read} → {printed}");
        }
    }

    #[test]
    fn refuses_changes_of_words_that_were_read_with_certainty() {
        for (read, printed) in [
            ("they had a form", "they had a from"),
            ("the men of Soto", "the men of Sota"),
            ("in 1839 the", "in 1889 the"),
            ("the two men", "the ten men"),
            ("it was now", "it was not"),
            ("the men went", "the men never went"),
            ("the long river", "the river"),
            ("the connexion was", "the connection was"),
            ("the house,", "the house."),
        ] {
            assert!(matches!(verdict(read, printed, 0.97), Verdict::Refused(_)), "{read} → {printed}");
        }
    }

    #[test]
    fn refuses_impossible_characters_however_bad_the_scan_is() {
        for printed in ["a g\u{430}rden", "a gar\u{200b}den", "a <i>garden</i>", "a **garden**", "a gar\u{202e}den"] {
            assert!(matches!(verdict("a garden", printed, 0.1), Verdict::Refused(_)), "{printed:?}");
        }
    }

    #[test]
    fn flags_what_neither_scan_nor_dictionary_decides() {
        for (read, printed, doubt) in [
            ("in 1839 the", "in 1889 the", ProposalDoubt::Number),
            ("the men of Soto", "the men of Sota", ProposalDoubt::Name),
            ("it was now", "it was not", ProposalDoubt::Negation),
            ("the men-of the", "the men of the", ProposalDoubt::UnlikelyMisreading),
        ] {
            assert_eq!(verdict(read, printed, 0.85), Verdict::Flagged(doubt), "{read} → {printed}");
        }
    }

    /// The verdict on a change of the word `of` that has this other reading.
    fn verdict_beside(reading: &str, (of, printed): (&str, &str), confidence: f64) -> Verdict {
        let dictionary = Dictionary::of_words(WORDS);
        let text = format!("they had {of} in winter");
        let mut page = TestPage::new(PAGE).paragraph(&text, confidence).ocr();
        let word = &mut page.blocks[1].paragraphs[0].lines[0].words[2];
        word.alternatives.push(AlternativeReading { text: reading.to_owned(), probability: 0.3 });
        let (book, languages) = (PageVocabulary::default(), Languages(vec!["en".to_owned()]));
        let guard = Guard::new(&page, &book, Some(&dictionary), &languages);
        let judged = guard.judge(ParagraphId { block: 2, paragraph: 1 }, &text, &text.replace(of, printed));
        assert_eq!(judged.len(), 1, "{judged:?}");
        judged[0].verdict.clone()
    }

    #[test]
    fn accepts_what_the_recogniser_itself_saw() {
        for (change, confidence) in
            [(("moat", "meat"), 0.9), (("1839", "1889"), 0.7), (("house", "house,"), 0.97), (("Soto", "Sota"), 0.7)]
        {
            assert_eq!(verdict_beside(change.1, change, confidence), Verdict::Accepted, "{change:?}");
            assert_ne!(verdict_beside("other", change, 0.97), Verdict::Accepted, "{change:?}");
        }
        assert_eq!(verdict_beside("1889", ("1839", "1889"), 0.9), Verdict::Flagged(ProposalDoubt::Number));
    }

    #[test]
    fn a_letter_that_the_recogniser_did_not_see_is_not_accepted() {
        assert_eq!(verdict("a moat was", "a meat was", 0.5), Verdict::Accepted);
        assert_eq!(verdict_beside("moot", ("moat", "meat"), 0.5), Verdict::Flagged(ProposalDoubt::BothAreWords));
    }

    #[test]
    fn symbols_are_not_words_that_were_read() {
        assert_eq!(verdict("they had # garden", "they had a garden", 0.6), Verdict::Accepted);
        assert!(matches!(verdict("house & garden", "house a garden", 0.97), Verdict::Refused(_)));
    }

    #[test]
    fn accepts_nothing_of_a_paragraph_that_is_mostly_refused() {
        let read = "They had a qarden behind the house and went home";
        let judged = judged(read, "We owned one garden near their hut or walked off", 0.95);
        assert!(judged.len() > 4 && !judged.iter().any(|pair| pair.verdict == Verdict::Accepted), "{judged:?}");
    }

    #[test]
    fn forms_of_quotation_marks_and_dashes_do_not_count_as_changes() {
        assert_eq!(judged("“They went—home’", "\"They went–home'", 0.95), []);
    }
}
