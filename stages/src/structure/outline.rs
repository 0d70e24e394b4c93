//! The outline: one level for each kind of heading in the whole book.

use std::collections::BTreeMap;

use shelf::book::{format_roman, parse_roman};
use shelf_pages::{Element, ElementContent, HeadingKind, OutlineEntry, PageAnchor};

/// Number and title of a heading, each on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HeadingText {
    pub(super) number: Option<String>,
    pub(super) title: String,
}

/// The outline of the headings among `elements`; writes their levels into them.
pub(super) fn outline(
    elements: &mut [Element],
    texts: &BTreeMap<u32, HeadingText>,
    anchors: &[PageAnchor],
) -> Vec<OutlineEntry> {
    let kinds: Vec<HeadingKind> = elements.iter().filter_map(|element| kind_of(&element.content)).collect();
    let has_chapters = kinds.contains(&HeadingKind::Chapter);
    let has_parts = kinds.contains(&HeadingKind::Part) && has_chapters;
    let numbers = page_numbers(anchors);
    let mut outline: Vec<OutlineEntry> = Vec::new();
    for element in elements {
        let ElementContent::Heading { heading, level, .. } = &mut element.content else { continue };
        // Books without chapters in them are chapters themselves.
        if *heading == HeadingKind::Part && !has_chapters {
            *heading = HeadingKind::Chapter;
        }
        *level = match heading {
            HeadingKind::FrontMatter | HeadingKind::BackMatter | HeadingKind::Part => 1,
            HeadingKind::Chapter => 1 + u32::from(has_parts),
            HeadingKind::Section => 2 + u32::from(has_parts),
        };
        let text = texts.get(&element.id).cloned().unwrap_or_default();
        let before = outline.iter().rfind(|entry| entry.heading == *heading).and_then(|entry| entry.number.as_deref());
        let number = text.number.map(|number| heading_number(&number, before));
        outline.push(OutlineEntry {
            element: element.id,
            heading: *heading,
            level: *level,
            number,
            title: text.title,
            page: element.page,
            printed_page_number: numbers.get(&element.page).cloned(),
        });
    }
    outline
}

/// The number of a heading without the full stop. A roman numeral that was misread is corrected if it then follows the number `before`:
/// `CHAPTER 11,` after `CHAPTER I` is `CHAPTER II`.
fn heading_number(number: &str, before: Option<&str>) -> String {
    let number = number.trim_end_matches(['.', ',', ':', ';', ' ']);
    let numeral = |text: &str| text.split_whitespace().next_back().map(str::to_owned);
    let expected = before.and_then(numeral).and_then(|before| parse_roman(&before)).map(|before| before + 1);
    let (Some(found), Some(expected)) = (numeral(number), expected) else { return number.to_owned() };
    let as_roman: String = found
        .chars()
        .map(|c| match c {
            '1' | 'l' | 'i' | '|' | '!' | 'T' => 'I',
            'v' => 'V',
            'x' => 'X',
            other => other,
        })
        .collect();
    match parse_roman(&as_roman) {
        Some(value) if value == expected && parse_roman(&found) != Some(expected) => {
            format!("{}{as_roman}", &number[..number.len() - found.len()])
        }
        _ => number.to_owned(),
    }
}

fn kind_of(content: &ElementContent) -> Option<HeadingKind> {
    match content {
        ElementContent::Heading { heading, .. } => Some(*heading),
        _ => None,
    }
}

/// The printed numbers of pages, and those that follow from a neighbour: the first page of a chapter often has none.
fn page_numbers(anchors: &[PageAnchor]) -> BTreeMap<u32, String> {
    let printed: BTreeMap<u32, String> =
        anchors.iter().filter_map(|anchor| Some((anchor.page, anchor.printed_page_number.clone()?))).collect();
    let mut numbers = printed.clone();
    for anchor in anchors.iter().filter(|anchor| anchor.printed_page_number.is_none()) {
        let after = anchor.page.checked_add(1).and_then(|page| neighbour(printed.get(&page)?, -1));
        let before = anchor.page.checked_sub(1).and_then(|page| neighbour(printed.get(&page)?, 1));
        let implied = match (before, after) {
            (Some(before), Some(after)) => (before == after).then_some(after),
            (before, after) => after.or(before),
        };
        if let Some(implied) = implied {
            numbers.insert(anchor.page, implied);
        }
    }
    numbers
}

/// The number of the page before (-1) or after (1).
fn neighbour(number: &str, by: i32) -> Option<String> {
    if let Ok(arabic) = number.parse::<u32>() {
        return Some(arabic.checked_add_signed(by).filter(|number| *number > 0)?.to_string());
    }
    let roman = parse_roman(number)?.checked_add_signed(by).filter(|number| *number > 0)?;
    Some(format_roman(roman))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf_pages::Passage;

    fn headings(kinds: &[HeadingKind]) -> Vec<u32> {
        let heading = |(id, kind): (u32, &HeadingKind)| Element {
            id,
            page: id,
            content: ElementContent::Heading { heading: *kind, level: 1, number: None, title: Passage::default() },
        };
        let mut elements: Vec<Element> = (1..).zip(kinds).map(heading).collect();
        outline(&mut elements, &BTreeMap::new(), &[]).iter().map(|entry| entry.level).collect()
    }

    #[test]
    fn kinds_have_one_level_each() {
        use HeadingKind::{BackMatter, Chapter, FrontMatter, Part, Section};
        assert_eq!(headings(&[FrontMatter, Chapter, Section, Chapter, BackMatter]), [1, 1, 2, 1, 1]);
        assert_eq!(headings(&[FrontMatter, Part, Chapter, Section, Part, Chapter]), [1, 1, 2, 3, 1, 2]);
        assert_eq!(headings(&[Part, Section, Part]), [1, 2, 1]);
    }

    #[test]
    fn misread_number_of_a_chapter_is_corrected() {
        assert_eq!(heading_number("CHAPTER 11,", Some("CHAPTER I")), "CHAPTER II");
        assert_eq!(heading_number("CHAPTER IIT.", Some("CHAPTER II")), "CHAPTER III");
        assert_eq!(heading_number("CHAPTER 11.", Some("CHAPTER 10")), "CHAPTER 11");
        assert_eq!(heading_number("CHAPTER 11.", None), "CHAPTER 11");
    }

    #[test]
    fn pages_without_a_number_have_that_of_their_neighbours() {
        let anchor = |(page, number): (u32, &str)| PageAnchor {
            page,
            printed_page_number: Some(number.to_owned()).filter(|number| !number.is_empty()),
            region: None,
            excluded: Vec::new(),
        };
        let anchors: Vec<PageAnchor> =
            [(1, ""), (2, "iv"), (3, ""), (4, "1"), (5, ""), (6, "3"), (7, "")].map(anchor).to_vec();
        let numbers = page_numbers(&anchors);
        let shown: Vec<&str> = (1..=7).map(|page| numbers.get(&page).map_or("", String::as_str)).collect();
        assert_eq!(shown, ["iii", "iv", "v", "1", "2", "3", "4"]);
    }
}
