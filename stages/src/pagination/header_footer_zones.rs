use std::collections::HashMap;

use shelf_pages::PageNumberLocation;

use super::header_footer_row::HeaderFooterRow;
use super::page_number_candidate::{Observation, PageNumberCandidate};
use super::repeated_rows::repeated_rows;
use super::solver::SolvedNumber;
use crate::page_layout::median;

/// The header and footer zones of all pages of a book: which of the rows at the top and bottom are not text.
#[derive(Debug, Clone)]
pub struct HeaderFooterZones {
    pages: Vec<PageZones>,
    /// The usual height of the book's running heads, as a fraction of the scan's height, 0..=1.
    header_center_ratio: Option<f64>,
    /// Whether nearly all running heads contain the page number.
    headers_have_numbers: bool,
}

/// The rows at the top and bottom of a page.
#[derive(Debug, Clone)]
struct PageZones {
    rows: Vec<HeaderFooterRow>,
    /// Whether each row is repeated on other pages.
    repeated: Vec<bool>,
    /// The candidates for the page number, with the index of their row.
    candidates: Vec<(usize, PageNumberCandidate)>,
    /// Index of the row with the page number.
    numbered: Option<usize>,
}

/// A header recognised by its position alone differs in height from the others by less than this fraction of the scan's height.
const MAX_HEIGHT_DIFFERENCE_RATIO: f64 = 0.03;

/// If at least this fraction of the running heads contains a number, one without is assumed to be misread, 0..=1.
const MIN_NUMBERED_RATIO: f64 = 0.8;

/// Fewer running heads are not conclusive.
const MIN_RUNNING_HEADS: usize = 4;

impl HeaderFooterZones {
    /// Compares the rows of all pages with each other.
    #[must_use]
    pub fn of(pages: Vec<Vec<HeaderFooterRow>>) -> Self {
        let repeated = repeated_rows(&pages);
        let common = common_words(&pages, &repeated);
        let zones = |((rows, repeated), scan): ((Vec<HeaderFooterRow>, Vec<bool>), u32)| {
            let is_rare = |word: &str| common.get(&word.to_lowercase()).is_none_or(|heads| *heads < 2);
            let of_row = |at: usize| {
                let candidates = rows[at].page_number_candidates(repeated[at], is_rare).into_iter();
                candidates.map(move |found| (at, found.on_scan(scan)))
            };
            let candidates = (0..rows.len()).flat_map(of_row).collect();
            PageZones { rows, repeated, candidates, numbered: None }
        };
        let pages = pages.into_iter().zip(repeated).zip(1..).map(zones).collect();
        Self { pages, header_center_ratio: None, headers_have_numbers: false }
    }

    /// The candidates for the page number of each page.
    #[must_use]
    pub fn observations(&self) -> Vec<Observation> {
        self.pages.iter().map(PageZones::observation).collect()
    }

    /// Sets which candidates are the page numbers.
    pub fn set_page_numbers(&mut self, solved: &[SolvedNumber]) {
        for (page, solved) in self.pages.iter_mut().zip(solved) {
            let sure = (solved.is_exact && solved.agreeing_neighbours > 0) || solved.agreeing_neighbours > 2;
            let without_context = page.observation().number_without_context().map(|(candidate, _)| candidate);
            page.numbered = solved.candidate.filter(|_| sure).or(without_context).map(|at| page.candidates[at].0);
        }
        let known = |page: &PageZones| {
            page.headers()
                .find(|row| page.repeated[*row] || page.numbered == Some(*row))
                .map(|row| page.rows[row].center_ratio)
        };
        self.header_center_ratio = median(self.pages.iter().filter_map(known));
        let running = |page: &&PageZones| page.headers().any(|row| page.repeated[row]);
        let (heads, numbered) = self.pages.iter().zip(solved).filter(|(page, _)| running(page)).fold(
            (0, 0),
            |(heads, numbered), (page, solved)| {
                let has_number = solved.is_exact && page.numbered.is_some_and(|row| page.is_header(row));
                (heads + 1, numbered + usize::from(has_number))
            },
        );
        self.headers_have_numbers = heads >= MIN_RUNNING_HEADS && numbered as f64 >= MIN_NUMBERED_RATIO * heads as f64;
    }

    /// The rows of a page's header zone.
    #[must_use]
    pub fn header_rows(&self, page: usize) -> Vec<&HeaderFooterRow> {
        let page = &self.pages[page];
        let in_place = |row: &HeaderFooterRow| {
            self.header_center_ratio
                .is_some_and(|center_ratio| (row.center_ratio - center_ratio).abs() < MAX_HEIGHT_DIFFERENCE_RATIO)
        };
        let is_by_position = |row: &HeaderFooterRow| {
            row.row_index == 0 && row.is_set_apart && row.differs_from_text && !row.names_a_division() && in_place(row)
        };
        let heads = page.headers().filter(|at| page.is_outside_text(*at) || is_by_position(&page.rows[*at]));
        heads.map(|at| &page.rows[at]).collect()
    }

    /// The rows of a page's footer zone; there is nothing below them.
    #[must_use]
    pub fn footer_rows(&self, page: usize) -> Vec<&HeaderFooterRow> {
        let page = &self.pages[page];
        let upwards = (0..page.rows.len()).filter(|at| !page.is_header(*at));
        upwards.take_while(|at| page.is_outside_text(*at)).map(|at| &page.rows[at]).collect()
    }

    /// Where a page without a recognised number must have one: in its running head, if nearly all running heads have it.
    #[must_use]
    pub fn expected_number_location(&self, page: usize) -> Option<PageNumberLocation> {
        let page = &self.pages[page];
        let running = page.headers().any(|row| page.repeated[row]);
        (self.headers_have_numbers && running).then_some(PageNumberLocation::Header)
    }

    /// The running head of a page, without the page number; `None` if it has none.
    #[must_use]
    pub fn running_head(&self, page: usize) -> Option<String> {
        let texts = self.header_rows(page).into_iter().map(|row| self.without_number(page, row));
        texts.into_iter().find(|text| !text.is_empty())
    }

    fn without_number(&self, page: usize, row: &HeaderFooterRow) -> String {
        let page = &self.pages[page];
        let numbers: Vec<&str> = page
            .candidates
            .iter()
            .filter(|(at, _)| page.rows[*at].row_index == row.row_index)
            .map(|(_, candidate)| candidate.text.as_str())
            .collect();
        let last = row.words.len().saturating_sub(1);
        let kept = row
            .words
            .iter()
            .enumerate()
            .filter(|(at, word)| !((*at == 0 || *at == last) && numbers.contains(&word.as_str())));
        kept.map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl PageZones {
    fn observation(&self) -> Observation {
        Observation { candidates: self.candidates.iter().map(|(_, candidate)| candidate.clone()).collect() }
    }

    fn headers(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|at| self.is_header(*at))
    }

    fn is_header(&self, row: usize) -> bool {
        self.rows[row].location == PageNumberLocation::Header
    }

    fn is_outside_text(&self, at: usize) -> bool {
        let row = &self.rows[at];
        let is_set_apart = row.is_set_apart || (self.is_header(at) && row.differs_from_text);
        (self.repeated[at] && is_set_apart) || self.numbered == Some(at)
    }
}

/// How many running heads begin or end with each word, in lower case.
fn common_words(pages: &[Vec<HeaderFooterRow>], repeated: &[Vec<bool>]) -> HashMap<String, usize> {
    let mut common = HashMap::new();
    for (rows, repeated) in pages.iter().zip(repeated) {
        for (row, _) in rows.iter().zip(repeated).filter(|(_, repeated)| **repeated) {
            for word in [row.words.first(), row.words.last()].into_iter().flatten() {
                *common.entry(word.to_lowercase()).or_default() += 1;
            }
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::solve_page_numbers;

    fn row(words: &str, location: PageNumberLocation, center_ratio: f64) -> HeaderFooterRow {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        HeaderFooterRow {
            location,
            row_index: 0,
            confidences: vec![0.95; words.len()],
            words,
            center_ratio,
            inner_edge_px: 100,
            is_set_apart: true,
            differs_from_text: true,
        }
    }

    fn zones(pages: &[&[HeaderFooterRow]]) -> HeaderFooterZones {
        let mut zones = HeaderFooterZones::of(pages.iter().map(|rows| rows.to_vec()).collect());
        zones.set_page_numbers(&solve_page_numbers(&zones.observations()));
        zones
    }

    fn head(words: &str) -> HeaderFooterRow {
        row(words, PageNumberLocation::Header, 0.1)
    }

    #[test]
    fn running_head_excludes_the_page_number() {
        let zones = zones(&[
            &[head("10 SKETCHES OF")],
            &[head("FLORIDA It")],
            &[head("12 SKETCHES OF")],
            &[head("FLORIDA 13")],
        ]);
        let heads: Vec<Option<String>> = (0..4).map(|page| zones.running_head(page)).collect();
        assert_eq!(
            heads.into_iter().flatten().collect::<Vec<_>>(),
            ["SKETCHES OF", "FLORIDA", "SKETCHES OF", "FLORIDA"]
        );
    }

    #[test]
    fn header_is_recognised_by_number_or_position() {
        let first = [head("10 A WORD")];
        let others = [
            [head("SOMETHING ELSE 11")],
            [head("NEITHER OF THEM")],
            [row("OF HORSES", PageNumberLocation::Header, 0.2)],
        ];
        let zones = zones(&[&first, &others[0], &others[1], &others[2]]);
        let found: Vec<bool> = (0..4).map(|page| !zones.header_rows(page).is_empty()).collect();
        assert_eq!(found, [true, true, true, false], "a heading is lower");
    }

    #[test]
    fn page_number_below_the_text_is_a_footer() {
        let foot = |folio: &str| row(folio, PageNumberLocation::Footer, 0.95);
        let rows: Vec<[HeaderFooterRow; 1]> = ["1", "2", "3"].map(|folio| [foot(folio)]).into();
        let zones = zones(&[&rows[0], &rows[1], &rows[2]]);
        assert_eq!((zones.footer_rows(1).len(), zones.header_rows(1).len(), zones.running_head(1)), (1, 0, None));
        assert_eq!(zones.expected_number_location(1), None);
    }

    #[test]
    fn number_is_expected_if_nearly_all_running_heads_have_one() {
        let mut pages: Vec<Vec<HeaderFooterRow>> =
            (10..20).map(|folio| vec![head(&format!("SKETCHES OF {folio}"))]).collect();
        pages.push(vec![head("SKETCHES OF")]);
        pages.push(vec![head("SKETCHES OF 21")]);
        let pages: Vec<&[HeaderFooterRow]> = pages.iter().map(Vec::as_slice).collect();
        assert_eq!(zones(&pages).expected_number_location(10), Some(PageNumberLocation::Header));
        assert_eq!(zones(&pages[9..]).expected_number_location(1), None, "too few running heads");
    }
}
