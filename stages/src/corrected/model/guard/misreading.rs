use super::certainty::{CERTAIN, DOUBTFUL, LIKELY, UNREAD, VERY_CERTAIN};
use super::evidence::Fit;

/// A word as the misreading of another.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "findings that do not depend on each other")]
pub(super) struct Misreading {
    pub(super) cost: f64,
    pub(super) letters: usize,
    pub(super) read_is_known: bool,
    pub(super) printed_is_known: bool,
    /// Whether the page has the printed word often, and the other nowhere else.
    pub(super) is_preferred: bool,
    /// Whether a common word of the page would be replaced by one that is not.
    pub(super) lost_common_word: bool,
}

impl Misreading {
    /// Whether dictionary and book have the printed word only.
    pub(super) fn is_better(&self) -> bool {
        self.printed_is_known && !self.read_is_known
    }

    /// Whether both are words, and nothing prefers the printed one.
    pub(super) fn is_only_good(&self) -> bool {
        self.read_is_known && !self.is_preferred
    }

    /// Whether a word that was not read with certainty may be a misreading.
    pub(super) fn is_likely(&self, confidence: f64) -> bool {
        confidence < CERTAIN && self.is_possible()
    }

    fn is_close(&self) -> bool {
        self.cost <= close_cost(self.letters)
    }

    pub(super) fn is_possible(&self) -> bool {
        self.cost <= possible_cost(self.letters)
    }

    fn is_nearly_possible(&self) -> bool {
        self.cost <= possible_cost(self.letters) + 1.2
    }

    /// Of words without a meaning of their own kind.
    pub(super) fn is_probable(&self, confidence: f64, fit: Fit) -> bool {
        let is_confused = self.cost <= 1.0;
        let is_guess = fit == Fit::Matches && self.cost <= guessed_cost(self.letters);
        if self.is_better() {
            return is_confused && self.letters > 2
                || confidence < CERTAIN && (self.is_close() || self.is_preferred && self.is_possible())
                || confidence < LIKELY && self.is_possible()
                || confidence < DOUBTFUL && is_guess
                || confidence < VERY_CERTAIN && self.is_preferred && is_guess;
        }
        if self.printed_is_known {
            let is_likely = confidence < CERTAIN && self.is_close() || confidence < LIKELY && self.is_possible();
            return self.is_preferred && (is_likely || is_confused && self.letters > 2 && confidence < VERY_CERTAIN)
                || self.is_preferred && confidence < UNREAD && is_guess
                || !self.lost_common_word
                    && confidence < DOUBTFUL
                    && (self.is_possible() || is_guess && self.is_nearly_possible());
        }
        !self.read_is_known && confidence < DOUBTFUL && self.is_close()
    }

    /// Of a name, which no dictionary has: the book or the page has it, or one letter was confused.
    pub(super) fn is_of_a_name(&self, confidence: f64, fit: Fit) -> bool {
        if self.is_better() {
            let is_guess = fit == Fit::Matches && self.cost <= guessed_cost(self.letters);
            confidence < CERTAIN && self.is_close() || confidence < DOUBTFUL && (self.is_possible() || is_guess)
        } else {
            confidence < UNREAD && self.cost <= 1.0 && self.letters > 4 && !self.read_is_known
        }
    }

    /// Of a negation or a number word.
    pub(super) fn is_of_a_sensitive_word(&self, confidence: f64) -> bool {
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
    1.15 * letters as f64
}
