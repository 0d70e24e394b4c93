//! Headings: number and title, and what they open.

use shelf_pages::{HeadingKind, LinesKind, Matter, PageRegion};

use super::piece::{Piece, PieceLine, Role};
use crate::pagination::{is_numbered_division, matter_opened_by};

/// A heading of one or several pieces.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PageHeading {
    pub(super) kind: HeadingKind,
    /// The lines of the number, such as `CHAPTER I.`
    pub(super) number: Vec<PieceLine>,
    /// The lines of the title.
    pub(super) title: Vec<PieceLine>,
}

/// Divisions that contain chapters.
const PARTS: [&str; 14] = [
    "part", "book", "volume", "vol", "teil", "buch", "band", "partie", "livre", "tome", "parte", "libro", "theil",
    "liber",
];

/// The heading that begins at `pieces[0]`, and of how many pieces it consists.
pub(super) fn heading_at(pieces: &[Piece], region: Option<PageRegion>) -> Option<(PageHeading, usize)> {
    let first = pieces.first()?;
    let count = match first.role {
        Role::ChapterHeading => {
            let belongs =
                |piece: &&Piece| piece.role == Role::ChapterHeading && !is_numbered_division(&first_line(piece));
            1 + pieces[1..].iter().take_while(belongs).count()
        }
        Role::SectionHeading => 1,
        _ if opens_matter(first) => 1,
        _ => return None,
    };
    let lines: Vec<PieceLine> = pieces[..count].iter().flat_map(|piece| piece.lines.clone()).collect();
    let numbered = if first.role == Role::ChapterHeading || is_numbered_division(&first_line(first)) {
        number_lines(&lines)
    } else {
        0
    };
    let (number, title) = lines.split_at(numbered);
    let kind = kind(first, &lines, numbered > 0, region);
    Some((PageHeading { kind, number: number.to_vec(), title: title.to_vec() }, count))
}

/// How many lines are the number: the first, if it is nothing else.
fn number_lines(lines: &[PieceLine]) -> usize {
    let Some(first) = lines.first() else { return 0 };
    let words = first.text.split_whitespace().count();
    let is_bare_number = lines.len() > 1 && words == 1 && is_numeral(&first.text);
    usize::from(is_numbered_division(&first.text) && words <= 3 || is_bare_number)
}

/// Whether a text is nothing but a number.
pub(super) fn is_numeral(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    bare.parse::<u32>().is_ok() || shelf::book::parse_roman(bare).is_some()
}

fn kind(first: &Piece, lines: &[PieceLine], is_numbered: bool, region: Option<PageRegion>) -> HeadingKind {
    if first.role == Role::SectionHeading {
        return HeadingKind::Section;
    }
    let text = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
    let word = text.split_whitespace().next().unwrap_or_default();
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if is_numbered || is_numbered_division(&text) {
        return if PARTS.contains(&word.as_str()) { HeadingKind::Part } else { HeadingKind::Chapter };
    }
    match matter_opened_by(&text) {
        Some(Matter::Introduction | Matter::Acknowledgments) if region == Some(PageRegion::Body) => {
            HeadingKind::Chapter
        }
        Some(matter) if matter.is_back() && region != Some(PageRegion::FrontMatter) => HeadingKind::BackMatter,
        Some(Matter::Text) => HeadingKind::Chapter,
        Some(_) => HeadingKind::FrontMatter,
        None => match region {
            Some(PageRegion::FrontMatter | PageRegion::TocArea) => HeadingKind::FrontMatter,
            Some(PageRegion::BackMatter) => HeadingKind::BackMatter,
            _ => HeadingKind::Chapter,
        },
    }
}

/// Whether a piece that has another label is the heading of a part of the book: `CONTENTS`, `PREFACE.`
fn opens_matter(piece: &Piece) -> bool {
    let [line] = piece.lines.as_slice() else { return false };
    let is_candidate = match piece.role {
        Role::Lines(LinesKind::TableOfContents | LinesKind::Index) => true,
        Role::Text => !line.text.chars().any(char::is_lowercase),
        _ => false,
    };
    let is_short = line.text.split_whitespace().count() <= 4;
    is_candidate && is_short && matter_opened_by(&line.text).is_some_and(|matter| matter != Matter::Text)
}

fn first_line(piece: &Piece) -> String {
    piece.lines.first().map(|line| line.text.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shelf_pages::Classification::{ChapterHeading, SectionHeading, TableOfContents};
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn heading(page: &TestPage, region: PageRegion) -> Option<(HeadingKind, String, String, usize)> {
        let pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        let (heading, count) = heading_at(&pieces, Some(region))?;
        let text = |lines: &[PieceLine]| lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("/");
        Some((heading.kind, text(&heading.number), text(&heading.title), count))
    }

    #[test]
    fn heading_has_number_and_title() {
        use HeadingKind::{BackMatter, Chapter, FrontMatter, Part, Section};
        let two =
            TestPage::new("CHAPTER I.\n\nOf Shelves,\nand More").label(1, ChapterHeading).label(2, ChapterHeading);
        let expected = (Chapter, "CHAPTER I.".to_owned(), "Of Shelves,/and More".to_owned(), 2);
        assert_eq!(heading(&two, PageRegion::Body), Some(expected));
        let parts = TestPage::new("PART ONE\n\nCHAPTER I").label(1, ChapterHeading).label(2, ChapterHeading);
        assert_eq!(heading(&parts, PageRegion::Body).map(|found| (found.0, found.3)), Some((Part, 1)));
        let kind =
            |text: &str, label, region| heading(&TestPage::new(text).label(1, label), region).map(|found| found.0);
        assert_eq!(kind("The Examination", SectionHeading, PageRegion::Body), Some(Section));
        assert_eq!(kind("TO THE ENGINE", ChapterHeading, PageRegion::FrontMatter), Some(FrontMatter));
        assert_eq!(kind("APPENDIX", ChapterHeading, PageRegion::BackMatter), Some(BackMatter));
        assert_eq!(kind("CONTENTS", TableOfContents, PageRegion::TocArea), Some(FrontMatter));
        assert_eq!(kind("Of Shelves 9", TableOfContents, PageRegion::TocArea), None);
    }
}
