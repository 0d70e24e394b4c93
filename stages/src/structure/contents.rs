//! Compares the printed table of contents with the headings of the book.

use rapidfuzz::fuzz;
use shelf::book::parse_roman;
use shelf_pages::{ContentsEntry, HeadingKind, OutlineEntry};

/// Minimum similarity of an entry and a heading, 0..=1.
const MIN_SIMILARITY: f64 = 0.72;
/// The same if the page numbers agree as well.
const MIN_SIMILARITY_ON_PAGE: f64 = 0.5;

/// Gives each entry its heading, and returns what does not fit: entries without a heading, and chapters that are not listed.
pub(super) fn match_contents(entries: &mut [ContentsEntry], outline: &[OutlineEntry]) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut used: Vec<u32> = Vec::new();
    let mut from = 0;
    for entry in entries.iter_mut() {
        let candidates = outline.iter().enumerate().filter(|(_, heading)| !used.contains(&heading.element));
        // A heading is after the contents, and entries are in the order of headings.
        let scored = candidates.filter_map(|(at, heading)| {
            let is_after = heading.page >= entry.page;
            let score = score(entry, heading)? - if at < from { 0.1 } else { 0.0 };
            is_after.then_some((at, heading.element, score))
        });
        if let Some((at, element, _)) = scored.max_by(|a, b| a.2.total_cmp(&b.2)) {
            entry.heading = Some(element);
            used.push(element);
            from = at;
        }
    }
    // A list of illustrations and the like lists no headings.
    if used.is_empty() {
        return warnings;
    }
    for entry in entries.iter().filter(|entry| entry.heading.is_none() && entry.printed_page_number.is_some()) {
        let number = entry.printed_page_number.as_deref().unwrap_or_default();
        warnings.push(format!("contents entry “{}” (page {number}) has no heading in the text", entry.text));
    }
    let is_listed = |heading: &&OutlineEntry| used.contains(&heading.element);
    let is_division = |heading: &&OutlineEntry| matches!(heading.heading, HeadingKind::Part | HeadingKind::Chapter);
    for heading in outline.iter().filter(is_division).filter(|heading| !is_listed(heading)) {
        warnings.push(format!("“{}” (scan {}) is not in the printed table of contents", heading.label(), heading.page));
    }
    warnings
}

/// How well an entry fits a heading; `None` if it does not.
fn score(entry: &ContentsEntry, heading: &OutlineEntry) -> Option<f64> {
    let (number, title) = split_numeral(&entry.text);
    let similarity = [entry.text.as_str(), title]
        .into_iter()
        .flat_map(|text| [heading.label(), heading.title.clone()].map(|heading| similarity(text, &heading)))
        .fold(0.0, f64::max);
    let is_on_page = entry.printed_page_number.is_some() && entry.printed_page_number == heading.printed_page_number;
    let is_numbered = number.is_some() && heading.number.as_deref().and_then(last_numeral) == number;
    let min = if is_on_page { MIN_SIMILARITY_ON_PAGE } else { MIN_SIMILARITY };
    let agrees = similarity >= min || is_on_page && is_numbered;
    let bonus = |agrees: bool| if agrees { 0.2 } else { 0.0 };
    agrees.then(|| similarity + bonus(is_on_page) + bonus(is_numbered))
}

fn similarity(a: &str, b: &str) -> f64 {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (letters(a), letters(b));
    if a.len() < 2 || b.len() < 2 { 0.0 } else { fuzz::ratio(a, b) }
}

/// The numeral that an entry begins with, and the rest: `II. Of the Hyphen`, `Chapter 2. Of the Hyphen`.
fn split_numeral(text: &str) -> (Option<u32>, &str) {
    let mut rest = text.trim();
    if let Some((word, after)) = rest.split_once(char::is_whitespace)
        && crate::pagination::is_division(word)
    {
        rest = after.trim_start();
    }
    let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match numeral(word) {
        Some(number) if !after.is_empty() => (Some(number), after.trim_start_matches(['—', '-', '.', ' '])),
        number => (number, rest),
    }
}

fn last_numeral(text: &str) -> Option<u32> {
    text.split_whitespace().next_back().and_then(numeral)
}

fn numeral(word: &str) -> Option<u32> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    bare.parse().ok().or_else(|| parse_roman(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str, number: &str) -> ContentsEntry {
        let printed_page_number = Some(number.to_owned()).filter(|number| !number.is_empty());
        ContentsEntry { page: 3, text: text.to_owned(), printed_page_number, heading: None }
    }

    fn heading(element: u32, number: &str, title: &str, printed: &str) -> OutlineEntry {
        OutlineEntry {
            element,
            heading: HeadingKind::Chapter,
            level: 1,
            number: Some(number.to_owned()).filter(|number| !number.is_empty()),
            title: title.to_owned(),
            page: 4 + element,
            printed_page_number: Some(printed.to_owned()).filter(|number| !number.is_empty()),
        }
    }

    #[test]
    fn entries_are_matched_by_text_and_number() {
        let outline = [
            heading(1, "", "TO THE ENGING", "iv"),
            heading(2, "CHAPTER I.", "Of Shelves", "1"),
            heading(3, "CHAPTER II.", "0f tbe Hyplen", "4"),
        ];
        let mut entries = [entry("To the Engine", "iv"), entry("I. Of Shelves", ""), entry("II. Of the Hyphen", "4")];
        assert_eq!(match_contents(&mut entries, &outline), [""; 0]);
        assert_eq!(entries.map(|entry| entry.heading), [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn what_does_not_fit_is_a_warning() {
        let outline = [heading(1, "", "Of Shelves", "1"), heading(2, "", "The Moon", "9")];
        let mut entries = [entry("Of Shelves", "1"), entry("Of Chairs", "5")];
        let warnings = match_contents(&mut entries, &outline);
        assert_eq!(
            warnings,
            [
                "contents entry “Of Chairs” (page 5) has no heading in the text",
                "“The Moon” (scan 6) is not in the printed table of contents"
            ]
        );
        let mut plates = [entry("A View of Rome", "7")];
        assert_eq!(match_contents(&mut plates, &outline), [""; 0]);
    }
}
