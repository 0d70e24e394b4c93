use std::collections::BTreeMap;

use rapidfuzz::fuzz;

use super::edge::EdgeRow;
use super::glance::Glance;
use super::order::out_of_order;
use super::parts::parts;
use super::printed::PrintedNumber;
use super::sheet::Sheet;
use super::solve::solve;
use super::zones::Zones;
use super::{PagePagination, Pagination};
use crate::ocr::OcrPage;

/// The pages of a book, looked at one after the other, and then all together.
#[derive(Debug, Clone)]
pub struct Survey {
    body_height_px: Option<f64>,
    /// What is kept of each page, by the scan's number.
    pages: BTreeMap<u32, (Vec<EdgeRow>, Glance)>,
}

impl Survey {
    /// Begins to look at a book whose body's type is `body_height_px` high.
    #[must_use]
    pub fn new(body_height_px: Option<f64>) -> Self {
        Self { body_height_px: body_height_px.map(in_coarse_steps), pages: BTreeMap::new() }
    }

    /// Looks at a page.
    pub fn add(&mut self, page: &OcrPage) {
        let sheet = Sheet::of(page, self.body_height_px);
        self.pages.insert(page.page_number, (EdgeRow::all_of(&sheet), Glance::at(page, &sheet)));
    }

    /// What the pages say together, and what is wrong with their order, in words. A scan that was not looked at counts as a page on
    /// which nothing was read.
    #[must_use]
    pub fn conclude(mut self) -> (Pagination, Vec<String>) {
        let scans: Vec<u32> = self.pages.keys().copied().collect();
        let last = scans.last().copied().unwrap_or(0);
        let (edges, mut glances): (Vec<Vec<EdgeRow>>, Vec<Glance>) =
            (1..=last).map(|scan| self.pages.remove(&scan).unwrap_or_default()).unzip();
        let mut zones = Zones::of(edges);
        let leaves = zones.leaves();
        let solved = solve(&leaves);
        zones.learn(&solved);
        for (at, glance) in glances.iter_mut().enumerate() {
            zones.head(at).iter().for_each(|head| glance.learn_head(head.row));
        }
        let parts = parts(&glances, &solved);
        let of_page = |at: usize| {
            let printed = PrintedNumber::of(&leaves[at], &solved[at], zones.number_expected(at));
            let implied = solved[at].folio.filter(|_| solved[at].as_read || solved[at].agreeing > 1);
            PagePagination {
                printed_page_number: printed.text,
                numbering_style: printed.style,
                page_number_location: printed.location,
                page_number_confidence: printed.confidence,
                implied_page_number: implied.map(super::Folio::print),
                running_head: zones.running_head(at),
                head_bottom_px: zones.head(at).iter().map(|row| row.inner_edge).max(),
                foot_top_px: zones.foot(at).iter().map(|row| row.inner_edge).min(),
                body_height_px: self.body_height_px,
                matter: parts[at].matter,
                page_region: parts[at].region,
                page_region_confidence: parts[at].confidence,
            }
        };
        let pages: BTreeMap<u32, PagePagination> =
            scans.iter().map(|scan| (*scan, of_page(*scan as usize - 1))).collect();
        let running_heads = distinct(pages.values().filter_map(|page| page.running_head.as_deref()));
        (Pagination { body_height_px: self.body_height_px, running_heads, pages }, out_of_order(&solved))
    }
}

/// Heights in steps of 4 %: the same for a book of which a page was read again.
fn in_coarse_steps(height: f64) -> f64 {
    let steps = (height.ln() / 1.04_f64.ln()).round();
    (1.04_f64.powf(steps) * 10.0).round() / 10.0
}

/// Each text once, as it stands first; what differs in one letter of five is the same.
fn distinct<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.iter().any(|other| fuzz::ratio(other.chars(), text.chars()) >= 0.8) {
            found.push(text.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::drawn::{block, centred, line, page, prose};

    /// A book of pages with a head each; nothing where it is empty.
    fn survey(heads: &[&str]) -> (Pagination, Vec<String>) {
        let mut survey = Survey::new(Some(20.0));
        for (head, number) in heads.iter().zip(1..) {
            let head = (!head.is_empty()).then(|| block(1, &[line((100, 50), 16, head)]));
            survey.add(&page(number, head.into_iter().chain([prose(2, 100, 30)]).collect()));
        }
        survey.conclude()
    }

    #[test]
    fn a_page_gets_number_head_and_part() {
        let (book, warnings) =
            survey(&["10 SKETCHES OF", "FLORIDA. It", "12 SKETCHES OF", "FLORIDA. 13", "14 SKETCHES OF"]);
        let page = &book.pages[&2];
        assert_eq!(page.printed_page_number.as_deref(), Some("11"));
        assert_eq!(page.running_head.as_deref(), Some("FLORIDA"));
        assert_eq!(page.head_bottom_px, Some(66));
        assert_eq!(page.foot_top_px, None);
        assert_eq!(book.running_heads, ["SKETCHES OF", "FLORIDA"]);
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn a_scan_that_was_not_read_keeps_its_place() {
        let mut survey = Survey::new(None);
        for (number, folio) in [(1, "10"), (2, "11"), (4, "13"), (5, "14"), (6, "15")] {
            survey.add(&page(
                number,
                vec![block(1, &[line((100, 50), 16, &format!("HEAD {folio}"))]), prose(2, 100, 30)],
            ));
        }
        let (book, warnings) = survey.conclude();
        assert_eq!(book.pages.keys().copied().collect::<Vec<_>>(), [1, 2, 4, 5, 6]);
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_with_the_order_is_told() {
        let heads = ["HEAD 10", "HEAD 11", "HEAD 12", "HEAD 12", "HEAD 13", "HEAD 14", "HEAD 16", "HEAD 17", "HEAD 18"];
        let told = ["scan 3 and 4 both show page 12", "page 15 is missing between scans 6 and 7"];
        assert_eq!(survey(&heads).1, told);
    }

    /// How a book prints its numbers and heads: what stands in the head and in the foot of a page.
    type Style = fn(u32) -> (String, String);

    /// A book of roman front matter and 40 pages, with chapters that open without a head, a plate, and every ninth number misread.
    /// What is printed on each page, what was found there, and the warnings.
    fn numbers_in(style: Style) -> (Vec<Option<String>>, Vec<Option<String>>, Vec<String>) {
        let mut survey = Survey::new(Some(20.0));
        let mut truth = Vec::new();
        let mut add = |head: &str, foot: &str, rows: u32, printed: Option<String>| {
            let head = (!head.is_empty()).then(|| block(1, &[line((100, 50), 16, head)]));
            let foot = (!foot.is_empty()).then(|| block(3, &[centred(1000, 1400, 20, foot)]));
            let prose = (rows > 0).then(|| prose(2, 100, rows));
            truth.push(printed);
            survey.add(&page(truth.len() as u32, head.into_iter().chain(prose).chain(foot).collect()));
        };
        for front in 1..=8 {
            let folio = (front > 2).then(|| shelf::book::print_roman(front));
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
        let (book, warnings) = survey.conclude();
        let found = book.pages.into_values().map(|page| page.printed_page_number).collect();
        (truth, found, warnings)
    }

    #[test]
    fn numbers_are_found_wherever_a_book_prints_them() {
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
    fn heights_come_in_steps() {
        assert_eq!(in_coarse_steps(35.0).to_bits(), in_coarse_steps(35.3).to_bits());
        assert!((in_coarse_steps(35.0) / 35.0 - 1.0).abs() < 0.021);
    }
}
