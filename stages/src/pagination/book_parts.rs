use shelf_pages::{Matter, NumberingStyle, PageRegion};

use super::folio::Folio;
use super::page_features::PageFeatures;
use super::solver::SolvedNumber;

/// The part of the book that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BookPart {
    /// What its text is.
    pub matter: Matter,
    /// Its region of the book.
    pub region: PageRegion,
    /// Confidence in the region, 0..=1.
    pub confidence: f64,
}

/// Maximum length of a title page or dedication, words.
const MAX_SPARSE_PAGE_WORDS: usize = 130;

/// Maximum length of a copyright page, words.
const MAX_COPYRIGHT_PAGE_WORDS: usize = 300;

/// A title page is among this many scans at the front if the beginning of the text is unknown.
const MAX_TITLE_PAGE_SCANS: usize = 12;

/// Determines the part of the book that each page belongs to.
#[must_use]
pub fn book_parts(features: &[PageFeatures], solved: &[SolvedNumber]) -> Vec<BookPart> {
    let begins = first_text_page(features, solved);
    let back = first_back_matter_page(features, begins.unwrap_or(0));
    let mut matter = Matter::Text;
    let mut parts: Vec<BookPart> = Vec::new();
    for (at, features) in features.iter().enumerate() {
        let in_front = begins.is_some_and(|begins| at < begins);
        if begins == Some(at) || parts.last().is_some_and(|part| is_single_page(part.matter)) {
            matter = Matter::Text;
        }
        let contents_end =
            matter == Matter::TableOfContents && features.numbered_rows_ratio < MIN_CONTENTS_NUMBERED_RATIO;
        if contents_end || features.has_lowered_heading {
            matter = Matter::Text;
        }
        matter = match features.opened() {
            Some(Matter::Text) if in_front => matter,
            Some(opened) if opened.is_back() && back.is_none_or(|back| at < back) => matter,
            Some(opened) if opened.is_front() && !in_front && begins.is_some() => matter,
            Some(opened) => opened,
            None if matter != Matter::Text => matter,
            None => {
                let before = parts.last().map(|part| part.matter);
                let prose =
                    if in_front && features.words > MAX_SPARSE_PAGE_WORDS { Matter::Preface } else { Matter::Text };
                sparse_matter(features, before, at, begins).unwrap_or(prose)
            }
        };
        parts.push(book_part(features.running_head_matter.unwrap_or(matter), at, begins, back, &solved[at]));
    }
    parts
}

/// Minimum fraction of rows that end in numbers on a page of contents, 0..=1.
const MIN_CONTENTS_NUMBERED_RATIO: f64 = 0.3;

fn is_single_page(matter: Matter) -> bool {
    matches!(matter, Matter::TitlePage | Matter::Copyright | Matter::Dedication)
}

/// Index of the page on which the main text begins; `None` if nothing precedes it.
fn first_text_page(features: &[PageFeatures], solved: &[SolvedNumber]) -> Option<usize> {
    let after_roman = solved.iter().rposition(|solved| is_roman(solved) && solved.is_exact).map(|last| last + 1);
    let arabic_begins = after_roman.and_then(|from| {
        let arabic = |solved: &SolvedNumber| solved.folio.is_some_and(|folio| folio.style == NumberingStyle::Arabic);
        (from..solved.len()).find(|at| arabic(&solved[*at]))
    });
    let from = after_roman.unwrap_or(0);
    let chapter = (from..features.len()).find(|at| features[*at].opened() == Some(Matter::Text));
    let front_until = chapter.unwrap_or(features.len().min(MAX_TITLE_PAGE_SCANS));
    let front = (0..front_until).rev().find(|at| {
        let opens_front = features[*at].opened().is_some_and(Matter::is_front);
        opens_front || sparse_matter(&features[*at], None, *at, None).is_some()
    });
    arabic_begins
        .or(chapter.filter(|_| front.is_some() || after_roman.is_some()))
        .or(after_roman)
        .or(front.map(|last| last + 1))
}

/// Index of the first page of the back matter: it opens back matter in the second half of the text, and no chapter follows it.
fn first_back_matter_page(features: &[PageFeatures], begins: usize) -> Option<usize> {
    let last_chapter = features.iter().rposition(|features| features.opened() == Some(Matter::Text)).unwrap_or(0);
    let from = last_chapter.max(begins + (features.len() - begins) / 2);
    (from..features.len()).find(|at| features[*at].opened().is_some_and(Matter::is_back))
}

/// The part that a page with little text is: title page, copyright page or dedication.
fn sparse_matter(features: &PageFeatures, before: Option<Matter>, at: usize, begins: Option<usize>) -> Option<Matter> {
    let in_front = begins.map_or(at < MAX_TITLE_PAGE_SCANS, |begins| at < begins);
    if !in_front || features.rows == 0 || features.is_plate || features.words > MAX_COPYRIGHT_PAGE_WORDS {
        return None;
    }
    let follows_title_page = before == Some(Matter::TitlePage) && features.median_type_ratio < 0.95;
    if features.median_type_ratio < 1.15 && (features.mentions_rights || follows_title_page) {
        return Some(Matter::Copyright);
    }
    if features.words > MAX_SPARSE_PAGE_WORDS {
        return None;
    }
    if features.mentions_dedicatee && features.centred_ratio > 0.5 && features.largest_type_ratio < 1.8 {
        return Some(Matter::Dedication);
    }
    let is_first = before != Some(Matter::TitlePage);
    let min_type_ratio = if features.names_author_or_year && is_first { 1.1 } else { 1.5 };
    (features.largest_type_ratio >= min_type_ratio && features.centred_ratio >= 0.6).then_some(Matter::TitlePage)
}

fn is_roman(solved: &SolvedNumber) -> bool {
    solved.folio.is_some_and(|folio: Folio| folio.style == NumberingStyle::Roman)
}

fn book_part(matter: Matter, at: usize, begins: Option<usize>, back: Option<usize>, solved: &SolvedNumber) -> BookPart {
    let (region, confidence) = match (matter, begins) {
        (Matter::TableOfContents, _) => (PageRegion::TocArea, 0.9),
        _ if back.is_some_and(|back| at >= back) => (PageRegion::BackMatter, 0.85),
        (matter, _) if is_single_page(matter) => (PageRegion::FrontMatter, 0.85),
        (_, Some(begins)) if at < begins => (PageRegion::FrontMatter, if is_roman(solved) { 0.9 } else { 0.75 }),
        _ if solved.folio.is_some() && solved.agreeing_neighbours > 1 => {
            (PageRegion::Body, if begins.is_some() { 0.95 } else { 0.85 })
        }
        (_, Some(_)) => (PageRegion::Body, 0.75),
        _ if solved.is_exact => (PageRegion::Body, 0.6),
        _ => (PageRegion::Uncertain, 0.5),
    };
    BookPart { matter, region, confidence }
}

#[cfg(test)]
mod tests {
    use Matter as M;
    use PageRegion as R;

    use super::*;
    use crate::pagination::page_features::Opening;
    use crate::pagination::{Observation, PageNumberCandidate, PageNumberLocation, solve_page_numbers};

    fn text() -> PageFeatures {
        PageFeatures {
            words: 330,
            rows: 30,
            largest_type_ratio: 1.0,
            median_type_ratio: 1.0,
            ..PageFeatures::default()
        }
    }

    fn opening(matter: Matter) -> PageFeatures {
        PageFeatures { opening: Some(Opening { matter, row_index: 0 }), ..text() }
    }

    fn title() -> PageFeatures {
        PageFeatures {
            words: 12,
            rows: 4,
            largest_type_ratio: 2.5,
            median_type_ratio: 1.5,
            centred_ratio: 1.0,
            ..PageFeatures::default()
        }
    }

    fn found(pages: &[(PageFeatures, &str)]) -> Vec<(Matter, PageRegion)> {
        let candidate = |text: &&str| PageNumberCandidate {
            text: (*text).to_owned(),
            location: PageNumberLocation::Header,
            position_score: 1.0,
            confidence: 0.95,
        };
        let observations: Vec<Observation> = pages
            .iter()
            .map(|(_, text)| Observation {
                candidates: Some(text).filter(|text| !text.is_empty()).map(candidate).into_iter().collect(),
            })
            .collect();
        let features: Vec<PageFeatures> = pages.iter().map(|(features, _)| features.clone()).collect();
        book_parts(&features, &solve_page_numbers(&observations))
            .into_iter()
            .map(|part| (part.matter, part.region))
            .collect()
    }

    #[test]
    fn finds_front_matter_text_and_back_matter() {
        let small_print = PageFeatures {
            words: 60,
            rows: 8,
            largest_type_ratio: 1.2,
            median_type_ratio: 0.8,
            ..PageFeatures::default()
        };
        let contents = PageFeatures { numbered_rows_ratio: 0.8, ..opening(Matter::TableOfContents) };
        let entries = PageFeatures { numbered_rows_ratio: 0.9, ..text() };
        let pages = [
            (title(), ""),
            (small_print, ""),
            (contents, "iii"),
            (entries, "iv"),
            (opening(Matter::Preface), "v"),
            (text(), "vi"),
            (opening(Matter::Text), "1"),
            (text(), "2"),
            (text(), "3"),
            (opening(Matter::Text), "4"),
            (text(), "5"),
            (opening(Matter::Appendix), "6"),
            (opening(Matter::Index), "7"),
            (text(), "8"),
        ];
        assert_eq!(
            found(&pages),
            [
                (M::TitlePage, R::FrontMatter),
                (M::Copyright, R::FrontMatter),
                (M::TableOfContents, R::TocArea),
                (M::TableOfContents, R::TocArea),
                (M::Preface, R::FrontMatter),
                (M::Preface, R::FrontMatter),
                (M::Text, R::Body),
                (M::Text, R::Body),
                (M::Text, R::Body),
                (M::Text, R::Body),
                (M::Text, R::Body),
                (M::Appendix, R::BackMatter),
                (M::Index, R::BackMatter),
                (M::Index, R::BackMatter),
            ]
        );
    }

    #[test]
    fn title_page_in_small_type_names_the_author() {
        let small = PageFeatures { largest_type_ratio: 1.2, ..title() };
        let with_author = PageFeatures { names_author_or_year: true, ..small.clone() };
        for (page, matter) in [(small, Matter::Text), (with_author, Matter::TitlePage)] {
            let pages = [(page, ""), (text(), "ii"), (opening(Matter::Text), "1"), (text(), "2")];
            assert_eq!(found(&pages)[0].0, matter);
        }
    }

    #[test]
    fn plate_in_the_front_matter_is_not_a_title_page() {
        let plate = PageFeatures { is_plate: true, ..title() };
        let pages = [(plate.clone(), ""), (title(), ""), (plate, ""), (opening(Matter::Text), "1"), (text(), "2")];
        let matters: Vec<Matter> = found(&pages).into_iter().map(|(matter, _)| matter).collect();
        assert_eq!(matters, [M::Text, M::TitlePage, M::Text, M::Text, M::Text]);
    }

    #[test]
    fn excerpt_of_chapters_is_body() {
        let pages = [(opening(Matter::Text), "9"), (text(), "10"), (text(), "11"), (opening(Matter::Text), "12")];
        assert!(found(&pages).iter().all(|part| *part == (Matter::Text, PageRegion::Body)));
    }

    #[test]
    fn part_ends_where_another_begins() {
        let headed = PageFeatures { running_head_matter: Some(Matter::Introduction), ..text() };
        let heading = PageFeatures { has_lowered_heading: true, ..text() };
        let pages = [
            (opening(Matter::Introduction), "1"),
            (text(), "2"),
            (heading, "3"),
            (text(), "4"),
            (headed, "5"),
            (text(), "6"),
        ];
        let matters: Vec<Matter> = found(&pages).into_iter().map(|(matter, _)| matter).collect();
        assert_eq!(matters, [M::Introduction, M::Introduction, M::Text, M::Text, M::Introduction, M::Text]);
    }

    #[test]
    fn large_heading_within_the_text_is_not_a_title_page() {
        let mut pages = vec![(title(), ""), (opening(Matter::Text), "1")];
        pages.extend([(text(), "2"), (text(), "3"), (title(), ""), (text(), "5"), (text(), "6")]);
        assert_eq!(found(&pages)[4], (Matter::Text, PageRegion::Body));
    }

    #[test]
    fn page_without_evidence_is_uncertain() {
        assert_eq!(found(&[(text(), "")]), [(Matter::Text, PageRegion::Uncertain)]);
    }
}
