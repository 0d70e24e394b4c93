use super::years_in;
use crate::catalogue::FrontMatterPage;
use crate::page_layout::{PageLayout, TextRow};

/// The content of a title page.
#[derive(Debug, Clone, PartialEq)]
pub struct TitlePage {
    /// The text in the largest type, as printed.
    pub title: String,
    /// The text after the word “by”, as printed.
    pub author: Option<String>,
    /// The year at the bottom.
    pub year: i32,
    /// Mean confidence of the title's words, 0..=1.
    pub legibility: f64,
}

/// Maximum length of a title page, words.
const MAX_PAGE_WORDS: usize = 80;
/// Minimum type height of its largest row, relative to the body text.
const MIN_LARGEST_TYPE_RATIO: f64 = 1.4;
/// Minimum fraction of centred rows, 0..=1.
const MIN_CENTRED_RATIO: f64 = 0.5;
/// The imprint is within this many rows at the bottom, each of at most this many words.
const MAX_IMPRINT_ROWS: usize = 4;
const MAX_IMPRINT_ROW_WORDS: usize = 8;
/// Rows with at least this fraction of the largest type height belong to the title.
const MIN_TITLE_TYPE_RATIO: f64 = 0.7;
/// Words that do not end a title, and words that do not begin one.
const NON_FINAL_WORDS: [&str; 24] = [
    "the", "a", "an", "of", "on", "in", "to", "and", "or", "with", "for", "from", "der", "die", "das", "des", "und",
    "le", "la", "les", "du", "de", "et", "sur",
];
const NON_INITIAL_WORDS: [&str; 9] = ["of", "or", "and", "oder", "und", "der", "des", "ou", "et"];
/// Maximum length of a title, words.
const MAX_TITLE_WORDS: usize = 20;

/// Parses a title page; `None` unless the page certainly is one: large centred type, few words, and an imprint with the year at the bottom. Half-titles,
/// old title pages without a year and the heading of a preface are not.
#[must_use]
pub fn title_page(page: &FrontMatterPage) -> Option<TitlePage> {
    let features = &page.features;
    let looks_so = features.words <= MAX_PAGE_WORDS
        && features.largest_type_ratio >= MIN_LARGEST_TYPE_RATIO
        && features.centred_ratio >= MIN_CENTRED_RATIO;
    if !looks_so || features.opening.is_some() {
        return None;
    }
    let rows = &page.layout.rows;
    let (imprint, year) = imprint(rows)?;
    let (from, to) = title_rows(&rows[..imprint])?;
    let title = &rows[from..to];
    let confidences: Vec<f64> = title.iter().flat_map(|row| &row.words).map(|word| word.confidence).collect();
    let is_title = confidences.len() <= MAX_TITLE_WORDS && begins_high(&title[0], &page.layout);
    is_title.then(|| TitlePage {
        title: bare(&title.iter().map(TextRow::text).collect::<Vec<_>>().join(" ")).to_owned(),
        author: author(&rows[to..imprint]),
        year,
        legibility: confidences.iter().sum::<f64>() / confidences.len() as f64,
    })
}

/// The first row of the imprint that names a year, and the year.
fn imprint(rows: &[TextRow]) -> Option<(usize, i32)> {
    let last = rows.len().saturating_sub(MAX_IMPRINT_ROWS)..rows.len();
    last.filter(|at| rows[*at].words.len() <= MAX_IMPRINT_ROW_WORDS)
        .find_map(|at| Some((at, *years_in(&rows[at].text()).last()?)))
}

/// The row with the largest type, and adjacent rows that are about as large or connected to it by their words: start, and end (exclusive).
fn title_rows(rows: &[TextRow]) -> Option<(usize, usize)> {
    let heights: Vec<f64> = rows.iter().map(TextRow::type_height_px).collect();
    let largest = (0..rows.len()).max_by(|a, b| heights[*a].total_cmp(&heights[*b]))?;
    let is_large = |at: usize| heights[at] >= MIN_TITLE_TYPE_RATIO * heights[largest];
    let (mut from, mut to) = (largest, largest + 1);
    while from > 0 && (is_large(from - 1) || expects_next_row(&rows[from - 1])) {
        from -= 1;
    }
    while to < rows.len() && (is_large(to) || expects_next_row(&rows[to - 1]) || continues_previous_row(&rows[to])) {
        to += 1;
    }
    Some((from, to))
}

/// Whether a row ends in a word that requires a continuation: `HISTORICAL SKETCHES OF`.
fn expects_next_row(row: &TextRow) -> bool {
    row.words.last().is_some_and(|word| is_one_of(&word.text, &NON_FINAL_WORDS))
}

/// Whether a row begins with a word that continues the row before: `OF SPECIES`, `or, The New Prometheus`.
fn continues_previous_row(row: &TextRow) -> bool {
    row.words.first().is_some_and(|word| is_one_of(&word.text, &NON_INITIAL_WORDS))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.contains(&bare(word).to_lowercase().as_str())
}

/// A title is in the upper two thirds of its page.
fn begins_high(row: &TextRow, layout: &PageLayout) -> bool {
    f64::from(row.bbox.y) * 3.0 <= f64::from(layout.height) * 2.0
}

/// “By”, in languages that print it above the name on its own line.
const BY: [&str; 6] = ["by", "von", "par", "por", "door", "af"];
/// Words after “by” that do not begin a name: `by the author of “Waverley”`.
const NON_NAME_WORDS: [&str; 8] = ["the", "a", "an", "one", "his", "her", "its", "their"];
/// Maximum length of a name, words.
const MAX_NAME_WORDS: usize = 8;
/// Abbreviations up to this length, such as `Jr.` and initials, keep their full stop.
const MAX_ABBREVIATION_BYTES: usize = 3;

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

/// A name without degrees and final punctuation; `None` if it is not a name.
fn name_in(text: &str) -> Option<String> {
    let name = match text.split_once(',') {
        Some((name, rest)) if rest.split_whitespace().all(|word| word.contains('.') || word.len() <= 3) => name,
        _ => text.trim_end_matches([',', ';', ':']),
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    let (first, last) = (words.first()?.to_lowercase(), words.last()?);
    let is_name = (2..=MAX_NAME_WORDS).contains(&words.len())
        && !NON_NAME_WORDS.contains(&first.as_str())
        && !name.contains(|c: char| c.is_ascii_digit());
    let is_abbreviated = last.len() <= MAX_ABBREVIATION_BYTES;
    let name = words.join(" ");
    is_name.then(|| if is_abbreviated { name } else { name.trim_end_matches('.').to_owned() })
}

/// Trims everything but letters and digits, except closing parentheses and question marks.
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
    fn title_is_in_the_largest_type_and_author_after_by() {
        let rows = [(24, "ON THE"), (60, "ORIGIN"), (26, "OF SPECIES"), (20, "By CHARLES DARWIN, M.A."), IMPRINT];
        let found = read(&rows).unwrap();
        assert_eq!((found.title.as_str(), found.year), ("ON THE ORIGIN OF SPECIES", 1859));
        assert_eq!(found.author.as_deref(), Some("CHARLES DARWIN"));
        let (title, by, roman) = ((60, "EMMA,"), (20, "VON"), (18, "M.DCCC.XVI."));
        let found = read(&[title, by, (30, "JANE AUSTEN."), (20, "LEIPZIG"), roman]).unwrap();
        assert_eq!((found.title.as_str(), found.author.as_deref(), found.year), ("EMMA", Some("JANE AUSTEN"), 1816));
    }

    #[test]
    fn only_names_are_authors() {
        for row in ["BY THE AUTHOR OF WAVERLEY", "BY", "by 1859", "A NOVEL"] {
            let found = read(&[(60, "EMMA"), (20, row), IMPRINT]).unwrap();
            assert_eq!(found.author, None, "{row}");
        }
    }

    #[test]
    fn ambiguous_pages_are_not_title_pages() {
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
