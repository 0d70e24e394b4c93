use super::super::MAX_NOTES_CHARS;

/// A correction in a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its kind.
    pub kind: CorrectionKind,
    /// The text as recognised.
    pub read: String,
    /// The corrected text; empty if it was deleted.
    pub corrected: String,
}

/// The kind of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CorrectionKind {
    /// A word hyphenated at a line end was joined without the hyphen.
    Joined,
    /// A word hyphenated at a line end was joined with its hyphen.
    Kept,
    /// A word split by spaces was joined.
    Rejoined,
    /// Misread letters were corrected.
    Misread,
    /// Words that had run together were separated.
    Separated,
    /// A quote, dash, ligature, punctuation mark or space was corrected.
    Punctuation,
    /// A speck recognised as a character was deleted.
    Speck,
    /// Missing text was added. No rule does this.
    Added,
}

impl Correction {
    /// A correction of this kind.
    #[must_use]
    pub fn new(kind: CorrectionKind, read: impl Into<String>, corrected: impl Into<String>) -> Self {
        Self { kind, read: read.into(), corrected: corrected.into() }
    }

    fn describe(&self) -> String {
        match self.kind {
            CorrectionKind::Joined => format!("joined {}", self.read),
            CorrectionKind::Kept => format!("kept {}", self.corrected),
            CorrectionKind::Speck => format!("dropped {}", self.read),
            CorrectionKind::Added => format!("added {}", self.corrected),
            CorrectionKind::Rejoined
            | CorrectionKind::Misread
            | CorrectionKind::Separated
            | CorrectionKind::Punctuation => {
                format!("{} → {}", self.read, self.corrected)
            }
        }
    }
}

/// The correction notes of a paragraph, at most [`MAX_NOTES_CHARS`] characters; `None` without corrections.
pub(in crate::corrected) fn correction_notes(corrections: &[Correction]) -> Option<String> {
    let mut notes = String::new();
    for (at, correction) in corrections.iter().enumerate() {
        let separator = if notes.is_empty() { "" } else { "; " };
        let longer = format!("{notes}{separator}{}", correction.describe());
        let left = corrections.len() - at - 1;
        let more = |left: usize| if left == 0 { String::new() } else { format!("; {left} more") };
        if longer.chars().count() + more(left).len() > MAX_NOTES_CHARS {
            let left = left + 1;
            return Some(if notes.is_empty() { format!("{left} corrections") } else { notes + &more(left) });
        }
        notes = longer;
    }
    (!notes.is_empty()).then_some(notes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn notes_describe_corrections() {
        let corrections = [
            Correction::new(CorrectionKind::Joined, "cam-paign", "campaign"),
            Correction::new(CorrectionKind::Misread, "tbe", "the"),
            Correction::new(CorrectionKind::Speck, "~", ""),
        ];
        assert_eq!(correction_notes(&corrections).unwrap(), "joined cam-paign; tbe → the; dropped ~");
        assert_eq!(correction_notes(&[]), None);
    }

    #[test]
    fn notes_that_do_not_fit_are_counted() {
        let many = vec![Correction::new(CorrectionKind::Misread, "expcdition", "expedition"); 9];
        let notes = correction_notes(&many).unwrap();
        assert!(notes.ends_with("expcdition → expedition; 6 more"), "{notes}");
        let long = [Correction::new(CorrectionKind::Joined, "x".repeat(101), "x")];
        assert_eq!(correction_notes(&long).unwrap(), "1 corrections");
    }

    proptest! {
        #[test]
        fn notes_are_never_too_long(words in proptest::collection::vec("\\PC{1,60}", 0..12)) {
            let corrections: Vec<Correction> = words.iter().map(|word| Correction::new(CorrectionKind::Misread, word, word)).collect();
            let notes = correction_notes(&corrections);
            prop_assert_eq!(notes.is_none(), corrections.is_empty());
            prop_assert!(notes.is_none_or(|notes| notes.chars().count() <= MAX_NOTES_CHARS));
        }
    }
}
