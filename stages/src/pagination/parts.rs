use super::folio::Folio;
use super::glance::Glance;
use super::matter::Matter;
use super::numbering::{NumberingStyle, PageRegion};
use super::solve::Solved;

/// The part of a book that a page is in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// What its text belongs to.
    pub matter: Matter,
    /// Where in the book it is.
    pub region: PageRegion,
    /// How sure that is, 0..=1.
    pub confidence: f64,
}

/// A title page and a dedication have no more words than this.
const WORDS_OF_A_SPARSE_PAGE: usize = 130;

/// The back of a title page has no more words than this.
const WORDS_OF_A_COPYRIGHT_PAGE: usize = 300;

/// A title page is no further from the front than this, where nothing says where the text begins.
const LEAVES_BEFORE_A_TITLE: usize = 12;

/// Finds the part of every page.
#[must_use]
pub fn parts(glances: &[Glance], solved: &[Solved]) -> Vec<Part> {
    let begins = text_begins(glances, solved);
    let back = back_begins(glances, begins.unwrap_or(0));
    let mut matter = Matter::Text;
    let mut parts: Vec<Part> = Vec::new();
    for (at, glance) in glances.iter().enumerate() {
        let in_front = begins.is_some_and(|begins| at < begins);
        if begins == Some(at) || parts.last().is_some_and(|part| is_of_one_page(part.matter)) {
            matter = Matter::Text;
        }
        let contents_end = matter == Matter::TableOfContents && glance.end_in_numbers < ENTRIES;
        if contents_end || glance.has_sunken_heading {
            matter = Matter::Text;
        }
        matter = match glance.opened() {
            Some(Matter::Text) if in_front => matter,
            Some(opened) if opened.is_back() && back.is_none_or(|back| at < back) => matter,
            Some(opened) if opened.is_front() && !in_front && begins.is_some() => matter,
            Some(opened) => opened,
            None if matter != Matter::Text => matter,
            None => {
                let before = parts.last().map(|part| part.matter);
                let prose =
                    if in_front && glance.words > WORDS_OF_A_SPARSE_PAGE { Matter::Preface } else { Matter::Text };
                sparse_matter(glance, before, at, begins).unwrap_or(prose)
            }
        };
        parts.push(part(glance.headed.unwrap_or(matter), at, begins, back, &solved[at]));
    }
    parts
}

/// So many rows of a page of contents end in numbers, 0..=1, at least.
const ENTRIES: f64 = 0.3;

fn is_of_one_page(matter: Matter) -> bool {
    matches!(matter, Matter::TitlePage | Matter::Copyright | Matter::Dedication)
}

/// The page on which the book's own text begins; none where nothing stands before it.
fn text_begins(glances: &[Glance], solved: &[Solved]) -> Option<usize> {
    let after_roman = solved.iter().rposition(|solved| is_roman(solved) && solved.as_read).map(|last| last + 1);
    let arabic_begins = after_roman.and_then(|from| {
        let arabic = |solved: &Solved| solved.folio.is_some_and(|folio| folio.style == NumberingStyle::Arabic);
        (from..solved.len()).find(|at| arabic(&solved[*at]))
    });
    let from = after_roman.unwrap_or(0);
    let chapter = (from..glances.len()).find(|at| glances[*at].opened() == Some(Matter::Text));
    let front_until = chapter.unwrap_or(glances.len().min(LEAVES_BEFORE_A_TITLE));
    let front = (0..front_until).rev().find(|at| {
        let opens_front = glances[*at].opened().is_some_and(Matter::is_front);
        opens_front || sparse_matter(&glances[*at], None, *at, None).is_some()
    });
    arabic_begins
        .or(chapter.filter(|_| front.is_some() || after_roman.is_some()))
        .or(after_roman)
        .or(front.map(|last| last + 1))
}

/// The first page behind the text: one that opens back matter in the second half, with no chapter behind it.
fn back_begins(glances: &[Glance], begins: usize) -> Option<usize> {
    let last_chapter = glances.iter().rposition(|glance| glance.opened() == Some(Matter::Text)).unwrap_or(0);
    let from = last_chapter.max(begins + (glances.len() - begins) / 2);
    (from..glances.len()).find(|at| glances[*at].opened().is_some_and(Matter::is_back))
}

/// What a page with little on it is: a title page, its back, a dedication.
fn sparse_matter(glance: &Glance, before: Option<Matter>, at: usize, begins: Option<usize>) -> Option<Matter> {
    let in_front = begins.map_or(at < LEAVES_BEFORE_A_TITLE, |begins| at < begins);
    if !in_front || glance.rows == 0 || glance.words > WORDS_OF_A_COPYRIGHT_PAGE {
        return None;
    }
    let back_of_the_title = before == Some(Matter::TitlePage) && glance.usual < 0.95;
    if glance.usual < 1.15 && (glance.speaks_of_rights || back_of_the_title) {
        return Some(Matter::Copyright);
    }
    if glance.words > WORDS_OF_A_SPARSE_PAGE {
        return None;
    }
    if glance.speaks_to_someone && glance.centred > 0.5 && glance.largest < 1.8 {
        return Some(Matter::Dedication);
    }
    (glance.largest >= 1.5 && glance.centred >= 0.6).then_some(Matter::TitlePage)
}

fn is_roman(solved: &Solved) -> bool {
    solved.folio.is_some_and(|folio: Folio| folio.style == NumberingStyle::Roman)
}

fn part(matter: Matter, at: usize, begins: Option<usize>, back: Option<usize>, solved: &Solved) -> Part {
    let (region, confidence) = match (matter, begins) {
        (Matter::TableOfContents, _) => (PageRegion::TocArea, 0.9),
        _ if back.is_some_and(|back| at >= back) => (PageRegion::BackMatter, 0.85),
        (matter, _) if is_of_one_page(matter) => (PageRegion::FrontMatter, 0.85),
        (_, Some(begins)) if at < begins => (PageRegion::FrontMatter, if is_roman(solved) { 0.9 } else { 0.75 }),
        _ if solved.folio.is_some() && solved.agreeing > 1 => {
            (PageRegion::Body, if begins.is_some() { 0.95 } else { 0.85 })
        }
        (_, Some(_)) => (PageRegion::Body, 0.75),
        _ if solved.as_read => (PageRegion::Body, 0.6),
        _ => (PageRegion::Uncertain, 0.5),
    };
    Part { matter, region, confidence }
}

#[cfg(test)]
mod tests {
    use Matter as M;
    use PageRegion as R;

    use super::*;
    use crate::pagination::glance::Opening;
    use crate::pagination::{Leaf, Mark, PageNumberLocation, solve};

    fn text() -> Glance {
        Glance { words: 330, rows: 30, largest: 1.0, usual: 1.0, ..Glance::default() }
    }

    fn opening(matter: Matter) -> Glance {
        Glance { opens: Some(Opening { matter, row: 0 }), ..text() }
    }

    fn title() -> Glance {
        Glance { words: 12, rows: 4, largest: 2.5, usual: 1.5, centred: 1.0, ..Glance::default() }
    }

    fn found(pages: &[(Glance, &str)]) -> Vec<(Matter, PageRegion)> {
        let mark = |text: &&str| Mark { text: (*text).to_owned(), location: PageNumberLocation::Header, strength: 1.0 };
        let leaves: Vec<Leaf> = pages
            .iter()
            .map(|(_, text)| Leaf { marks: Some(text).filter(|text| !text.is_empty()).map(mark).into_iter().collect() })
            .collect();
        let glances: Vec<Glance> = pages.iter().map(|(glance, _)| glance.clone()).collect();
        parts(&glances, &solve(&leaves)).into_iter().map(|part| (part.matter, part.region)).collect()
    }

    #[test]
    fn a_book_has_front_matter_text_and_back_matter() {
        let small_print = Glance { words: 60, rows: 8, largest: 1.2, usual: 0.8, ..Glance::default() };
        let contents = Glance { end_in_numbers: 0.8, ..opening(Matter::TableOfContents) };
        let entries = Glance { end_in_numbers: 0.9, ..text() };
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
    fn pages_out_of_the_middle_of_a_book_are_its_body() {
        let pages = [(opening(Matter::Text), "9"), (text(), "10"), (text(), "11"), (opening(Matter::Text), "12")];
        assert!(found(&pages).iter().all(|part| *part == (Matter::Text, PageRegion::Body)));
    }

    #[test]
    fn a_part_ends_where_another_is_headed() {
        let headed = Glance { headed: Some(Matter::Introduction), ..text() };
        let heading = Glance { has_sunken_heading: true, ..text() };
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
    fn a_large_heading_in_the_text_is_no_title_page() {
        let mut pages = vec![(title(), ""), (opening(Matter::Text), "1")];
        pages.extend([(text(), "2"), (text(), "3"), (title(), ""), (text(), "5"), (text(), "6")]);
        assert_eq!(found(&pages)[4], (Matter::Text, PageRegion::Body));
    }

    #[test]
    fn a_page_that_says_nothing_is_uncertain() {
        assert_eq!(found(&[(text(), "")]), [(Matter::Text, PageRegion::Uncertain)]);
    }
}
