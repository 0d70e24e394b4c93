use std::collections::BTreeMap;

use rapidfuzz::fuzz;

use shelf_pages::{OcrPage, PagePagination, Pagination};

use super::book_parts::book_parts;
use super::folio::Folio;
use super::header_footer_row::HeaderFooterRow;
use super::header_footer_zones::HeaderFooterZones;
use super::page_features::PageFeatures;
use super::printed_number::PrintedNumber;
use super::scan_order::scan_order_warnings;
use super::solver::solve_page_numbers;
use crate::page_layout::PageLayout;

/// Statistics of a book, collected page by page, from which its pagination is computed.
#[derive(Debug, Clone)]
pub struct BookStatistics {
    body_height_px: Option<f64>,
    /// The rows at the top and bottom of each page and its features, by scan number.
    pages: BTreeMap<u32, (Vec<HeaderFooterRow>, PageFeatures)>,
}

impl BookStatistics {
    /// Starts with a book whose body text has the type height `body_height_px`.
    #[must_use]
    pub fn new(body_height_px: Option<f64>) -> Self {
        Self { body_height_px: body_height_px.map(round_to_steps), pages: BTreeMap::new() }
    }

    /// Adds a page.
    pub fn add(&mut self, page: &OcrPage) {
        let layout = PageLayout::of(page, self.body_height_px);
        self.pages.insert(page.page_number, (HeaderFooterRow::all_of(&layout), PageFeatures::of(page, &layout)));
    }

    /// Computes the pagination, and warnings about the order of the scans. A scan that was not added counts as a page without text.
    #[must_use]
    pub fn finish(mut self) -> (Pagination, Vec<String>) {
        let scans: Vec<u32> = self.pages.keys().copied().collect();
        let last = scans.last().copied().unwrap_or(0);
        let (rows, mut features): (Vec<Vec<HeaderFooterRow>>, Vec<PageFeatures>) =
            (1..=last).map(|scan| self.pages.remove(&scan).unwrap_or_default()).unzip();
        let mut zones = HeaderFooterZones::of(rows);
        let observations = zones.observations();
        let solved = solve_page_numbers(&observations);
        zones.set_page_numbers(&solved);
        for (at, features) in features.iter_mut().enumerate() {
            zones.header_rows(at).iter().for_each(|header| features.set_running_head(header.row_index));
        }
        let parts = book_parts(&features, &solved);
        let pagination_of = |at: usize| {
            let printed = PrintedNumber::of(&observations[at], &solved[at], zones.expected_number_location(at));
            let implied = solved[at].folio.filter(|_| solved[at].is_exact || solved[at].agreeing_neighbours > 1);
            PagePagination {
                printed_page_number: printed.text,
                numbering_style: printed.style,
                page_number_location: printed.location,
                page_number_confidence: printed.confidence,
                implied_page_number: implied.map(Folio::print),
                running_head: zones.running_head(at),
                head_bottom_px: zones.header_rows(at).iter().map(|row| row.inner_edge_px).max(),
                foot_top_px: zones.footer_rows(at).iter().map(|row| row.inner_edge_px).min(),
                body_height_px: self.body_height_px,
                matter: parts[at].matter,
                page_region: parts[at].region,
                page_region_confidence: parts[at].confidence,
            }
        };
        let pages: BTreeMap<u32, PagePagination> =
            scans.iter().map(|scan| (*scan, pagination_of(*scan as usize - 1))).collect();
        let running_heads = distinct(pages.values().filter_map(|page| page.running_head.as_deref()));
        (Pagination { body_height_px: self.body_height_px, running_heads, pages }, scan_order_warnings(&solved))
    }
}

/// Ratio of two successive steps of [`round_to_steps`].
const STEP_RATIO: f64 = 1.04;

/// Rounds a height in px to steps of 4 %, so that it stays the same when a page is redone.
fn round_to_steps(height_px: f64) -> f64 {
    let steps = (height_px.ln() / STEP_RATIO.ln()).round();
    (STEP_RATIO.powf(steps) * 10.0).round() / 10.0
}

/// Minimum similarity of two readings of the same running head, 0..=1.
const MIN_SIMILARITY: f64 = 0.8;

/// The distinct texts, in order of first occurrence; similar texts count as the same.
fn distinct<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.iter().any(|other| fuzz::ratio(other.chars(), text.chars()) >= MIN_SIMILARITY) {
            found.push(text.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page_layout::test_pages::{block, centred, line, page, prose};

    /// The pagination of a book whose pages have these running heads; `""` for none.
    fn pagination_of(heads: &[&str]) -> (Pagination, Vec<String>) {
        let mut statistics = BookStatistics::new(Some(20.0));
        for (head, number) in heads.iter().zip(1..) {
            let head = (!head.is_empty()).then(|| block(1, &[line((100, 50), 16, head)]));
            statistics.add(&page(number, head.into_iter().chain([prose(2, 100, 30)]).collect()));
        }
        statistics.finish()
    }

    #[test]
    fn page_gets_number_and_running_head() {
        let (book, warnings) =
            pagination_of(&["10 SKETCHES OF", "FLORIDA. It", "12 SKETCHES OF", "FLORIDA. 13", "14 SKETCHES OF"]);
        let page = &book.pages[&2];
        assert_eq!(page.printed_page_number.as_deref(), Some("11"));
        assert_eq!(page.running_head.as_deref(), Some("FLORIDA"));
        assert_eq!(page.head_bottom_px, Some(66));
        assert_eq!(page.foot_top_px, None);
        assert_eq!(book.running_heads, ["SKETCHES OF", "FLORIDA"]);
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn missing_scans_keep_their_place() {
        let mut statistics = BookStatistics::new(None);
        for (number, folio) in [(1, "10"), (2, "11"), (4, "13"), (5, "14"), (6, "15")] {
            statistics.add(&page(
                number,
                vec![block(1, &[line((100, 50), 16, &format!("HEAD {folio}"))]), prose(2, 100, 30)],
            ));
        }
        let (book, warnings) = statistics.finish();
        assert_eq!(book.pages.keys().copied().collect::<Vec<_>>(), [1, 2, 4, 5, 6]);
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn order_warnings_are_returned() {
        let heads = ["HEAD 10", "HEAD 11", "HEAD 12", "HEAD 12", "HEAD 13", "HEAD 14", "HEAD 16", "HEAD 17", "HEAD 18"];
        let warnings = ["scans 3 and 4 both carry page number 12", "page 15 is missing between scans 6 and 7"];
        assert_eq!(pagination_of(&heads).1, warnings);
    }

    /// How a book prints its page numbers: the header and footer of a page.
    type Style = fn(u32) -> (String, String);

    /// A book of roman front matter and 40 pages, with a plate, with chapters that open without a running head, and with every ninth number
    /// misread. Returns the printed numbers, the numbers found, and the warnings.
    fn numbers_in(style: Style) -> (Vec<Option<String>>, Vec<Option<String>>, Vec<String>) {
        let mut statistics = BookStatistics::new(Some(20.0));
        let mut truth = Vec::new();
        let mut add = |head: &str, foot: &str, rows: u32, printed: Option<String>| {
            let head = (!head.is_empty()).then(|| block(1, &[line((100, 50), 16, head)]));
            let foot = (!foot.is_empty()).then(|| block(3, &[centred(1000, 1400, 20, foot)]));
            let prose = (rows > 0).then(|| prose(2, 100, rows));
            truth.push(printed);
            statistics.add(&page(truth.len() as u32, head.into_iter().chain(prose).chain(foot).collect()));
        };
        for front in 1..=8 {
            let folio = (front > 2).then(|| shelf::book::format_roman(front));
            add("", folio.as_deref().unwrap_or_default(), 25, folio.clone());
        }
        for number in 1..=40 {
            let (head, foot) = style(number);
            match number {
                _ if number % 13 == 1 => add("", "", 20, None),
                _ if number % 9 == 5 => {
                    let misread = |text: &str| text.replace(&number.to_string(), &format!("{}", (number + 60) % 97));
                    add(&misread(&head), &misread(&foot), 40, Some(number.to_string()));
                }
                _ => add(&head, &foot, 40, Some(number.to_string())),
            }
            if number == 20 {
                add("", "", 0, None);
            }
        }
        let (book, warnings) = statistics.finish();
        let found = book.pages.into_values().map(|page| page.printed_page_number).collect();
        (truth, found, warnings)
    }

    #[test]
    fn finds_numbers_wherever_a_book_prints_them() {
        let styles: [(&str, Style); 8] = [
            ("outside in the head", |n| {
                (if n % 2 == 1 { format!("THE RECTO {n}") } else { format!("{n} THE VERSO") }, String::new())
            }),
            ("inside in the head", |n| {
                (if n % 2 == 0 { format!("THE VERSO {n}") } else { format!("{n} THE RECTO") }, String::new())
            }),
            ("in heads of chapters", |n| {
                (format!("{n} CHAPTER {}", ["ONE", "TWO", "THREE", "FOUR"][n as usize / 13]), String::new())
            }),
            ("alone in the head", |n| (n.to_string(), String::new())),
            ("in the middle of the foot", |n| ("A HEAD OF ITS OWN".to_owned(), n.to_string())),
            ("in brackets", |n| (String::new(), format!("[{n}]"))),
            ("between dashes", |n| (String::new(), format!("— {n} —"))),
            ("between hyphens", |n| (String::new(), format!("- {n} -"))),
        ];
        for (name, style) in styles {
            let (truth, found, warnings) = numbers_in(style);
            assert_eq!(truth, found, "{name}");
            assert_eq!(warnings, Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn heights_are_rounded_to_steps() {
        assert_eq!(round_to_steps(35.0).to_bits(), round_to_steps(35.3).to_bits());
        assert!((round_to_steps(35.0) / 35.0 - 1.0).abs() < 0.021);
    }
}
