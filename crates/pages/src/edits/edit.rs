use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Classification;

/// Something that a person, or a program in the name of one, knows about a page.
///
/// ```
/// use shelf_pages::edits::Edit;
///
/// let edit: Edit = serde_json::from_str(
///     r#"{ "concerns": "text", "block": 2, "paragraph": 1, "before": "The modem ship", "after": "The modern ship",
///          "by": "anna", "when": "2026-11-28T16:00:00Z", "why": "as on the scan" }"#,
/// )?;
/// assert_eq!(edit.by, "anna");
/// assert_eq!(edit.change.to_string(), "text of 2/1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What it changes.
    #[serde(flatten)]
    pub change: EditChange,
    /// Who made it.
    pub by: String,
    /// When.
    pub when: Timestamp,
    /// Why, if somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What an edit changes on its page. The page is in the name of the edit's file, so that the file moves with its page unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "concerns", rename_all = "snake_case")]
pub enum EditChange {
    /// The text of a paragraph.
    Text {
        /// The block's number on the merged page.
        block: u32,
        /// The paragraph's number in the block.
        paragraph: u32,
        /// The text that was edited.
        before: String,
        /// The text as it should be.
        after: String,
    },
    /// The label of a block.
    Label {
        /// The block's number on the merged page.
        block: u32,
        /// The block's text without edits, by which it is found again.
        text: String,
        /// The label that was changed.
        before: Classification,
        /// The label as it should be.
        after: Classification,
    },
    /// A paragraph that goes on with the one before it.
    Join {
        /// The block's number on the merged page.
        block: u32,
        /// The paragraph's number in the block.
        paragraph: u32,
        /// Its text.
        text: String,
        /// The text of the paragraph before it; none if that is on the page before.
        previous: Option<String>,
    },
    /// A paragraph that is two.
    Split {
        /// The block's number on the merged page.
        block: u32,
        /// The paragraph's number in the block.
        paragraph: u32,
        /// The text before the place; empty if the paragraph begins a new one, instead of continuing the one before it.
        before: String,
        /// The text after it.
        after: String,
    },
    /// A paragraph that does not belong to the book.
    Delete {
        /// The block's number on the merged page.
        block: u32,
        /// The paragraph's number in the block.
        paragraph: u32,
        /// Its text.
        text: String,
    },
    /// The printed page number.
    PageNumber {
        /// The number that was changed; none if the page had none.
        before: Option<String>,
        /// The number as it should be; none if the page has none.
        after: Option<String>,
    },
    /// A correction that was proposed and rejected, so that nobody is asked about it again. It changes nothing.
    Rejected {
        /// The block's number in `ocr`.
        block: u32,
        /// The paragraph's number in the block.
        paragraph: u32,
        /// The words that stay.
        read: String,
        /// The words that were rejected.
        proposed: String,
    },
    /// A page that was flagged and is right as it is, so that nobody is asked about it again. It changes nothing.
    Checked {
        /// The stage whose report flagged it.
        stage: String,
        /// Why it was flagged.
        flags: Vec<String>,
    },
}

/// An edit with the name of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEdit {
    /// The name of its file without the page and without `.json`: edits of a page in the order of their ids are the oldest first.
    pub id: String,
    /// The edit.
    pub edit: Edit,
}

impl EditChange {
    /// The kinds, as in the files.
    pub const KINDS: [&'static str; 8] =
        ["text", "label", "join", "split", "delete", "page_number", "rejected", "checked"];

    /// Whether it changes the page, rather than only being remembered.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        !matches!(self, Self::Rejected { .. } | Self::Checked { .. })
    }

    /// The numbers of the block and the paragraph that it changes, if it changes one.
    #[must_use]
    pub fn paragraph(&self) -> Option<(u32, u32)> {
        match self {
            Self::Text { block, paragraph, .. }
            | Self::Join { block, paragraph, .. }
            | Self::Split { block, paragraph, .. }
            | Self::Delete { block, paragraph, .. } => Some((*block, *paragraph)),
            Self::Label { .. } | Self::PageNumber { .. } | Self::Rejected { .. } | Self::Checked { .. } => None,
        }
    }
}

/// What it concerns: `text of 2/1`.
impl fmt::Display for EditChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { block, paragraph, .. } => write!(f, "text of {block}/{paragraph}"),
            Self::Label { block, .. } => write!(f, "label of {block}"),
            Self::Join { block, paragraph, .. } => write!(f, "join of {block}/{paragraph}"),
            Self::Split { block, paragraph, .. } => write!(f, "split of {block}/{paragraph}"),
            Self::Delete { block, paragraph, .. } => write!(f, "deletion of {block}/{paragraph}"),
            Self::PageNumber { .. } => f.write_str("page number"),
            Self::Rejected { block, paragraph, .. } => write!(f, "rejected correction of {block}/{paragraph}"),
            Self::Checked { stage, .. } => write!(f, "flag of {stage}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::EditChange;

    fn problem<T: DeserializeOwned>(value: serde_json::Value) -> Option<String> {
        serde_json::from_value::<T>(value).err().map(|error| error.to_string())
    }

    #[test]
    fn the_kinds_are_those_that_can_be_read() {
        let unknown = problem::<EditChange>(json!({ "concerns": "move" })).unwrap();
        let expected: Vec<String> = EditChange::KINDS.iter().map(|kind| format!("`{kind}`")).collect();
        assert_eq!(unknown, format!("unknown variant `move`, expected one of {}", expected.join(", ")));
    }
}
