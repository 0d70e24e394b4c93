use shelf::eval::{Normalisation, score};
use shelf::pages::{CorrectedPage, OcrPage, PageText};

use super::measure::{Found, Measured};
use super::reading::{Place, Reading};
use super::words::{Word, aligned, words};

pub(super) const CER_OF_OCR: &str = "CER of ocr";
pub(super) const CER_OF_CORRECTED: &str = "CER of corrected";
pub(super) const HARM: &str = "words read right, damaged by corrected";
const MENDED: &str = "words read wrong, mended by corrected";
const FLAGGED: &str = "pages with a CER above 2 %, flagged by ocr";

/// A page with a higher character error rate should be flagged, and others should not.
const MAX_GOOD_RATE: f64 = 0.02;

impl Measured {
    /// The errors of a page, whether it is flagged for them, and what `corrected` mends and damages.
    pub(super) fn characters(&mut self, reading: &Reading<'_>, at: usize, is_flagged: bool) {
        let read: OcrPage = reading.page("ocr", at);
        let corrected: CorrectedPage = reading.page("corrected", at);
        let (before, after) = (read.text(), corrected.text(&read));
        // The leaders of a table of contents are read as dots, which the truth leaves out.
        if !reading.has_contents(at) {
            let truth = reading.book.pages[at].text();
            let mut errors = |what, text: &str| {
                let errors = score(&truth, text, &Normalisation::default()).characters;
                self.add(at, what, Found { expected: errors.length, found: errors.edits, ..Found::default() });
                errors.rate()
            };
            let rate = errors(CER_OF_OCR, &before);
            errors(CER_OF_CORRECTED, &after);
            self.flags(at, rate, is_flagged);
        }
        self.words(at, &reading.true_words(at..at + 1, |_| true), &words_of(&before), &words_of(&after));
    }

    fn flags(&mut self, at: usize, rate: f64, is_flagged: bool) {
        let is_bad = rate > MAX_GOOD_RATE;
        if is_bad {
            self.expect(at, FLAGGED, is_flagged);
        }
        if is_flagged {
            self.claim(at, FLAGGED, is_bad);
        }
        if is_bad != is_flagged {
            let is = if is_flagged { "is" } else { "is not" };
            self.defect(at, &format!("{is} flagged, with a CER of {:.1} %", rate * 100.0));
        }
    }

    fn words(&mut self, at: usize, truth: &[Word<Place>], read: &[Word<()>], corrected: &[Word<()>]) {
        let (before, after) = (aligned(truth, read), aligned(truth, corrected));
        for (index, word) in truth.iter().enumerate() {
            let was_right = before[index].is_some_and(|found| is_same(word, &read[found]));
            let is_right = after[index].is_some_and(|found| is_same(word, &corrected[found]));
            if was_right {
                self.expect(at, HARM, !is_right);
            } else {
                self.expect(at, MENDED, is_right);
            }
            if !is_right {
                let what = if was_right { "damaged by corrected" } else { "not mended" };
                let instead = instead(&after, corrected, index);
                self.defect(at, &format!("{what}: `{}`, now `{instead}`", word.text));
            }
        }
    }
}

fn words_of(text: &str) -> Vec<Word<()>> {
    words(text.lines().map(|line| ((), line.to_owned())), |(), ()| true)
}

fn is_same(truth: &Word<Place>, found: &Word<()>) -> bool {
    // Small capitals may be read as small letters.
    let is_in_capitals = truth.text.chars().all(|c| !c.is_lowercase());
    let bare = |text: &str| {
        let text = text.replace(['-', '‐'], "").replace('∗', "*");
        if is_in_capitals { text.to_uppercase() } else { text }
    };
    bare(&truth.text) == bare(&found.text)
}

/// What stands where a word should: all words between those that were found around it.
fn instead(places: &[Option<usize>], found: &[Word<()>], index: usize) -> String {
    let first = places[..index].iter().rev().find_map(|place| *place).map_or(0, |before| before + 1);
    let end = places[index..].iter().find_map(|place| *place).unwrap_or(found.len());
    let end = if places[index].is_some() { end + 1 } else { end };
    let words: Vec<&str> = found[first.min(end)..end].iter().take(6).map(|word| word.text.as_str()).collect();
    words.join(" ")
}
