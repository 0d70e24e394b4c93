use std::ops::Range;

use shelf_pages::{Bbox, Line, Paragraph, Word};

use super::letter_widths::{LetterWidths, letters};
use super::word_forms::{folded, letters as word_letters};
use crate::alignment::align;

/// What the scan tells about the words of a paragraph's text, which the rules may have changed since it was read.
pub(super) struct Evidence<'a> {
    widths: &'a LetterWidths,
    /// The words that were read, each with its line.
    read: Vec<(&'a Line, &'a Word)>,
    /// For each word of the text, the words that were read of which it was made.
    sources: Vec<Range<usize>>,
    /// Confidence of words whose own is unknown, 0..=1.
    paragraph_confidence: f64,
    bbox: Bbox,
}

/// How a text fits the width of the words on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Matches,
    Differs,
    Unknown,
}

/// A text fits if its width differs by at most this many average letters, or this fraction of its own.
const MAX_MISFIT: f64 = 1.1;
const MAX_MISFIT_RATIO: f64 = 0.14;
/// Readings of several words that are compared at most.
const MAX_READINGS: usize = 30;
/// Words to insert need at least this fraction of their width between the words on the page, besides a space.
const MIN_GAP_RATIO: f64 = 0.7;

impl<'a> Evidence<'a> {
    /// The evidence for the words of `text`; the boxes of the paragraph are upright.
    pub(super) fn of(paragraph: &'a Paragraph, text: &[&str], widths: &'a LetterWidths) -> Self {
        let read: Vec<(&Line, &Word)> =
            paragraph.lines.iter().flat_map(|line| line.words.iter().map(move |word| (line, word))).collect();
        let words: Vec<&str> = read.iter().map(|(_, word)| word.text.as_str()).collect();
        let mut sources = vec![0..0; text.len()];
        if !words.is_empty() {
            for pair in align(&words, text) {
                for at in pair.after {
                    sources[at] = pair.before.clone();
                }
            }
        }
        Self { widths, read, sources, paragraph_confidence: paragraph.avg_confidence, bbox: paragraph.bbox }
    }

    /// The least confidence of the words of a range, 0..=1.
    pub(super) fn confidence(&self, words: &Range<usize>) -> f64 {
        let read = self.read_words(words).iter().map(|(_, word)| word.confidence).reduce(f64::min);
        read.unwrap_or(self.paragraph_confidence)
    }

    /// Whether the recogniser tells what else the words of a range may be.
    pub(super) fn has_alternatives(&self, words: &Range<usize>) -> bool {
        self.read_words(words).iter().any(|(_, word)| !word.alternatives.is_empty())
    }

    /// The probability that the recogniser itself gives to the letters of `new`, which are not those that it chose for the words of a range, 0..=1.
    pub(super) fn seen(&self, words: &Range<usize>, new: &str) -> f64 {
        let new = word_letters(new);
        let readings = self.readings(words);
        let is_chosen = word_letters(&self.text(words)) == new;
        readings
            .iter()
            .filter(|(text, _)| !is_chosen && word_letters(text) == new)
            .map(|(_, probability)| probability)
            .sum()
    }

    /// The words of a range as they were read.
    pub(super) fn text(&self, words: &Range<usize>) -> String {
        self.read_words(words).iter().map(|(_, word)| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether `new` is one of the readings of the words of a range.
    pub(super) fn has_seen(&self, words: &Range<usize>, new: &str) -> bool {
        let joined = |text: &str| folded(text).replace(" -", "-").replace("- ", "-");
        self.readings(words).iter().any(|(text, _)| joined(text) == joined(new))
    }

    /// The readings of the words of a range, with the probability that the recogniser gives them.
    pub(super) fn readings(&self, words: &Range<usize>) -> Vec<(String, f64)> {
        let mut readings = vec![(String::new(), 1.0)];
        for (_, word) in self.read_words(words) {
            let others = word.alternatives.iter().map(|other| (other.text.as_str(), other.probability));
            let own = (1.0 - others.clone().map(|(_, probability)| probability).sum::<f64>()).max(0.0);
            let choices: Vec<(&str, f64)> = others.chain([(word.text.as_str(), own)]).collect();
            readings = readings
                .iter()
                .flat_map(|(before, of_before)| {
                    choices.iter().map(move |(text, probability)| {
                        (format!("{before} {text}").trim().to_owned(), of_before * probability)
                    })
                })
                .collect();
            readings.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            readings.truncate(MAX_READINGS);
        }
        readings
    }

    /// Whether `new` is as wide as the words of a range, or as `old`, which was read there.
    pub(super) fn fit(&self, words: &Range<usize>, old: &str, new: &str) -> Fit {
        let read = self.read_words(words);
        let (Some((line, first)), Some((last_line, last))) = (read.first(), read.last()) else { return Fit::Unknown };
        let width = last.bbox.right().saturating_sub(first.bbox.x);
        let misfit = |text| self.widths.misfit(text, width, line);
        match (misfit(old), misfit(new)) {
            (Some(of_old), Some(of_new)) if line.bbox == last_line.bbox => {
                let max = MAX_MISFIT.max(MAX_MISFIT_RATIO * letters(new));
                if of_new <= max || of_new <= of_old { Fit::Matches } else { Fit::Differs }
            }
            _ => Fit::Unknown,
        }
    }

    /// Whether the words of a range were read as `printed`, so that the rules have changed them.
    pub(super) fn was_read_as(&self, words: &Range<usize>, printed: &str) -> bool {
        let read = self.read_words(words).iter().map(|(_, word)| word.text.as_str());
        let read: Vec<&str> = read.collect();
        !read.is_empty() && (read.join(" ") == printed || read.len() > 1 && read.concat() == printed)
    }

    /// Whether the words of a range are on different lines.
    pub(super) fn spans_lines(&self, words: &Range<usize>) -> bool {
        let read = self.read_words(words);
        read.first().zip(read.last()).is_some_and(|(first, last)| first.0.bbox != last.0.bbox)
    }

    /// Whether there is room on the page for `new` before the word at `position`.
    pub(super) fn has_room(&self, position: usize, new: &str) -> bool {
        let before = position.checked_sub(1).and_then(|at| self.sources[at].clone().next_back());
        let behind = self.sources.get(position).and_then(|read| read.clone().next());
        let room = match (before.map(|at| self.read[at]), behind.map(|at| self.read[at])) {
            (Some((line, before)), Some((other, behind))) if line.bbox == other.bbox => {
                Some((line, behind.bbox.x.saturating_sub(before.bbox.right())))
            }
            // At a line break, the end of the line and the beginning of the next.
            (Some((line, before)), Some((_, behind))) => {
                let end = self.bbox.right().saturating_sub(before.bbox.right());
                Some((line, end.max(behind.bbox.x.saturating_sub(self.bbox.x))))
            }
            (None, Some((line, behind))) => Some((line, behind.bbox.x.saturating_sub(self.bbox.x))),
            (Some(_) | None, None) => None,
        };
        // The misfit of an empty text is the number of letters for which there is room.
        let room = room.and_then(|(line, room)| self.widths.misfit("", room, line));
        room.is_some_and(|room| room >= MIN_GAP_RATIO * letters(new) + letters(" "))
    }

    fn read_words(&self, words: &Range<usize>) -> &[(&'a Line, &'a Word)] {
        let sources = || self.sources[words.clone()].iter().filter(|source| !source.is_empty());
        let start = sources().map(|source| source.start).min().unwrap_or_default();
        let end = sources().map(|source| source.end).max().unwrap_or_default();
        &self.read[start..end]
    }
}
