use super::folio::{Mark, bare};
use super::numbering::PageNumberLocation;
use super::row::Row;
use super::sheet::Sheet;

/// A row at the head or the foot of a page: what running heads and folios are looked for in.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeRow {
    /// The head or the foot.
    pub location: PageNumberLocation,
    /// Which of the sheet's rows it is.
    pub row: usize,
    /// Its words, without what is no letter or digit around each.
    pub words: Vec<String>,
    /// How high it stands, of the scan's height, 0..=1 from the top.
    pub height: f64,
    /// Its edge towards the text, px: the lower one of a head, the upper one of a foot.
    pub inner_edge: u32,
    /// Whether there is more white between it and the text than between two rows of text. A note is never apart: it belongs to the text.
    pub apart: bool,
    /// Whether it is narrower than the text, or in capitals, or in smaller type.
    pub unlike_text: bool,
}

/// Heads stand in this upper part of a scan, and feet in a lower part as large.
const EDGE: f64 = 0.24;

/// So many rows are looked at on either edge.
const ROWS: usize = 2;

/// White between a head and the text, in leadings; rows of text have 0.2 to 0.4.
const APART: f64 = 0.5;

/// What footnotes begin with.
const NOTE_MARKS: [char; 4] = ['*', '†', '‡', '§'];

/// Words before a number that is no page's.
const DIVISIONS: [&str; 22] = [
    "chapter", "chap", "book", "part", "volume", "vol", "section", "sect", "canto", "act", "scene", "letter",
    "lecture", "kapitel", "buch", "teil", "band", "chapitre", "livre", "tome", "capitolo", "parte",
];

impl EdgeRow {
    /// The rows at the head and the foot of a page.
    #[must_use]
    pub fn all_of(sheet: &Sheet) -> Vec<Self> {
        let rows = sheet.rows.len();
        let middle = |row: &Row| f64::from(row.bbox.y + row.bbox.height / 2) / f64::from(sheet.height);
        let head = (0..rows.min(ROWS)).filter(|at| middle(&sheet.rows[*at]) < EDGE);
        let foot = (rows.saturating_sub(ROWS).max(1)..rows).rev().filter(|at| middle(&sheet.rows[*at]) > 1.0 - EDGE);
        let heads = head.map(|at| (at, PageNumberLocation::Header));
        let feet = foot.map(|at| (at, PageNumberLocation::Footer));
        heads.chain(feet).map(|(at, location)| Self::of(sheet, at, location)).collect()
    }

    fn of(sheet: &Sheet, at: usize, location: PageNumberLocation) -> Self {
        let row = &sheet.rows[at];
        let (inner_edge, gap) = match location {
            PageNumberLocation::Footer => (row.bbox.y, sheet.gap_above(at)),
            _ => (row.bbox.bottom(), sheet.gap_below(at)),
        };
        let narrow = f64::from(row.bbox.width) < 0.85 * sheet.text_width();
        let small = row.type_height() < 0.88 * sheet.body_height;
        Self {
            location,
            row: at,
            words: row.words.iter().map(|word| bare(&word.text).to_owned()).filter(|word| !word.is_empty()).collect(),
            height: f64::from(row.bbox.y + row.bbox.height / 2) / f64::from(sheet.height),
            inner_edge,
            apart: gap.is_none_or(|gap| gap >= APART) && !row.text().starts_with(NOTE_MARKS),
            unlike_text: narrow || small || in_capitals(&row.text()),
        }
    }

    /// Its letters, in small ones: what it is compared with other pages' by.
    #[must_use]
    pub fn letters(&self) -> String {
        let words = self.words.iter().filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
        words.flat_map(|word| word.chars()).filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
    }

    /// Whether it names a part of the book, as headings do: `CHAPTER IV`.
    #[must_use]
    pub fn names_a_division(&self) -> bool {
        self.words.first().is_some_and(|word| is_division(word))
    }

    /// What in it may be the page's number: its first and its last word, or its only one. `strange` says whether a word stands in no
    /// other head of the book; then it may be an unreadable number.
    #[must_use]
    pub fn marks(&self, is_head: bool, strange: impl Fn(&str) -> bool) -> Vec<Mark> {
        let alone = self.words.len() == 1;
        let may_hold_a_number = alone || is_head || (self.apart && self.unlike_text);
        if !may_hold_a_number {
            return Vec::new();
        }
        let last = self.words.len().saturating_sub(1);
        let mut ends = vec![0];
        if last > 0 {
            ends.push(last);
        }
        let mark = |at: usize| {
            let text = self.words.get(at)?;
            let after_division = at > 0 && is_division(&self.words[at - 1]);
            let plain = Mark { text: text.clone(), location: self.location, strength: 1.0 };
            let strength = match (plain.folio(), text.chars().count()) {
                _ if after_division => return None,
                (Some(folio), _) if looks_like_a_year(folio.value) && !is_head => 0.3,
                (Some(_), _) if alone || is_head => 1.0,
                (Some(_), _) => 0.7,
                (None, 1..=4) if alone || (is_head && strange(text)) => 0.3,
                (None, _) => return None,
            };
            Some(Mark { strength, ..plain })
        };
        ends.into_iter().filter_map(mark).collect()
    }
}

/// Whether text is in capitals, by most of its letters.
#[must_use]
pub fn in_capitals(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (upper, all) = letters.fold((0, 0), |(upper, all), c| (upper + u32::from(c.is_uppercase()), all + 1));
    all > 0 && f64::from(upper) >= 0.7 * f64::from(all)
}

/// Whether a word names a part of a book that is numbered: `CHAPTER`, `Book`, `Kapitel`.
#[must_use]
pub fn is_division(word: &str) -> bool {
    let word = bare(word).to_lowercase();
    DIVISIONS.contains(&word.as_str())
}

fn looks_like_a_year(number: u32) -> bool {
    (1400..2100).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::drawn::{block, centred, line, page, prose};

    fn edges(head: &str, foot: &str) -> Vec<EdgeRow> {
        let blocks = [
            (!head.is_empty()).then(|| block(1, &[line((100, 50), 16, head)])),
            Some(prose(2, 100, 40)),
            (!foot.is_empty()).then(|| block(3, &[centred(1000, 1330, 20, foot)])),
        ];
        EdgeRow::all_of(&Sheet::of(&page(1, blocks.into_iter().flatten().collect()), None))
    }

    fn marks(head: &str, foot: &str) -> Vec<String> {
        let rows = edges(head, foot);
        rows.iter().flat_map(|row| row.marks(false, |_| true)).map(|mark| mark.text).collect()
    }

    #[test]
    fn folios_stand_at_the_ends_of_heads_and_alone() {
        assert_eq!(marks("12 SKETCHES OF", ""), ["12"]);
        assert_eq!(marks("SKETCHES OF 13", ""), ["13"]);
        assert_eq!(marks("SKETCHES. [13]", ""), ["13"]);
        assert_eq!(marks("", "— 12 —"), ["12"]);
        assert_eq!(marks("", "(xii)"), ["xii"]);
        assert_eq!(marks("", ""), Vec::<String>::new(), "rows of text have none");
    }

    #[test]
    fn a_chapter_s_number_is_no_folio() {
        assert_eq!(marks("CHAPTER II.", ""), Vec::<String>::new());
        assert_eq!(marks("BOOK II. 45", ""), ["45"]);
    }

    #[test]
    fn a_year_is_hardly_a_folio() {
        let rows = edges("THE WAR OF 1812", "");
        assert!(rows[0].marks(false, |_| false)[0].strength < 0.5);
    }

    #[test]
    fn an_unreadable_number_is_a_mark_where_it_is_strange() {
        let rows = edges("COLONIAL FLORIDA. It", "");
        let texts = |strange: bool| {
            rows[0].marks(true, |word| strange && word == "It").into_iter().map(|mark| mark.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(true), ["It"]);
        assert_eq!(texts(false), Vec::<String>::new());
        assert_eq!(rows[0].letters(), "colonialfloridait");
    }
}
