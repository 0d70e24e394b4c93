//! From what somebody wants a page to say to the edits that are needed for it.

use serde::Deserialize;

use super::EditChange;
use crate::{Classification, MergedBlock, MergedPage};

/// Something that a merged page should say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    /// The text of a paragraph.
    Text {
        /// The block's number on the merged page.
        block: u32,
        /// The paragraph's number in the block.
        paragraph: u32,
        /// The text.
        text: String,
    },
    /// The label of a block.
    Label {
        /// The block's number on the merged page.
        block: u32,
        /// The label.
        label: Classification,
    },
    /// The printed page number.
    PageNumber {
        /// The number; none if the page has none.
        #[serde(deserialize_with = "nullable")]
        page_number: Option<String>,
    },
}

/// Without it, an untagged variant whose only field is optional matches anything.
fn nullable<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// Why a page cannot be changed as wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// It has no such block.
    #[error("the page has no block {block}; its blocks are {blocks}")]
    NoBlock {
        /// The block.
        block: u32,
        /// Those that it has.
        blocks: String,
    },
    /// The block has no such paragraph.
    #[error("block {block} has no paragraph {paragraph}; its paragraphs are {paragraphs}")]
    NoParagraph {
        /// The block.
        block: u32,
        /// The paragraph.
        paragraph: u32,
        /// Those that it has.
        paragraphs: String,
    },
    /// A paragraph cannot be empty.
    #[error("the text of {block}/{paragraph} is empty; to leave a text out of the book, label its block OCR_ARTIFACT")]
    Empty {
        /// The block.
        block: u32,
        /// The paragraph.
        paragraph: u32,
    },
}

/// The edit that makes a merged page say what is wanted; `None` if it does so already.
///
/// # Errors
/// The page has no such block or paragraph, or the text is empty.
pub fn change(page: &MergedPage, wanted: &Wanted) -> Result<Option<EditChange>, ChangeError> {
    match wanted {
        Wanted::Text { block, paragraph, text } => {
            let (block, paragraph) = (*block, *paragraph);
            let of_block = block_of(page, block)?;
            let found = of_block.paragraphs.iter().find(|found| found.par_num == paragraph);
            let before = &found.ok_or_else(|| no_paragraph(of_block, paragraph))?.text;
            let after = cleaned(text);
            if after.is_empty() {
                return Err(ChangeError::Empty { block, paragraph });
            }
            let edit = EditChange::Text { block, paragraph, before: before.clone(), after };
            Ok(Some(edit).filter(|_| cleaned(before) != cleaned(text)))
        }
        Wanted::Label { block, label } => {
            let of_block = block_of(page, *block)?;
            let (before, after) = (of_block.classification, *label);
            let edit = EditChange::Label { block: *block, text: of_block.text_before_edits(), before, after };
            Ok(Some(edit).filter(|_| before != after))
        }
        Wanted::PageNumber { page_number } => {
            let after = page_number.as_deref().map(str::trim).filter(|number| !number.is_empty()).map(str::to_owned);
            let before = page.printed_page_number.clone();
            Ok((before != after).then_some(EditChange::PageNumber { before, after }))
        }
    }
}

/// What is wanted so that `page` says what `wanted` says: texts, labels and the page number. `None` if other things differ, so that edits cannot
/// express the difference.
#[must_use]
pub fn difference(page: &MergedPage, wanted: &MergedPage) -> Option<Vec<Wanted>> {
    let mut found = Vec::new();
    if page.blocks.len() != wanted.blocks.len() {
        return None;
    }
    for (block, now) in page.blocks.iter().zip(&wanted.blocks) {
        if block.block_num != now.block_num || block.paragraphs.len() != now.paragraphs.len() {
            return None;
        }
        if block.classification != now.classification {
            found.push(Wanted::Label { block: block.block_num, label: now.classification });
        }
        for (paragraph, now) in block.paragraphs.iter().zip(&now.paragraphs) {
            if paragraph.par_num != now.par_num {
                return None;
            }
            if paragraph.text != now.text {
                let (block, paragraph, text) = (block.block_num, paragraph.par_num, now.text.clone());
                found.push(Wanted::Text { block, paragraph, text });
            }
        }
    }
    if page.printed_page_number != wanted.printed_page_number {
        found.push(Wanted::PageNumber { page_number: wanted.printed_page_number.clone() });
    }
    Some(found)
}

fn block_of(page: &MergedPage, number: u32) -> Result<&MergedBlock, ChangeError> {
    let found = page.blocks.iter().find(|block| block.block_num == number);
    found.ok_or_else(|| {
        let blocks = listed(page.blocks.iter().map(|block| block.block_num));
        ChangeError::NoBlock { block: number, blocks }
    })
}

fn no_paragraph(block: &MergedBlock, paragraph: u32) -> ChangeError {
    let paragraphs = listed(block.paragraphs.iter().map(|found| found.par_num));
    ChangeError::NoParagraph { block: block.block_num, paragraph, paragraphs }
}

fn listed(numbers: impl Iterator<Item = u32>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") }
}

/// A text without white space at the ends of its lines and around it.
pub(super) fn cleaned(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPage;

    fn page() -> MergedPage {
        TestPage::new("The modem ship").merged()
    }

    fn wanted(json: &str) -> Wanted {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_other_programs_want_is_read_from_json() {
        assert_eq!(
            wanted(r#"{ "block": 2, "paragraph": 1, "text": "x" }"#),
            Wanted::Text { block: 2, paragraph: 1, text: "x".to_owned() }
        );
        let label = Classification::Footnote;
        assert_eq!(wanted(r#"{ "block": 2, "label": "FOOTNOTE" }"#), Wanted::Label { block: 2, label });
        assert_eq!(wanted(r#"{ "page_number": null }"#), Wanted::PageNumber { page_number: None });
        assert!(serde_json::from_str::<Wanted>(r#"{ "block": 2 }"#).is_err());
    }

    #[test]
    fn what_the_page_says_already_is_no_edit() {
        let text = |text: &str| Wanted::Text { block: 1, paragraph: 1, text: text.to_owned() };
        assert_eq!(change(&page(), &text("The modem ship \n")), Ok(None));
        let edit = change(&page(), &text("The modern ship")).unwrap().unwrap();
        assert_eq!(
            edit,
            EditChange::Text {
                block: 1,
                paragraph: 1,
                before: "The modem ship".to_owned(),
                after: "The modern ship".to_owned()
            }
        );
        assert_eq!(change(&page(), &Wanted::PageNumber { page_number: page().printed_page_number }), Ok(None));
    }

    #[test]
    fn errors_say_what_the_page_has() {
        let text = |block, paragraph, text: &str| Wanted::Text { block, paragraph, text: text.to_owned() };
        let error = |wanted| change(&page(), &wanted).unwrap_err().to_string();
        assert_eq!(error(text(7, 1, "x")), "the page has no block 7; its blocks are 1");
        assert_eq!(error(text(1, 7, "x")), "block 1 has no paragraph 7; its paragraphs are 1");
        assert!(error(text(1, 1, " ")).starts_with("the text of 1/1 is empty"));
    }

    #[test]
    fn the_difference_of_two_pages_is_what_makes_one_the_other() {
        let mut edited = page();
        edited.blocks[0].paragraphs[0].text = "The modern ship".to_owned();
        edited.blocks[0].classification = Classification::Footnote;
        edited.printed_page_number = Some("ix".to_owned());
        let wanted = difference(&page(), &edited).unwrap();
        assert_eq!(wanted.len(), 3);
        edited.blocks.clear();
        assert_eq!(difference(&page(), &edited), None);
    }
}
