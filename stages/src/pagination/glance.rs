use super::edge::in_capitals;
use super::folio::{Folio, bare};
use super::matter::{Matter, is_numbered_division};
use super::row::{Row, median};
use super::sheet::Sheet;
use crate::ocr::OcrPage;

/// What a page looks like from afar: all that is kept of it while the whole book is looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glance {
    /// Words on the page.
    pub words: usize,
    /// Rows of type on the page.
    pub rows: usize,
    /// Height of its largest row's type, of the body's.
    pub largest: f64,
    /// Height of its type, the median of its words, of the body's.
    pub usual: f64,
    /// How many of the rows stand in the middle, 0..=1.
    pub centred: f64,
    /// How many of the rows end in a number, 0..=1: most of a table of contents, and of an index.
    pub end_in_numbers: f64,
    /// What a heading at its head opens, and the row that it stands in.
    pub opens: Option<Opening>,
    /// What its running head says that the page belongs to.
    pub headed: Option<Matter>,
    /// Whether a heading stands lower than text begins, whatever it says.
    pub has_sunken_heading: bool,
    /// Whether it speaks of rights, printers and years, as the back of a title page does.
    pub speaks_of_rights: bool,
    /// Whether it speaks to someone, as a dedication does.
    pub speaks_to_someone: bool,
}

/// What a heading opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The part of the book.
    pub matter: Matter,
    /// The row of the sheet that the heading stands in.
    pub row: usize,
}

/// A heading that opens a part stands lower than this, of the scan's height, 0..=1.
const SUNKEN: f64 = 0.15;

/// A heading stands among this many rows from the top.
const ROWS_OF_A_HEADING: usize = 5;

/// A heading has no more words.
const WORDS_OF_A_HEADING: usize = 9;

/// What stands on the back of a title page.
const RIGHTS: [&str; 12] = [
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

impl Glance {
    /// Looks at a page.
    #[must_use]
    pub fn at(page: &OcrPage, sheet: &Sheet) -> Self {
        let rows = &sheet.rows;
        let words = rows.iter().flat_map(|row| &row.words);
        let share = |count: usize| count as f64 / rows.len().max(1) as f64;
        let paragraphs = page.blocks.iter().flat_map(|block| &block.paragraphs);
        let text = paragraphs.map(|paragraph| paragraph.text.to_lowercase()).collect::<Vec<_>>().join("\n");
        let first = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        Self {
            words: rows.iter().map(|row| row.words.len()).sum(),
            rows: rows.len(),
            largest: rows.iter().map(Row::type_height).fold(0.0, f64::max) / sheet.body_height,
            usual: median(words.map(|word| f64::from(word.bbox.height))).unwrap_or_default() / sheet.body_height,
            centred: share(rows.iter().filter(|row| is_centred(row, sheet)).count()),
            end_in_numbers: share(rows.iter().filter(|row| ends_in_a_number(row)).count()),
            opens: rows
                .iter()
                .take(ROWS_OF_A_HEADING)
                .enumerate()
                .filter(|(at, row)| is_headline(row, *at, sheet))
                .find_map(|(at, row)| Some(Opening { matter: Matter::opened_by(&row.text())?, row: at })),
            headed: None,
            has_sunken_heading: rows.iter().take(2).enumerate().any(|(at, row)| is_sunken_heading(row, at, sheet)),
            speaks_of_rights: RIGHTS.iter().any(|words| text.contains(words)),
            speaks_to_someone: first.starts_with("to ") || text.contains("dedicat") || text.contains("inscribed to"),
        }
    }

    /// What a heading opens.
    #[must_use]
    pub fn opened(&self) -> Option<Matter> {
        self.opens.map(|opening| opening.matter)
    }

    /// Takes in that a row is a running head: what it names is not opened here.
    pub fn learn_head(&mut self, row: usize) {
        if let Some(opening) = self.opens.take_if(|opening| opening.row == row) {
            self.headed = Some(opening.matter).filter(|matter| *matter != Matter::Text);
        }
    }
}

/// Whether a row has as much white on its left as on its right, and enough of it.
#[must_use]
pub fn is_centred(row: &Row, sheet: &Sheet) -> bool {
    let left = f64::from(row.bbox.x) - sheet.left;
    let right = sheet.right - f64::from(row.bbox.right());
    let uneven = (left - right).abs();
    left > sheet.body_height
        && right > sheet.body_height
        && uneven <= (0.12 * sheet.text_width()).min(0.5 * (left + right))
}

fn is_headline(row: &Row, at: usize, sheet: &Sheet) -> bool {
    let text = row.text();
    let short = row.words.len() <= WORDS_OF_A_HEADING;
    let apart = sheet.gap_below(at).is_none_or(|gap| gap > 0.4);
    let large = row.type_height() > 1.15 * sheet.body_height;
    short && apart && (large || in_capitals(&text) || is_centred(row, sheet) || is_numbered_division(&text))
}

fn is_sunken_heading(row: &Row, at: usize, sheet: &Sheet) -> bool {
    let sunken = f64::from(row.bbox.y) > SUNKEN * f64::from(sheet.height);
    let white_below = sheet.gap_below(at).is_some_and(|gap| gap > 0.7);
    sunken && white_below && is_centred(row, sheet) && is_headline(row, at, sheet)
}

/// `Of Shelves . . . . 12`, `Smith, John, 12, 45`; not a row that is only a number.
fn ends_in_a_number(row: &Row) -> bool {
    let Some((last, others)) = row.words.split_last() else { return false };
    Folio::parse(bare(&last.text)).is_some() && !others.is_empty() && !is_numbered_division(&row.text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::Block;
    use crate::pagination::drawn::{block, centred, line, page, prose};

    fn glance(blocks: Vec<Block>) -> Glance {
        let page = page(1, blocks);
        Glance::at(&page, &Sheet::of(&page, Some(20.0)))
    }

    #[test]
    fn a_heading_opens_a_part() {
        let opens = |heading| {
            glance(vec![block(1, &[centred(1000, 300, 22, heading)]), prose(2, 400, 20)])
                .opens
                .map(|opening| opening.matter)
        };
        assert_eq!(opens("CHAPTER I."), Some(Matter::Text));
        assert_eq!(opens("PREFACE"), Some(Matter::Preface));
        assert_eq!(opens("OF HORSES"), None);
        let unknown = glance(vec![block(1, &[centred(1000, 300, 22, "OF HORSES")]), prose(2, 400, 20)]);
        assert!(unknown.has_sunken_heading && !glance(vec![prose(2, 100, 20)]).has_sunken_heading);
        let in_the_text = glance(vec![block(1, &[line((100, 70), 20, "contents")]), prose(2, 100, 20)]);
        assert_eq!(in_the_text.opens, None);
    }

    #[test]
    fn contents_end_in_numbers() {
        let rows: Vec<_> = (0..10).map(|at| line((100, 400 + 40 * at), 20, "Of Shelves . . . . 12")).collect();
        assert!(glance(vec![block(1, &rows)]).end_in_numbers > 0.9);
        assert!(glance(vec![prose(1, 100, 10)]).end_in_numbers < 0.1);
    }

    #[test]
    fn a_title_is_large_and_in_the_middle() {
        let title = glance(vec![
            block(1, &[centred(1000, 500, 60, "THE TITLE")]),
            block(2, &[centred(1000, 900, 20, "by a man")]),
        ]);
        assert!(title.largest > 2.5 && title.centred > 0.9, "{title:?}");
    }
}
