use super::super::MAX_NOTES_CHARS;

/// One thing that was mended in a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// What kind of thing.
    pub kind: Kind,
    /// As it was read.
    pub read: String,
    /// As it is now; empty for what was taken out.
    pub mended: String,
}

/// What kind of thing was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A word that a line end parts was put together without the hyphen.
    Joined,
    /// A word that a line end parts was put together with its hyphen.
    Kept,
    /// A word in pieces was put together.
    Whole,
    /// Letters were misread.
    Misread,
    /// Words that ran together were parted.
    Apart,
    /// A quote, dash, ligature, punctuation mark or space was mended.
    PageNumberCandidate,
    /// A speck that was read as a mark was taken out.
    Speck,
    /// Something was missing. No rule adds anything.
    Added,
}

impl Correction {
    /// A correction of this kind.
    #[must_use]
    pub fn new(kind: Kind, read: impl Into<String>, mended: impl Into<String>) -> Self {
        Self { kind, read: read.into(), mended: mended.into() }
    }

    fn note(&self) -> String {
        match self.kind {
            Kind::Joined => format!("joined {}", self.read),
            Kind::Kept => format!("kept {}", self.mended),
            Kind::Speck => format!("dropped {}", self.read),
            Kind::Added => format!("added {}", self.mended),
            Kind::Whole | Kind::Misread | Kind::Apart | Kind::PageNumberCandidate => {
                format!("{} → {}", self.read, self.mended)
            }
        }
    }
}

/// What was corrected in a paragraph, in at most [`MAX_NOTES_CHARS`] characters; none where nothing was.
pub(in crate::corrected) fn notes_of(corrections: &[Correction]) -> Option<String> {
    let mut notes = String::new();
    for (at, correction) in corrections.iter().enumerate() {
        let separator = if notes.is_empty() { "" } else { "; " };
        let longer = format!("{notes}{separator}{}", correction.note());
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
    fn notes_say_what_was_done() {
        let corrections = [
            Correction::new(Kind::Joined, "cam-paign", "campaign"),
            Correction::new(Kind::Misread, "tbe", "the"),
            Correction::new(Kind::Speck, "~", ""),
        ];
        assert_eq!(notes_of(&corrections).unwrap(), "joined cam-paign; tbe → the; dropped ~");
        assert_eq!(notes_of(&[]), None);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let many = vec![Correction::new(Kind::Misread, "expcdition", "expedition"); 9];
        let notes = notes_of(&many).unwrap();
        assert!(notes.ends_with("expcdition → expedition; 6 more"), "{notes}");
        let long = [Correction::new(Kind::Joined, "x".repeat(101), "x")];
        assert_eq!(notes_of(&long).unwrap(), "1 corrections");
    }

    proptest! {
        #[test]
        fn notes_are_never_too_long(words in proptest::collection::vec("\\PC{1,60}", 0..12)) {
            let corrections: Vec<Correction> = words.iter().map(|word| Correction::new(Kind::Misread, word, word)).collect();
            let notes = notes_of(&corrections);
            prop_assert_eq!(notes.is_none(), corrections.is_empty());
            prop_assert!(notes.is_none_or(|notes| notes.chars().count() <= MAX_NOTES_CHARS));
        }
    }
}
