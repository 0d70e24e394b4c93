use super::years_in;
use crate::catalogue::FrontMatterPage;
use crate::page_layout::{PageLayout, TextRow};

/// What a title page says.
#[derive(Debug, Clone, PartialEq)]
pub struct TitlePage {
    /// What is set in the largest type, as printed.
    pub title: String,
    /// What follows the word “by”, as printed.
    pub author: Option<String>,
    /// The year at the foot.
    pub year: i32,
    /// Mean confidence of the title's words, 0..=1.
    pub legibility: f64,
}

/// A title page has no more words.
const MOST_WORDS: usize = 80;
/// Its largest type is so many times the body's.
const LARGE: f64 = 1.4;
/// So many of its rows stand in the middle, 0..=1.
const CENTRED: f64 = 0.5;
/// The imprint is in the last rows, and short.
const ROWS_OF_AN_IMPRINT: usize = 4;
const WORDS_OF_AN_IMPRINT_ROW: usize = 8;
/// Rows in type of this share of the largest belong to the title.
const AS_LARGE: f64 = 0.7;
/// Words that no title ends in, and words that none begins with.
const LEADING_ON: [&str; 24] = [
    "the", "a", "an", "of", "on", "in", "to", "and", "or", "with", "for", "from", "der", "die", "das", "des", "und",
    "le", "la", "les", "du", "de", "et", "sur",
];
const GOING_ON: [&str; 9] = ["of", "or", "and", "oder", "und", "der", "des", "ou", "et"];
/// A title that is longer is none.
const WORDS_OF_A_TITLE: usize = 20;

/// Reads a title page; none where the page is none beyond doubt: large type in the middle, few words, and an imprint with its year at the foot. Half-titles
/// and old title pages without a year are none, and a heading that opens a preface is none either.
#[must_use]
pub fn title_page(page: &FrontMatterPage) -> Option<TitlePage> {
    let features = &page.features;
    let looks_so =
        features.words <= MOST_WORDS && features.largest_type_ratio >= LARGE && features.centred_ratio >= CENTRED;
    if !looks_so || features.opening.is_some() {
        return None;
    }
    let rows = &page.layout.rows;
    let (imprint, year) = imprint(rows)?;
    let (from, to) = title_rows(&rows[..imprint])?;
    let title = &rows[from..to];
    let confidences: Vec<f64> = title.iter().flat_map(|row| &row.words).map(|word| word.confidence).collect();
    let is_title = confidences.len() <= WORDS_OF_A_TITLE && begins_high(&title[0], &page.layout);
    is_title.then(|| TitlePage {
        title: bare(&title.iter().map(TextRow::text).collect::<Vec<_>>().join(" ")).to_owned(),
        author: author(&rows[to..imprint]),
        year,
        legibility: confidences.iter().sum::<f64>() / confidences.len() as f64,
    })
}

/// The first row of the imprint that names a year, and the year.
fn imprint(rows: &[TextRow]) -> Option<(usize, i32)> {
    let last = rows.len().saturating_sub(ROWS_OF_AN_IMPRINT)..rows.len();
    last.filter(|at| rows[*at].words.len() <= WORDS_OF_AN_IMPRINT_ROW)
        .find_map(|at| Some((at, *years_in(&rows[at].text()).last()?)))
}

/// The row of the largest type, and those around it that are about as large, or whose words tie them to it: from, and to (not included).
fn title_rows(rows: &[TextRow]) -> Option<(usize, usize)> {
    let heights: Vec<f64> = rows.iter().map(TextRow::type_height_px).collect();
    let largest = (0..rows.len()).max_by(|a, b| heights[*a].total_cmp(&heights[*b]))?;
    let is_large = |at: usize| heights[at] >= AS_LARGE * heights[largest];
    let (mut from, mut to) = (largest, largest + 1);
    while from > 0 && (is_large(from - 1) || leads_on(&rows[from - 1])) {
        from -= 1;
    }
    while to < rows.len() && (is_large(to) || leads_on(&rows[to - 1]) || goes_on(&rows[to])) {
        to += 1;
    }
    Some((from, to))
}

/// Whether a row ends in a word that wants another: `HISTORICAL SKETCHES OF`.
fn leads_on(row: &TextRow) -> bool {
    row.words.last().is_some_and(|word| is_one_of(&word.text, &LEADING_ON))
}

/// Whether a row begins with a word that wants one before: `OF SPECIES`, `or, The New Prometheus`.
fn goes_on(row: &TextRow) -> bool {
    row.words.first().is_some_and(|word| is_one_of(&word.text, &GOING_ON))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.contains(&bare(word).to_lowercase().as_str())
}

/// A title stands in the upper two thirds of its page.
fn begins_high(row: &TextRow, layout: &PageLayout) -> bool {
    f64::from(row.bbox.y) * 3.0 <= f64::from(layout.height) * 2.0
}

/// “By”, in the languages that set it above a name on a line of its own.
const BY: [&str; 6] = ["by", "von", "par", "por", "door", "af"];
/// What follows “by” where no name does: `by the author of “Waverley”`.
const NO_NAME: [&str; 8] = ["the", "a", "an", "one", "his", "her", "its", "their"];
/// A name has no more words.
const WORDS_OF_A_NAME: usize = 8;
/// `Jr.` and initials keep their full stop, bytes.
const LONGEST_ABBREVIATION: usize = 3;

fn author(rows: &[TextRow]) -> Option<String> {
    rows.iter().enumerate().find_map(|(at, row)| {
        let first = row.words.first()?;
        let by = bare(&first.text).to_lowercase();
        let name = match row.words.len() {
            1 if BY.contains(&by.as_str()) => rows.get(at + 1)?.text(),
            2.. if by == "by" => row.text()[first.text.len()..].to_owned(),
            _ => return None,
        };
        name_in(&name)
    })
}

/// A name without degrees and the mark that ends it; none where it is none.
fn name_in(text: &str) -> Option<String> {
    let name = match text.split_once(',') {
        Some((name, rest)) if rest.split_whitespace().all(|word| word.contains('.') || word.len() <= 3) => name,
        _ => text.trim_end_matches([',', ';', ':']),
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    let (first, last) = (words.first()?.to_lowercase(), words.last()?);
    let is_name = (2..=WORDS_OF_A_NAME).contains(&words.len())
        && !NO_NAME.contains(&first.as_str())
        && !name.contains(|c: char| c.is_ascii_digit());
    let is_abbreviated = last.len() <= LONGEST_ABBREVIATION;
    let name = words.join(" ");
    is_name.then(|| if is_abbreviated { name } else { name.trim_end_matches('.').to_owned() })
}

/// Without what is no letter or digit around it, but for what closes a parenthesis or asks.
fn bare(text: &str) -> &str {
    text.trim_start_matches(|c: char| !c.is_alphanumeric())
        .trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | '?' | '!'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::front_matter_pages;
    use crate::page_layout::test_pages::{block, centred, page, prose};

    /// A page of centred rows, each of a height, far apart; beside a page of text.
    fn read(rows: &[(u32, &str)]) -> Option<TitlePage> {
        let step = 1300 / rows.len() as u32;
        let lines: Vec<_> =
            (0..).zip(rows).map(|(at, (height, text))| centred(1000, 150 + at * step, *height, text)).collect();
        let pages = [page(1, vec![block(1, &lines)]), page(2, vec![prose(1, 100, 20)])];
        front_matter_pages(&pages).iter().find_map(title_page)
    }

    const IMPRINT: (u32, &str) = (20, "LONDON: JOHN MURRAY, 1859.");

    #[test]
    fn the_title_is_in_the_largest_type_and_the_author_after_by() {
        let rows = [(24, "ON THE"), (60, "ORIGIN"), (26, "OF SPECIES"), (20, "By CHARLES DARWIN, M.A."), IMPRINT];
        let found = read(&rows).unwrap();
        assert_eq!((found.title.as_str(), found.year), ("ON THE ORIGIN OF SPECIES", 1859));
        assert_eq!(found.author.as_deref(), Some("CHARLES DARWIN"));
        let (title, by, roman) = ((60, "EMMA,"), (20, "VON"), (18, "M.DCCC.XVI."));
        let found = read(&[title, by, (30, "JANE AUSTEN."), (20, "LEIPZIG"), roman]).unwrap();
        assert_eq!((found.title.as_str(), found.author.as_deref(), found.year), ("EMMA", Some("JANE AUSTEN"), 1816));
    }

    #[test]
    fn whom_the_page_does_not_name_is_no_author() {
        for row in ["BY THE AUTHOR OF WAVERLEY", "BY", "by 1859", "A NOVEL"] {
            let found = read(&[(60, "EMMA"), (20, row), IMPRINT]).unwrap();
            assert_eq!(found.author, None, "{row}");
        }
    }

    #[test]
    fn a_page_that_may_be_another_is_no_title_page() {
        for rows in [
            &[(60, "EMMA")][..],
            &[(60, "EMMA"), (20, "BY JANE AUSTEN"), (20, "LONDON")],
            &[(22, "EMMA"), (20, "BY JANE AUSTEN"), IMPRINT],
            &[(40, "PREFACE"), (20, "This is a short one."), (20, "London, 1859.")],
            &[
                (20, "some small words"),
                (20, "others"),
                (20, "others still"),
                (20, "more"),
                (20, "and more"),
                (60, "EMMA"),
                (20, "1859"),
            ],
        ] {
            assert_eq!(read(rows), None, "{rows:?}");
        }
    }
}
