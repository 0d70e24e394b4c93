//! What is edited, as written on the command line.

use std::str::FromStr;

use shelf_pages::Classification;
use shelf_pages::edits::{ParagraphAction, SplitPlace, Wanted};
use shelf_runtime::book::PageNumber;

/// `15/2/1=TEXT`: the text of a paragraph.
#[derive(Debug, Clone)]
pub(crate) struct TextTarget(pub(crate) PageNumber, pub(crate) Wanted);

/// `15/2/1=the end.|The next`: where a paragraph is split; `15/2` for the only one of a block.
#[derive(Debug, Clone)]
pub(crate) struct SplitTarget(pub(crate) PageNumber, pub(crate) Wanted);

/// `15/2/1`, or `15/2` for the only paragraph of a block: a paragraph that is joined or deleted.
#[derive(Debug, Clone)]
pub(crate) struct ParagraphTarget {
    page: PageNumber,
    block: u32,
    paragraph: Option<u32>,
}

/// `15/2=LABEL`: the label of a block.
#[derive(Debug, Clone)]
pub(crate) struct LabelTarget(pub(crate) PageNumber, pub(crate) Wanted);

/// `15=ix`: the printed number of a page.
#[derive(Debug, Clone)]
pub(crate) struct PageNumberTarget(pub(crate) PageNumber, pub(crate) Wanted);

/// `15`, `15/2/1` or the id of an edit: which edit is undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UndoTarget {
    /// The last edit of a page.
    Page(PageNumber),
    /// The last edit of a paragraph.
    Paragraph(PageNumber, u32, u32),
    /// The edit with this id.
    Edit(String),
}

impl FromStr for TextTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "PAGE/BLOCK/PARAGRAPH=TEXT, such as `15/2/1=The modern ship`";
        let (target, text) = split(text, expected)?;
        let [page, block, paragraph] = numbers(target, expected)?;
        Ok(Self(page_number(page, expected)?, Wanted::Text { block, paragraph, text: text.to_owned() }))
    }
}

impl FromStr for SplitTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "PAGE/BLOCK/PARAGRAPH=BEFORE|AFTER, such as `15/2/1=the end.|The next`";
        let (target, place) = split(text, expected)?;
        let ParagraphTarget { page, block, paragraph } = ParagraphTarget::parse(target, expected)?;
        let split = place.parse::<SplitPlace>().map_err(|_| format!("expected {expected}"))?;
        Ok(Self(page, Wanted::Split { block, paragraph, split }))
    }
}

impl FromStr for ParagraphTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, "PAGE/BLOCK/PARAGRAPH, such as `15/2/1`; `15/2` for the only paragraph of a block")
    }
}

impl ParagraphTarget {
    fn parse(text: &str, expected: &str) -> Result<Self, String> {
        let (page, block, paragraph) = if let Ok([page, block, paragraph]) = numbers(text, expected) {
            (page, block, Some(paragraph))
        } else {
            let [page, block] = numbers(text, expected)?;
            (page, block, None)
        };
        Ok(Self { page: page_number(page, expected)?, block, paragraph })
    }

    /// What is wanted of its page.
    pub(crate) fn wanted(&self, action: ParagraphAction) -> (PageNumber, Wanted) {
        let Self { page, block, paragraph } = *self;
        (page, Wanted::Paragraph { block, paragraph, action })
    }
}

impl FromStr for LabelTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "PAGE/BLOCK=LABEL, such as `15/2=FOOTNOTE`";
        let (target, label) = split(text, expected)?;
        let [page, block] = numbers(target, expected)?;
        Ok(Self(page_number(page, expected)?, Wanted::Label { block, label: Classification::parse(label)? }))
    }
}

impl FromStr for PageNumberTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "PAGE=NUMBER, such as `15=ix`; `15=` if no number is printed";
        let (target, number) = split(text, expected)?;
        let [page] = numbers(target, expected)?;
        let page_number_printed = Some(number.trim()).filter(|number| !number.is_empty()).map(ToOwned::to_owned);
        Ok(Self(page_number(page, expected)?, Wanted::PageNumber { page_number: page_number_printed }))
    }
}

impl FromStr for UndoTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "PAGE, PAGE/BLOCK/PARAGRAPH, or the id of an edit from `--list`";
        if let Ok([page]) = numbers(text, expected)
            && let Some(page) = PageNumber::new(page)
        {
            return Ok(Self::Page(page));
        }
        if let Ok([page, block, paragraph]) = numbers(text, expected) {
            return Ok(Self::Paragraph(page_number(page, expected)?, block, paragraph));
        }
        if text.is_empty() || text.contains('/') {
            return Err(format!("expected {expected}"));
        }
        Ok(Self::Edit(text.to_owned()))
    }
}

fn split<'t>(text: &'t str, expected: &str) -> Result<(&'t str, &'t str), String> {
    text.split_once('=').ok_or_else(|| format!("expected {expected}"))
}

fn numbers<const N: usize>(text: &str, expected: &str) -> Result<[u32; N], String> {
    let numbers: Option<Vec<u32>> = text.split('/').map(|part| part.trim().parse().ok()).collect();
    numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(|| format!("expected {expected}"))
}

fn page_number(page: u32, expected: &str) -> Result<PageNumber, String> {
    PageNumber::new(page).ok_or_else(|| format!("pages are counted from 1; expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read() {
        let TextTarget(page, wanted) = "15/2/1=a = b".parse().unwrap();
        assert_eq!(page.get(), 15);
        assert_eq!(wanted, Wanted::Text { block: 2, paragraph: 1, text: "a = b".to_owned() });
        let LabelTarget(_, wanted) = "15/2=footnote".parse().unwrap();
        assert_eq!(wanted, Wanted::Label { block: 2, label: Classification::Footnote });
        let PageNumberTarget(_, wanted) = "15=".parse().unwrap();
        assert_eq!(wanted, Wanted::PageNumber { page_number: None });
        let page = PageNumber::new(15).unwrap();
        let SplitTarget(_, wanted) = "15/2=the end.|The next".parse().unwrap();
        let split = SplitPlace { before: "the end.".to_owned(), after: "The next".to_owned() };
        assert_eq!(wanted, Wanted::Split { block: 2, paragraph: None, split });
        let joined = "15/2/3".parse::<ParagraphTarget>().unwrap().wanted(ParagraphAction::Join);
        assert_eq!(joined, (page, Wanted::Paragraph { block: 2, paragraph: Some(3), action: ParagraphAction::Join }));
        assert_eq!("15".parse(), Ok(UndoTarget::Page(page)));
        assert_eq!("15/2/1".parse(), Ok(UndoTarget::Paragraph(page, 2, 1)));
        assert_eq!("20261128T160000000000Z".parse(), Ok(UndoTarget::Edit("20261128T160000000000Z".to_owned())));
    }

    #[test]
    fn errors_show_what_is_expected() {
        assert_eq!(
            "15/2=x".parse::<TextTarget>().unwrap_err(),
            "expected PAGE/BLOCK/PARAGRAPH=TEXT, such as `15/2/1=The modern ship`"
        );
        assert_eq!(
            "15/2=The".parse::<SplitTarget>().unwrap_err(),
            "expected PAGE/BLOCK/PARAGRAPH=BEFORE|AFTER, such as `15/2/1=the end.|The next`"
        );
        assert!("15".parse::<ParagraphTarget>().unwrap_err().starts_with("expected PAGE/BLOCK/PARAGRAPH, such as"));
        assert!("15/2=NOTE".parse::<LabelTarget>().unwrap_err().starts_with("unknown label \"NOTE\"; the labels are "));
        assert!("0=ix".parse::<PageNumberTarget>().unwrap_err().starts_with("pages are counted from 1"));
    }
}
