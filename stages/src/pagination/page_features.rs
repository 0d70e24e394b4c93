use shelf_pages::{Bbox, Matter, OcrPage};

use super::folio::{Folio, trim_punctuation};
use super::matter::{is_numbered_division, matter_opened_by};
use crate::page_layout::{PageLayout, TextRow, is_centred, is_mostly_capitals, median};

/// The features of a page from which the parts of the book are determined.
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageFeatures {
    /// Words on the page.
    pub words: usize,
    /// Text rows on the page.
    pub rows: usize,
    /// Type height of its largest row, relative to the body text.
    pub largest_type_ratio: f64,
    /// Median type height of its words, relative to the body text.
    pub median_type_ratio: f64,
    /// Fraction of centred rows, 0..=1.
    pub centred_ratio: f64,
    /// Fraction of rows that end in a number, 0..=1: high in tables of contents and indexes.
    pub numbered_rows_ratio: f64,
    /// The part of the book opened by a heading at its top.
    pub opening: Option<Opening>,
    /// The part of the book named by its running head.
    pub running_head_matter: Option<Matter>,
    /// Whether any heading begins lower than text usually does.
    pub has_lowered_heading: bool,
    /// Whether it mentions rights or printers, as a copyright page does.
    pub mentions_rights: bool,
    /// Whether it addresses someone, as a dedication does.
    pub mentions_dedicatee: bool,
    /// Whether it says by whom the book is, or ends in a year, as a title page does.
    pub names_author_or_year: bool,
    /// Whether it is a plate: a large figure with nothing but its caption.
    pub is_plate: bool,
}

/// A heading that opens a part of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The part of the book.
    pub matter: Matter,
    /// Index of the heading's row in the page layout.
    pub row_index: usize,
}

/// A lowered heading begins below this fraction of the scan's height, 0..=1.
const MIN_LOWERED_RATIO: f64 = 0.15;

/// A heading is among this many rows at the top.
const MAX_HEADING_ROW: usize = 5;

/// Maximum length of a heading, words.
const MAX_HEADING_WORDS: usize = 9;

/// Phrases of a copyright page.
const RIGHTS_PHRASES: [&str; 12] = [
    "copyright",
    "©",
    "all rights reserved",
    "act of congress",
    "rights of translation",
    "first published",
    "printed in ",
    "printed by",
    "alle rechte",
    "isbn",
    "tous droits",
    "library of congress",
];

impl PageFeatures {
    /// Computes the features of a page.
    #[must_use]
    pub fn of(page: &OcrPage, layout: &PageLayout) -> Self {
        let rows = &layout.rows;
        let words = rows.iter().flat_map(|row| &row.words);
        let fraction = |count: usize| count as f64 / rows.len().max(1) as f64;
        let paragraphs = page.blocks.iter().flat_map(|block| &block.paragraphs);
        let text = paragraphs.map(|paragraph| paragraph.text.to_lowercase()).collect::<Vec<_>>().join("\n");
        let first = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        Self {
            words: rows.iter().map(|row| row.words.len()).sum(),
            rows: rows.len(),
            largest_type_ratio: rows.iter().map(TextRow::type_height_px).fold(0.0, f64::max) / layout.body_height_px,
            median_type_ratio: median(words.map(|word| f64::from(word.bbox.height))).unwrap_or_default()
                / layout.body_height_px,
            centred_ratio: fraction(rows.iter().filter(|row| is_centred(row, layout)).count()),
            numbered_rows_ratio: fraction(rows.iter().filter(|row| ends_in_a_number(row)).count()),
            opening: rows
                .iter()
                .take(MAX_HEADING_ROW)
                .enumerate()
                .filter(|(at, row)| is_headline(row, *at, layout))
                .find_map(|(at, row)| Some(Opening { matter: matter_opened_by(&row.text())?, row_index: at })),
            running_head_matter: None,
            has_lowered_heading: rows.iter().take(2).enumerate().any(|(at, row)| is_lowered_heading(row, at, layout)),
            mentions_rights: RIGHTS_PHRASES.iter().any(|phrase| text.contains(phrase)),
            names_author_or_year: names_author(rows) || ends_in_year(rows),
            is_plate: is_plate(page, rows),
            mentions_dedicatee: first.starts_with("to ") || text.contains("dedicat") || text.contains("inscribed to"),
        }
    }

    /// The part of the book opened by a heading.
    #[must_use]
    pub fn opened(&self) -> Option<Matter> {
        self.opening.map(|opening| opening.matter)
    }

    /// Marks a row as running head: the part that it names is not opened on this page.
    pub fn set_running_head(&mut self, row_index: usize) {
        if let Some(opening) = self.opening.take_if(|opening| opening.row_index == row_index) {
            self.running_head_matter = Some(opening.matter).filter(|matter| *matter != Matter::Text);
        }
    }
}

/// What stands before the author's name, alone or in its line.
const BY: [&str; 5] = ["by", "von", "par", "di", "por"];
/// Years in which books were printed.
const YEARS: std::ops::RangeInclusive<u32> = 1450..=2100;

/// Whether a line after the first is `BY`, or begins with it.
fn names_author(rows: &[TextRow]) -> bool {
    rows.iter().skip(1).any(|row| {
        let first = row.words.first().map(|word| trim_punctuation(&word.text).to_lowercase());
        first.is_some_and(|first| BY.contains(&first.as_str()))
    })
}

fn ends_in_year(rows: &[TextRow]) -> bool {
    let last = rows.last().map(TextRow::text);
    let year = last.as_deref().map(trim_punctuation);
    year.is_some_and(|year| year.len() == 4 && year.parse().is_ok_and(|year| YEARS.contains(&year)))
}

/// A figure of a plate covers at least this fraction of the scan, 0..=1.
const MIN_PLATE_RATIO: f64 = 0.15;

/// The caption of a plate has at most so many rows; above the figure, there is at most a running head. A title page with an engraving has more text
/// above it.
const MAX_CAPTION_ROWS: usize = 8;
const MAX_ROWS_ABOVE_PLATE: usize = 1;

fn is_plate(page: &OcrPage, rows: &[TextRow]) -> bool {
    let size = page.upright_dimensions();
    let scan = f64::from(size.width) * f64::from(size.height);
    let figures = page.images.iter().map(|figure| page.to_upright(figure.bbox));
    figures.max_by_key(Bbox::area).is_some_and(|figure| {
        let above = rows.iter().filter(|row| row.bbox.bottom() <= figure.y + row.bbox.height / 2).count();
        figure.area() as f64 >= MIN_PLATE_RATIO * scan
            && above <= MAX_ROWS_ABOVE_PLATE
            && rows.len() - above <= MAX_CAPTION_ROWS
    })
}

fn is_headline(row: &TextRow, at: usize, layout: &PageLayout) -> bool {
    let text = row.text();
    let short = row.words.len() <= MAX_HEADING_WORDS;
    let is_set_apart = layout.gap_below(at).is_none_or(|gap| gap > 0.4);
    let large = row.type_height_px() > 1.15 * layout.body_height_px;
    short
        && is_set_apart
        && (large || is_mostly_capitals(&text) || is_centred(row, layout) || is_numbered_division(&text))
}

fn is_lowered_heading(row: &TextRow, at: usize, layout: &PageLayout) -> bool {
    let lowered = f64::from(row.bbox.y) > MIN_LOWERED_RATIO * f64::from(layout.height);
    let white_below = layout.gap_below(at).is_some_and(|gap| gap > 0.7);
    lowered && white_below && is_centred(row, layout) && is_headline(row, at, layout)
}

/// `Of Shelves . . . . 12`, `Smith, John, 12, 45`; but not a number alone.
fn ends_in_a_number(row: &TextRow) -> bool {
    let Some((last, others)) = row.words.split_last() else { return false };
    Folio::parse(trim_punctuation(&last.text)).is_some() && !others.is_empty() && !is_numbered_division(&row.text())
}

#[cfg(test)]
mod tests {
    use shelf_pages::{Block, Figure};

    use super::*;
    use crate::page_layout::test_pages::{block, centred, line, page, prose};

    fn features_of(blocks: Vec<Block>) -> PageFeatures {
        let page = page(1, blocks);
        PageFeatures::of(&page, &PageLayout::of(&page, Some(20.0)))
    }

    #[test]
    fn heading_opens_a_part() {
        let opened = |heading| {
            features_of(vec![block(1, &[centred(1000, 300, 22, heading)]), prose(2, 400, 20)])
                .opening
                .map(|opening| opening.matter)
        };
        assert_eq!(opened("CHAPTER I."), Some(Matter::Text));
        assert_eq!(opened("PREFACE"), Some(Matter::Preface));
        assert_eq!(opened("OF HORSES"), None);
        let unknown = features_of(vec![block(1, &[centred(1000, 300, 22, "OF HORSES")]), prose(2, 400, 20)]);
        assert!(unknown.has_lowered_heading && !features_of(vec![prose(2, 100, 20)]).has_lowered_heading);
        let in_the_text = features_of(vec![block(1, &[line((100, 70), 20, "contents")]), prose(2, 100, 20)]);
        assert_eq!(in_the_text.opening, None);
    }

    #[test]
    fn rows_of_contents_end_in_numbers() {
        let rows: Vec<_> = (0..10).map(|at| line((100, 400 + 40 * at), 20, "Of Shelves . . . . 12")).collect();
        assert!(features_of(vec![block(1, &rows)]).numbered_rows_ratio > 0.9);
        assert!(features_of(vec![prose(1, 100, 10)]).numbered_rows_ratio < 0.1);
    }

    #[test]
    fn title_page_is_large_and_centred() {
        let title = features_of(vec![
            block(1, &[centred(1000, 500, 60, "THE TITLE")]),
            block(2, &[centred(1000, 900, 20, "by a man")]),
        ]);
        assert!(title.largest_type_ratio > 2.5 && title.centred_ratio > 0.9, "{title:?}");
        assert!(title.names_author_or_year);
        let with_last = |last: &str| {
            features_of(vec![block(1, &[centred(1000, 500, 60, "THE TITLE"), centred(1000, 900, 20, last)])])
        };
        assert!(with_last("1839.").names_author_or_year && !with_last("Brewster and Company").names_author_or_year);
    }

    #[test]
    fn plate_is_a_large_figure_with_a_caption() {
        let features = |height: u32, rows: &[(u32, u32, &str)]| {
            let lines = rows.iter().map(|(y, height, text)| centred(1000, *y, *height, text));
            let blocks = lines.zip(1..).map(|(line, number)| block(number, &[line])).collect();
            let bbox = Bbox { x: 200, y: 300, width: 600, height };
            let page = OcrPage {
                images: vec![Figure { image_id: 1, bbox, image_file: "1.png".to_owned() }],
                ..page(1, blocks)
            };
            PageFeatures::of(&page, &PageLayout::of(&page, Some(20.0)))
        };
        assert!(features(800, &[(1150, 36, "THE OLD MILL.")]).is_plate);
        assert!(features(800, &[(60, 18, "A HEAD"), (1150, 18, "The old mill.")]).is_plate);
        assert!(!features(800, &[(80, 50, "THE TITLE"), (180, 24, "OF A BOOK"), (1300, 20, "London")]).is_plate);
        assert!(!features(250, &[(700, 36, "THE TITLE")]).is_plate, "a vignette");
    }
}
