//! From what somebody wants a page to say to the edits that are needed for it.

use std::str::FromStr;

use serde::Deserialize;

use super::EditChange;
use super::find::beginning;
use super::join::{may_continue_page, paragraph_before};
use super::words::{PlaceProblem, divided, place_between, words};
use crate::{Classification, MergedBlock, MergedPage, MergedParagraph, ParagraphStart};

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
    /// A paragraph split in two.
    Split {
        /// The block's number on the merged page.
        block: u32,
        /// The paragraph's number in the block; may be absent if it is the only one.
        paragraph: Option<u32>,
        /// Where.
        split: SplitPlace,
    },
    /// A paragraph joined with the one before it, or deleted.
    Paragraph {
        /// The block's number on the merged page.
        block: u32,
        /// The paragraph's number in the block; may be absent if it is the only one.
        paragraph: Option<u32>,
        /// What is done with it.
        action: ParagraphAction,
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

/// What is done with a whole paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParagraphAction {
    /// It goes on with the paragraph before it.
    Join,
    /// It is left out of the book.
    Delete,
}

/// A place in a paragraph, between words: `…the end.|The next…`. As many words are needed as make it the only such place; one side may be
/// empty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SplitPlace {
    /// The words before it.
    pub before: String,
    /// The words after it.
    pub after: String,
}

impl FromStr for SplitPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |text: &str| {
            let text = text.trim().trim_start_matches(['…', '.']).trim_end_matches('…');
            text.strip_suffix("...").unwrap_or(text).trim().to_owned()
        };
        let expected = || "expected the words before and after the place, such as `the end.|The next`".to_owned();
        let (before, after) = text.split_once('|').ok_or_else(expected)?;
        let place = Self { before: side(before), after: side(after) };
        if place.before.is_empty() && place.after.is_empty() { Err(expected()) } else { Ok(place) }
    }
}

impl TryFrom<String> for SplitPlace {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
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
    #[error("the text of {block}/{paragraph} is empty; to leave it out of the book, delete the paragraph")]
    Empty {
        /// The block.
        block: u32,
        /// The paragraph.
        paragraph: u32,
    },
    /// It is not known which paragraph is meant.
    #[error("block {block} has several paragraphs: {paragraphs}; name one, such as {block}/{first}")]
    Several {
        /// The block.
        block: u32,
        /// The number of the first.
        first: u32,
        /// Those that it has.
        paragraphs: String,
    },
    /// The words around a place are not in the paragraph, or are there more than once.
    #[error("{block}/{paragraph} has \"{place}\" {times}; expected once; it reads \"{text}\"")]
    NoPlace {
        /// The block.
        block: u32,
        /// The paragraph.
        paragraph: u32,
        /// The words.
        place: String,
        /// How often they are there.
        times: &'static str,
        /// The beginning of the paragraph.
        text: String,
    },
    /// A paragraph cannot be split after its last word.
    #[error("{block}/{paragraph} ends at this place; expected words after it")]
    AtEnd {
        /// The block.
        block: u32,
        /// The paragraph.
        paragraph: u32,
    },
    /// There is nothing that it can be joined with.
    #[error("the page has no paragraph before {block}/{paragraph} that it can be joined with: its label is {label}")]
    NothingBefore {
        /// The block.
        block: u32,
        /// The paragraph.
        paragraph: u32,
        /// Its label.
        label: String,
    },
}

/// The edit that makes a merged page say what is wanted; `None` if it does so already.
///
/// # Errors
/// The page does not have the block, paragraph or place, or the text is empty.
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
        Wanted::Split { block, paragraph, split } => {
            let of_block = block_of(page, *block)?;
            let found = &of_block.paragraphs[position(of_block, *paragraph)?];
            split_of(of_block.block_num, found, split)
        }
        Wanted::Paragraph { block, paragraph, action } => {
            let at = page.blocks.iter().position(|found| found.block_num == *block).unwrap_or_default();
            let of_block = block_of(page, *block)?;
            let nth = match (paragraph, action) {
                (None, ParagraphAction::Join) => 0,
                _ => position(of_block, *paragraph)?,
            };
            match action {
                ParagraphAction::Join => join_of(page, (at, nth)),
                ParagraphAction::Delete => {
                    let found = &of_block.paragraphs[nth];
                    let (block, paragraph, text) = (*block, found.par_num, found.text.clone());
                    let is_deleted = of_block.classification == Classification::OcrArtifact;
                    Ok((!is_deleted).then_some(EditChange::Delete { block, paragraph, text }))
                }
            }
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

/// The edit that splits a paragraph; `None` if it begins there already.
fn split_of(block: u32, found: &MergedParagraph, place: &SplitPlace) -> Result<Option<EditChange>, ChangeError> {
    let paragraph = found.par_num;
    let (text, before, after) = (words(&found.text), words(&place.before), words(&place.after));
    let at = place_between(&text, &before, &after).map_err(|problem| ChangeError::NoPlace {
        block,
        paragraph,
        place: [place.before.as_str(), place.after.as_str()].join(" ").trim().to_owned(),
        times: match problem {
            PlaceProblem::Missing => "nowhere",
            PlaceProblem::Repeated => "more than once",
        },
        text: beginning(&found.text),
    })?;
    if at == text.len() {
        return Err(ChangeError::AtEnd { block, paragraph });
    }
    let (before, after) = divided(&found.text, at);
    let begins_already = at == 0 && found.start == Some(ParagraphStart::New);
    let edit = EditChange::Split { block, paragraph, before: before.to_owned(), after: after.to_owned() };
    Ok((!begins_already).then_some(edit))
}

/// The edit that joins a paragraph with the one before it; `None` if it is joined already.
fn join_of(page: &MergedPage, at: (usize, usize)) -> Result<Option<EditChange>, ChangeError> {
    let of_block = &page.blocks[at.0];
    let found = &of_block.paragraphs[at.1];
    let (block, paragraph, label) = (of_block.block_num, found.par_num, of_block.classification);
    let before = paragraph_before(&page.blocks, at).map(|(b, p)| page.blocks[b].paragraphs[p].text.clone());
    if !label.joins(label) || before.is_none() && !may_continue_page(label) {
        return Err(ChangeError::NothingBefore { block, paragraph, label: label.name() });
    }
    let edit = EditChange::Join { block, paragraph, text: found.text.clone(), previous: before };
    Ok((found.start != Some(ParagraphStart::Joined)).then_some(edit))
}

/// The index of a paragraph in its block; without a number, of the only one.
fn position(block: &MergedBlock, paragraph: Option<u32>) -> Result<usize, ChangeError> {
    match (paragraph, block.paragraphs.as_slice()) {
        (Some(number), all) => {
            all.iter().position(|found| found.par_num == number).ok_or_else(|| no_paragraph(block, number))
        }
        (None, [first, _, ..]) => Err(ChangeError::Several {
            block: block.block_num,
            first: first.par_num,
            paragraphs: listed(block.paragraphs.iter().map(|found| found.par_num)),
        }),
        (None, _) => Ok(0),
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
        let split = SplitPlace { before: "the end.".to_owned(), after: "The next".to_owned() };
        assert_eq!(
            wanted(r#"{ "block": 2, "paragraph": 1, "split": "…the end.|The next…" }"#),
            Wanted::Split { block: 2, paragraph: Some(1), split }
        );
        assert_eq!(
            wanted(r#"{ "block": 2, "action": "join" }"#),
            Wanted::Paragraph { block: 2, paragraph: None, action: ParagraphAction::Join }
        );
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

    fn changed(page: &MergedPage, wanted: &Wanted) -> Result<Option<EditChange>, String> {
        change(page, wanted).map_err(|error| error.to_string())
    }

    #[test]
    fn a_place_to_split_is_given_by_the_words_around_it() {
        let page = TestPage::new("It was so. The ship\nsailed. The ship came back.").merged();
        let split =
            |place: &str| changed(&page, &Wanted::Split { block: 1, paragraph: None, split: place.parse().unwrap() });
        let edit = |before: &str, after: &str| {
            Ok(Some(EditChange::Split { block: 1, paragraph: 1, before: before.to_owned(), after: after.to_owned() }))
        };
        let expected = edit("It was so.", "The ship\nsailed. The ship came back.");
        assert_eq!(split("… so. | The …"), expected);
        assert_eq!(split("was so.|"), expected);
        assert_eq!(split("|The ship came..."), edit("It was so. The ship\nsailed.", "The ship came back."));
        assert_eq!(split("|It was"), edit("", "It was so. The ship\nsailed. The ship came back."));
        let reads = "it reads \"It was so. The ship sailed. The ship came back.\"";
        assert_eq!(split("|The ship"), Err(format!("1/1 has \"The ship\" more than once; expected once; {reads}")));
        assert_eq!(split("so.|A"), Err(format!("1/1 has \"so. A\" nowhere; expected once; {reads}")));
        assert_eq!(split("back.|"), Err("1/1 ends at this place; expected words after it".to_owned()));
        assert!("so. The".parse::<SplitPlace>().is_err() && "…|…".parse::<SplitPlace>().is_err());
    }

    #[test]
    fn paragraphs_are_joined_and_deleted() {
        let page = TestPage::new("* A note\n\nIt was said\n\nthat a ship").label(1, Classification::Footnote).merged();
        let wanted = |block, action| changed(&page, &Wanted::Paragraph { block, paragraph: None, action });
        let join = |block, text: &str, previous: Option<&str>| {
            let previous = previous.map(ToOwned::to_owned);
            Ok(Some(EditChange::Join { block, paragraph: 1, text: text.to_owned(), previous }))
        };
        assert_eq!(wanted(3, ParagraphAction::Join), join(3, "that a ship", Some("It was said")));
        assert_eq!(wanted(2, ParagraphAction::Join), join(2, "It was said", None), "with the page before");
        assert_eq!(
            wanted(1, ParagraphAction::Join),
            Err("the page has no paragraph before 1/1 that it can be joined with: its label is FOOTNOTE".to_owned())
        );
        assert_eq!(
            wanted(1, ParagraphAction::Delete),
            Ok(Some(EditChange::Delete { block: 1, paragraph: 1, text: "* A note".to_owned() }))
        );
    }

    #[test]
    fn a_block_of_several_paragraphs_needs_the_number_of_one() {
        let mut page = page();
        let second = MergedParagraph { par_num: 2, ..page.blocks[0].paragraphs[0].clone() };
        page.blocks[0].paragraphs.push(second);
        let delete = Wanted::Paragraph { block: 1, paragraph: None, action: ParagraphAction::Delete };
        assert_eq!(changed(&page, &delete).unwrap_err(), "block 1 has several paragraphs: 1, 2; name one, such as 1/1");
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
