use shelf_pages::ProposalDoubt;

use super::certainty::{CERTAIN, DOUBTFUL, LIKELY, UNREAD, VERY_CERTAIN};
use super::evidence::Fit;
use super::known_words::{KnownWords, has_no_letters};
use super::meaning::changed_meaning;
use super::misreading::Misreading;
use super::verdict::Verdict;
use super::word_forms::{cores, joined_by, joints, letters};
use crate::vocabulary::misreading_cost;

/// A change of words into others.
pub(super) struct Change<'a> {
    pub(super) known: &'a KnownWords<'a>,
    pub(super) read: &'a str,
    pub(super) printed: &'a str,
    pub(super) confidence: f64,
    pub(super) fit: Fit,
    /// The probability that the recogniser itself gives to the letters of the new words, 0..=1; `None` if it had no other reading.
    pub(super) seen: Option<f64>,
    /// Whether the words are on different lines.
    pub(super) is_line_break: bool,
}

impl Change<'_> {
    /// The same letters: hyphens, spaces and punctuation differ.
    pub(super) fn judge_spaces_and_punctuation(&self) -> Verdict {
        let Self { known, read, printed, confidence, .. } = *self;
        let is_line_end = read.contains("- ") || read.contains("¬ ");
        let is_better = !known.is_read_known(read) && known.is_printed_known(printed);
        // A hyphen at the end of a line is the mark that is most often lost.
        if self.is_line_break && joined_by(read, " ") == joined_by(printed, "-") {
            return Verdict::Accepted;
        }
        if joints(read) == joints(printed) && cores(read).count() == cores(printed).count() {
            return self.by_confidence("its punctuation was read with certainty");
        }
        match confidence {
            _ if is_line_end && known.is_printed_known(printed) || is_better => Verdict::Accepted,
            _ if known.prefers(read, printed) => Verdict::Accepted,
            ..CERTAIN => Verdict::Flagged(ProposalDoubt::BothAreWords),
            _ => Verdict::Refused("its spaces were read with certainty"),
        }
    }

    pub(super) fn judge_case(&self) -> Verdict {
        let is_better = !self.known.is_read_known(self.read) && self.known.is_printed_known(self.printed);
        if is_better { Verdict::Accepted } else { self.by_confidence("its case was read with certainty") }
    }

    /// The confidence of a word says little of its smallest mark.
    fn by_confidence(&self, why: &'static str) -> Verdict {
        if self.confidence < VERY_CERTAIN { Verdict::Accepted } else { Verdict::Refused(why) }
    }

    pub(super) fn judge_letters(&self) -> Verdict {
        let Self { known, read, printed, confidence, fit, .. } = *self;
        let (old, new) = (letters(read), letters(printed));
        let misreading = Misreading {
            cost: misreading_cost(&old, &new),
            letters: old.chars().count().max(new.chars().count()),
            read_is_known: known.is_read_known(read),
            printed_is_known: known.is_printed_known(printed) || known.is_of_the_book(read, printed),
            is_preferred: known.prefers(read, printed),
            lost_common_word: known.is_common(read) && !known.prefers(read, printed),
        };
        let meaning = changed_meaning(read, printed, known.dictionary)
            // `Tbe` is not a name.
            .filter(|doubt| *doubt != ProposalDoubt::Name || !misreading.is_preferred);
        let is_probable = match meaning {
            _ if fit == Fit::Differs => meaning.is_none() && misreading.is_better() && misreading.is_likely(confidence),
            _ if misreading.is_only_good() && self.is_unseen_letter(&old, &new) => false,
            Some(ProposalDoubt::Number) if has_digit(&new) => confidence < CERTAIN && is_misread_numeral(&old, &new),
            Some(ProposalDoubt::Number) if has_digit(&old) => {
                confidence < LIKELY && misreading.is_preferred && old.chars().count() == new.chars().count()
            }
            Some(ProposalDoubt::Name) => misreading.is_of_a_name(confidence, fit),
            Some(_) => misreading.is_of_a_sensitive_word(confidence),
            None => misreading.is_probable(confidence, fit) || self.is_of_symbols(&misreading),
        };
        let accepted = is_probable || self.is_seen(&misreading, meaning, has_digit(&old) || has_digit(&new));
        if accepted {
            return Verdict::Accepted;
        }
        let is_possible = misreading.is_possible() || confidence < UNREAD && fit == Fit::Matches;
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

/// A number, or a word for a common one, is taken from the alternatives only if it is at least this probable to the recogniser, 0..=1.
const MIN_SEEN_NUMBER: f64 = 0.05;
const MIN_SEEN_FOR_COMMON: f64 = 0.2;

impl Change<'_> {
    /// Whether the recogniser itself saw the letters of the new words.
    fn is_seen(&self, misreading: &Misreading, meaning: Option<ProposalDoubt>, has_digits: bool) -> bool {
        let seen = self.seen.unwrap_or_default();
        let is_in_doubt = |below: f64, least: f64| self.confidence < below && seen >= least;
        seen > 0.0
            && match meaning {
                Some(ProposalDoubt::Number) if has_digits => is_in_doubt(DOUBTFUL, MIN_SEEN_NUMBER),
                Some(ProposalDoubt::Number) => is_in_doubt(LIKELY, MIN_SEEN_NUMBER),
                _ if misreading.lost_common_word => is_in_doubt(LIKELY, MIN_SEEN_FOR_COMMON),
                _ if misreading.printed_is_known => true,
                _ => is_in_doubt(DOUBTFUL, 0.0),
            }
    }

    /// Whether one letter differs that the recogniser did not see, although it saw others: it would have, if it were printed.
    fn is_unseen_letter(&self, old: &str, new: &str) -> bool {
        let differ = old.chars().zip(new.chars()).filter(|(a, b)| !a.to_lowercase().eq(b.to_lowercase())).count();
        self.seen == Some(0.0) && old.chars().count() == new.chars().count() && differ == 1
    }

    /// Whether symbols were read in place of a word.
    fn is_of_symbols(&self, misreading: &Misreading) -> bool {
        let Self { read, confidence, fit, .. } = *self;
        has_no_letters(read) && misreading.printed_is_known && confidence < LIKELY && fit == Fit::Matches
    }
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
