use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use shelf::book::Languages;
use shelf::stage::ParagraphId;
use shelf_pages::{OcrPage, PageVocabulary, Paragraph, ProposalDoubt, word_key};

use super::alignment::align;
use super::characters::Scripts;
use super::common_words::is_common_in_english;
use super::evidence::{Evidence, Fit};
use super::letter_widths::LetterWidths;
use super::meaning::changed_meaning;
use crate::vocabulary::{Dictionary, is_numeral, is_stray_symbol, misreading_cost, split_token};

/// Judges what a model changes on a page, word by word: by the confidence and the width of the words on the scan, by the dictionary, and by the
/// vocabulary of the book.
pub struct Guard<'a> {
    /// With upright boxes.
    page: Cow<'a, OcrPage>,
    book: &'a PageVocabulary,
    dictionary: Option<&'a Dictionary>,
    widths: LetterWidths,
    scripts: Scripts,
    /// How often each word was read with certainty on the page, by its key.
    certain_words: HashMap<String, usize>,
    is_english: bool,
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

/// What happens with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is applied.
    Accepted,
    /// It becomes a proposal, for a person to decide.
    Flagged(ProposalDoubt),
    /// It is dropped, for this reason.
    Refused(&'static str),
}

/// Words with less confidence are in doubt, and those with still less were hardly read, 0..=1. Tesseract gives most words that it reads right more
/// than 0.93, and half of the words below 0.6 are wrong.
const CERTAIN: f64 = 0.93;
const VERY_CERTAIN: f64 = 0.96;
const LIKELY: f64 = 0.9;
const DOUBTFUL: f64 = 0.8;
const UNREAD: f64 = 0.55;
/// A word that was read with certainty this often on a page is one of its common words.
const MIN_COMMON_COUNT: usize = 2;
/// A word that is this many times as common as another may be preferred, although the other is common, too.
const MIN_TIMES_AS_COMMON: usize = 4;
/// The same misreading is unlikely to occur this often on a page.
const MIN_REPEATED_MISREADINGS: usize = 3;
/// If more than this fraction of a paragraph's pairs is refused, the others are not accepted.
const MAX_REFUSED_RATIO: f64 = 0.5;
/// Fewer pairs are judged each by itself.
const MIN_MANY_PAIRS: usize = 4;

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
        let is_english = languages.0.first().is_none_or(|language| language.to_lowercase().starts_with("en"));
        let mut certain_words = HashMap::new();
        for word in page.words().filter(|word| word.confidence >= CERTAIN) {
            *certain_words.entry(word_key(split_token(&word.text).1)).or_default() += 1;
        }
        Self { widths: LetterWidths::of(&page), page, book, dictionary, scripts, certain_words, is_english }
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
        let is_line_break = evidence.spans_lines(words);
        let fit = evidence.fit(words, read, printed);
        let change = Change { guard: self, read, printed, confidence, fit, is_line_break };
        let (old, new) = (letters(read), letters(printed));
        if old == new {
            change.judge_spaces_and_punctuation()
        } else if old.to_lowercase() == new.to_lowercase() {
            change.judge_case()
        } else {
            change.judge_letters()
        }
    }

    /// Noise that was read as text may be deleted.
    fn judge_deletion(&self, read: &str, words: usize, confidence: f64) -> Verdict {
        let letters = letters(read).chars().count();
        let is_mark = letters == 0 && confidence < CERTAIN;
        let may_be_noise = is_numeral(split_token(read).1) || !self.is_read_known(read);
        let is_speck = letters <= 2 && confidence < UNREAD && may_be_noise;
        let is_noise = words == 1 && (is_mark || is_speck);
        match confidence {
            _ if is_noise => Verdict::Accepted,
            ..DOUBTFUL => Verdict::Flagged(ProposalDoubt::Deleted),
            _ => Verdict::Refused("deletes words that were read with certainty"),
        }
    }

    /// Whether all words are in the dictionary or the book, or were read with certainty this often on the page.
    fn is_known(&self, words: &str, min_times: usize) -> bool {
        cores(words).all(|word| {
            is_numeral(word)
                || self.book.knows(word)
                || self.times_on_page(word) >= min_times
                || self.dictionary.is_some_and(|dictionary| dictionary.accepts(word))
        })
    }

    fn is_read_known(&self, read: &str) -> bool {
        self.is_known(read, MIN_REPEATED_MISREADINGS)
    }

    fn is_printed_known(&self, printed: &str) -> bool {
        self.is_known(printed, 1)
    }

    /// Whether all words are common ones of the page or the language.
    fn is_common(&self, words: &str) -> bool {
        cores(words).all(|word| {
            self.times_on_page(word) >= MIN_COMMON_COUNT || self.is_english && is_common_in_english(&word_key(word))
        })
    }

    /// Whether `printed` is common, and `read` is not.
    fn prefers(&self, read: &str, printed: &str) -> bool {
        let times = |words: &str| cores(words).map(|word| self.times_on_page(word)).min().unwrap_or_default();
        self.is_common(printed)
            && !(self.is_english && cores(read).all(|word| is_common_in_english(&word_key(word))))
            && (times(read) < MIN_COMMON_COUNT || times(printed) >= MIN_TIMES_AS_COMMON * times(read))
    }

    /// How often a word was read with certainty on the page.
    fn times_on_page(&self, word: &str) -> usize {
        self.certain_words.get(&word_key(word)).copied().unwrap_or_default()
    }

    /// Whether the book has `printed` elsewhere, and it may have been misread as `read`.
    fn is_of_the_book(&self, read: &str, printed: &str) -> bool {
        let (read, printed) = (word_key(split_token(read).1), word_key(split_token(printed).1));
        self.book.doubtful.get(&read).is_some_and(|evidence| evidence.similar.contains_key(&printed))
    }
}

/// A change of words into others.
struct Change<'a> {
    guard: &'a Guard<'a>,
    read: &'a str,
    printed: &'a str,
    confidence: f64,
    fit: Fit,
    /// Whether the words are on different lines.
    is_line_break: bool,
}

impl Change<'_> {
    /// The same letters: hyphens, spaces and punctuation differ.
    fn judge_spaces_and_punctuation(&self) -> Verdict {
        let Self { guard, read, printed, confidence, .. } = *self;
        let is_line_end = read.contains("- ") || read.contains("¬ ");
        let is_better = !guard.is_read_known(read) && guard.is_printed_known(printed);
        // A hyphen at the end of a line is the mark that is most often lost.
        if self.is_line_break && joined_by(read, " ") == joined_by(printed, "-") {
            return Verdict::Accepted;
        }
        if joints(read) == joints(printed) && cores(read).count() == cores(printed).count() {
            return self.by_confidence("its punctuation was read with certainty");
        }
        match confidence {
            _ if is_line_end && guard.is_printed_known(printed) || is_better => Verdict::Accepted,
            _ if guard.prefers(read, printed) => Verdict::Accepted,
            ..CERTAIN => Verdict::Flagged(ProposalDoubt::BothAreWords),
            _ => Verdict::Refused("its spaces were read with certainty"),
        }
    }

    fn judge_case(&self) -> Verdict {
        let is_better = !self.guard.is_read_known(self.read) && self.guard.is_printed_known(self.printed);
        if is_better { Verdict::Accepted } else { self.by_confidence("its case was read with certainty") }
    }

    /// The confidence of a word says little of its smallest mark.
    fn by_confidence(&self, why: &'static str) -> Verdict {
        if self.confidence < VERY_CERTAIN { Verdict::Accepted } else { Verdict::Refused(why) }
    }

    fn judge_letters(&self) -> Verdict {
        let Self { guard, read, printed, confidence, fit, .. } = *self;
        let (old, new) = (letters(read), letters(printed));
        let misreading = Misreading {
            cost: misreading_cost(&old, &new),
            letters: old.chars().count().max(new.chars().count()),
            read_is_known: guard.is_read_known(read),
            printed_is_known: guard.is_printed_known(printed) || guard.is_of_the_book(read, printed),
            is_preferred: guard.prefers(read, printed),
            lost_common_word: guard.is_common(read) && !guard.prefers(read, printed),
        };
        let meaning = changed_meaning(read, printed, guard.dictionary)
            // `Tbe` is no name.
            .filter(|doubt| *doubt != ProposalDoubt::Name || !misreading.is_preferred);
        let accepted = fit != Fit::Differs
            && match meaning {
                Some(ProposalDoubt::Number) if has_digit(&new) => {
                    confidence < CERTAIN && is_misread_numeral(&old, &new)
                }
                Some(ProposalDoubt::Number) if has_digit(&old) => {
                    confidence < LIKELY && misreading.is_preferred && old.chars().count() == new.chars().count()
                }
                Some(ProposalDoubt::Name) => misreading.is_of_a_name(confidence),
                Some(_) => misreading.is_of_a_sensitive_word(confidence),
                None => misreading.is_probable(confidence, fit),
            };
        if accepted {
            return Verdict::Accepted;
        }
        let is_possible =
            misreading.cost <= possible_cost(misreading.letters) || confidence < UNREAD && fit == Fit::Matches;
        if !is_possible {
            return Verdict::Refused("the words are not alike");
        }
        if confidence >= CERTAIN && !misreading.is_better() {
            return Verdict::Refused("the word was read with certainty");
        }
        Verdict::Flagged(match meaning {
            Some(doubt) => doubt,
            None if fit == Fit::Differs => ProposalDoubt::Width,
            None if !misreading.printed_is_known => ProposalDoubt::UnknownWord,
            None if misreading.read_is_known => ProposalDoubt::BothAreWords,
            None => ProposalDoubt::UnlikelyMisreading,
        })
    }
}

/// A word as the misreading of another.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "findings that do not depend on each other")]
struct Misreading {
    cost: f64,
    letters: usize,
    read_is_known: bool,
    printed_is_known: bool,
    /// Whether the page has the printed word often, and the other nowhere else.
    is_preferred: bool,
    /// Whether a common word of the page would be replaced by one that is not.
    lost_common_word: bool,
}

impl Misreading {
    /// Whether dictionary and book have the printed word only.
    fn is_better(&self) -> bool {
        self.printed_is_known && !self.read_is_known
    }

    fn is_close(&self) -> bool {
        self.cost <= close_cost(self.letters)
    }

    fn is_possible(&self) -> bool {
        self.cost <= possible_cost(self.letters)
    }

    /// Of words without a meaning of their own kind.
    fn is_probable(&self, confidence: f64, fit: Fit) -> bool {
        let is_confused = self.cost <= 1.0;
        if self.is_better() {
            let is_guess = fit == Fit::Matches && self.cost <= guessed_cost(self.letters);
            return is_confused && self.letters > 2
                || confidence < CERTAIN && (self.is_close() || self.is_preferred && self.is_possible())
                || confidence < LIKELY && self.is_possible()
                || confidence < DOUBTFUL && is_guess;
        }
        if self.printed_is_known {
            let is_likely = confidence < CERTAIN && self.is_close() || confidence < LIKELY && self.is_possible();
            return self.is_preferred && (is_likely || is_confused && self.letters > 2 && confidence < VERY_CERTAIN)
                || !self.lost_common_word && confidence < DOUBTFUL && is_confused && self.letters > 3
                || !self.lost_common_word
                    && confidence < UNREAD
                    && (self.is_close() || self.is_possible() && fit == Fit::Matches);
        }
        !self.read_is_known && confidence < DOUBTFUL && self.is_close()
    }

    /// Of a name, which no dictionary has: the book or the page has it, or one letter was confused.
    fn is_of_a_name(&self, confidence: f64) -> bool {
        if self.is_better() {
            confidence < CERTAIN && self.is_close() || confidence < DOUBTFUL && self.is_possible()
        } else {
            confidence < UNREAD && self.cost <= 1.0 && self.letters > 4 && !self.read_is_known
        }
    }

    /// Of a negation or a number word.
    fn is_of_a_sensitive_word(&self, confidence: f64) -> bool {
        self.is_better() && (confidence < CERTAIN && self.cost <= 1.0 || confidence < LIKELY && self.is_possible())
            || self.is_preferred && confidence < DOUBTFUL && self.cost <= 1.0
    }
}

/// The most that a probable misreading of a word of this many letters costs: short words have many similar words.
fn close_cost(letters: usize) -> f64 {
    match letters {
        0..=3 => 1.0,
        4..=5 => 1.5,
        6..=7 => 2.2,
        8..=9 => 3.2,
        _ => 4.4,
    }
}

/// The most that a possible misreading costs, where the word was hardly read.
fn possible_cost(letters: usize) -> f64 {
    match letters {
        0..=3 => 2.2,
        4..=5 => 3.2,
        6..=7 => 4.4,
        8..=9 => 5.4,
        _ => 0.6 * letters as f64,
    }
}

/// The most that a misreading costs where nearly nothing was read: the word must be as wide as the ink.
fn guessed_cost(letters: usize) -> f64 {
    if letters > 3 { 0.9 * letters as f64 } else { 0.0 }
}

/// How many spaces, hyphens and dashes there are between letters.
fn joints(text: &str) -> usize {
    let inner = text.trim_matches(|c: char| !c.is_alphanumeric());
    inner.chars().filter(|c| c.is_whitespace() || matches!(c, '-' | '‐' | '¬' | '—' | '–')).count()
}

/// The words, with this between them.
fn joined_by(text: &str, joint: &str) -> String {
    text.split(joint).collect::<Vec<_>>().join(" ")
}

fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// Whether letters that look like digits were read in a number, whose digits all stay: `l839` for `1839`.
fn is_misread_numeral(old: &str, new: &str) -> bool {
    let is_digit = |c: &char| c.is_ascii_digit();
    let others = old.chars().filter(|c| !is_digit(c)).count();
    let pairs = || old.chars().zip(new.chars());
    others > 0
        && others < old.chars().count()
        && old.chars().count() == new.chars().count()
        && new.chars().all(|c| is_digit(&c))
        && pairs().all(|(read, printed)| read == printed || !is_digit(&read))
        && misreading_cost(new, old) <= others as f64
}

/// The words without punctuation.
fn cores(words: &str) -> impl Iterator<Item = &str> {
    words.split_whitespace().map(|word| split_token(word).1).filter(|word| !word.is_empty())
}

/// The letters and digits, without spaces and punctuation.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || is_stray_symbol(*c)).collect()
}

/// The text with one form of quotation marks, dashes and ligatures: the forms are a matter of style.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.replace("— ", "—").replace(" —", "—").chars() {
        match c {
            '‘' | '’' | '`' | '´' => folded.push('\''),
            '“' | '”' | '„' | '«' | '»' => folded.push('"'),
            '–' | '—' => folded.push('—'),
            '‐' | '‑' => folded.push('-'),
            '⁄' => folded.push('/'),
            '¹' => folded.push('1'),
            '²' => folded.push('2'),
            '³' => folded.push('3'),
            'ﬁ' => folded.push_str("fi"),
            'ﬂ' => folded.push_str("fl"),
            _ => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
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
        ] {
            assert_eq!(verdict(read, printed, 0.85), Verdict::Flagged(doubt), "{read} → {printed}");
        }
    }

    #[test]
    fn accepts_nothing_of_a_paragraph_that_is_mostly_refused() {
        let read = "They had a qarden behind the house and went home";
        let judged = judged(read, "We owned one garden near their hut or walked off", 0.95);
        assert!(judged.len() > 4 && !judged.iter().any(|pair| pair.verdict == Verdict::Accepted), "{judged:?}");
    }

    #[test]
    fn forms_of_quotation_marks_and_dashes_are_no_change() {
        assert_eq!(judged("“They went—home’", "\"They went–home'", 0.95), []);
    }
}
