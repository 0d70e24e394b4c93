use std::fmt;

use shelf_runtime::page;
use shelf_runtime::stage::ParagraphId;

/// A correction that was proposed but is in doubt: the page keeps its text until a person decides.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The number of the block, as in `ocr`.
    pub block_num: u32,
    /// The number of the paragraph in the block, as in `ocr`.
    pub par_num: u32,
    /// The position in the paragraph's text: the number of words before it. Words are separated by white space.
    pub word: u32,
    /// The words in the paragraph's text, separated by spaces; empty if the proposal inserts words.
    pub read: String,
    /// The words proposed instead, separated by spaces; empty if the proposal deletes words.
    pub proposed: String,
    /// Why it is in doubt.
    pub doubt: ProposalDoubt,
    /// The model that proposed it; absent if that is the model that corrected the page (`model_used`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<String>,
}

/// Why a proposal is in doubt.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum ProposalDoubt {
    /// It changes a number.
    Number,
    /// It changes a name.
    Name,
    /// It changes a negation, such as `not` or `un-`.
    Negation,
    /// Both are words, and the word on the page was read with some confidence.
    BothAreWords,
    /// The proposed word is neither in the dictionary nor in the book.
    UnknownWord,
    /// The letters differ in a way that is not a known misreading.
    UnlikelyMisreading,
    /// The proposed words do not fit the width of the words on the page.
    Width,
    /// It inserts words where ink may be unread.
    Inserted,
    /// It deletes words that may be noise.
    Deleted,
    /// The model changed so much of the paragraph that nothing of it was accepted.
    ManyChanges,
}

impl Proposal {
    /// The paragraph that it concerns.
    #[must_use]
    pub fn paragraph(&self) -> ParagraphId {
        ParagraphId { block: self.block_num, paragraph: self.par_num }
    }

    /// The paragraph's text with the proposal applied; `None` if the words at its position are no longer those that were read.
    ///
    /// The white space around the words stays. A line break between the words that were read moves behind them.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let read: Vec<&str> = self.read.split_whitespace().collect();
        let first = self.word as usize;
        let behind = first.checked_add(read.len()).filter(|behind| *behind <= words.len())?;
        if words[first..behind] != read[..] {
            return None;
        }
        let start_of = |at: usize| words.get(at).map_or(text.trim_end().len(), |word| offset(text, word));
        let end_of = |at: usize| offset(text, words[at]) + words[at].len();
        let proposed = self.proposed.split_whitespace().collect::<Vec<_>>().join(" ");
        if read.is_empty() {
            let at = start_of(first);
            let (before, after) = if at == text.trim_end().len() { (" ", "") } else { ("", " ") };
            return (!proposed.is_empty()).then(|| [&text[..at], before, &proposed, after, &text[at..]].concat());
        }
        let (start, end) = (start_of(first), end_of(behind - 1));
        if proposed.is_empty() {
            // Without the words, the white space behind them goes, too.
            let rest = text[end..].trim_start();
            let kept = if rest.is_empty() { text[..start].trim_end() } else { &text[..start] };
            return Some([kept, rest].concat());
        }
        let line_break = if text[start..end].contains('\n') && !text[end..].starts_with('\n') { "\n" } else { "" };
        let rest = if line_break.is_empty() { &text[end..] } else { text[end..].trim_start() };
        let line_break = if rest.is_empty() { "" } else { line_break };
        Some([&text[..start], &proposed, line_break, rest].concat())
    }
}

fn offset(text: &str, word: &str) -> usize {
    word.as_ptr() as usize - text.as_ptr() as usize
}

impl fmt::Display for ProposalDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "changes a number",
            Self::Name => "changes a name",
            Self::Negation => "changes a negation",
            Self::BothAreWords => "both are words",
            Self::UnknownWord => "the proposed word is unknown",
            Self::UnlikelyMisreading => "not a known misreading",
            Self::Width => "does not fit the width of the word on the page",
            Self::Inserted => "inserts words",
            Self::Deleted => "deletes words",
            Self::ManyChanges => "one of many changes in the paragraph",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proposal(word: u32, read: &str, proposed: &str) -> Proposal {
        let (read, proposed) = (read.to_owned(), proposed.to_owned());
        let doubt = ProposalDoubt::BothAreWords;
        Proposal { block_num: 1, par_num: 0, word, read, proposed, doubt, proposed_by: None }
    }

    #[test]
    fn applies_to_the_words_at_its_position() {
        let text = "The modem cam-\npaign was\nmodem.";
        for (word, read, proposed, expected) in [
            (1, "modem", "modern", Some("The modern cam-\npaign was\nmodem.")),
            (4, "modem.", "modern.", None),
            (5, "modem.", "modern.", Some("The modem cam-\npaign was\nmodern.")),
            (2, "cam- paign", "campaign", Some("The modem campaign\nwas\nmodem.")),
            (1, "modem", "", Some("The cam-\npaign was\nmodem.")),
            (5, "modem.", "", Some("The modem cam-\npaign was")),
            (4, "", "not", Some("The modem cam-\npaign not was\nmodem.")),
            (6, "", "(End)", Some("The modem cam-\npaign was\nmodem. (End)")),
            (6, "modem.", "x", None),
            (7, "", "x", None),
            (0, "", "", None),
        ] {
            let changed = proposal(word, read, proposed).apply(text);
            assert_eq!(changed.as_deref(), expected, "{word} {read} → {proposed}");
        }
    }

    #[test]
    fn doubts_are_written_in_snake_case() {
        let json = serde_json::to_value(proposal(3, "tbe", "the")).unwrap();
        assert_eq!((&json["doubt"], json.get("proposed_by")), (&"both_are_words".into(), None));
        assert_eq!(serde_json::from_value::<Proposal>(json).unwrap(), proposal(3, "tbe", "the"));
    }

    proptest! {
        #[test]
        fn changes_only_its_own_words(words in proptest::collection::vec("[a-z]{1,4}", 1..9), breaks in 0u32..512, first in 0usize..9, count in 0usize..4, new in proptest::collection::vec("[A-Z]{1,4}", 0..3)) {
            let mut text = String::new();
            for (at, word) in words.iter().enumerate() {
                text.push_str(if at == 0 { "" } else if breaks >> at & 1 == 1 { "\n" } else { " " });
                text.push_str(word);
            }
            let first = first.min(words.len());
            let behind = (first + count).min(words.len());
            let changed = proposal(first as u32, &words[first..behind].join(" "), &new.join(" ")).apply(&text);
            prop_assume!(first < behind || !new.is_empty());
            let mut expected = words.clone();
            expected.splice(first..behind, new);
            let changed = changed.unwrap();
            prop_assert_eq!(changed.split_whitespace().collect::<Vec<_>>(), expected);
        }
    }
}
