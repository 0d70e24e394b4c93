use std::collections::HashMap;

use super::edge::EdgeRow;
use super::folio::Mark;
use super::heads::repeated;
use super::numbering::PageNumberLocation;
use super::row::median;
use super::solve::{Leaf, Solved};

/// The heads and feet of all pages of a book: which of their rows are no text.
#[derive(Debug, Clone)]
pub struct Zones {
    pages: Vec<Edges>,
    /// How high the book's heads stand, of the scans' height, 0..=1.
    head_height: Option<f64>,
    /// Whether nearly all running heads hold the page's number.
    heads_have_numbers: bool,
}

/// A page's rows at head and foot.
#[derive(Debug, Clone)]
struct Edges {
    rows: Vec<EdgeRow>,
    /// Whether each is repeated on other pages.
    repeated: Vec<bool>,
    /// What may be the page's number, and the row that it stands in.
    marks: Vec<(usize, Mark)>,
    /// Which row has the page's number.
    numbered: Option<usize>,
}

/// A head that was found by its place alone stands at the height of the others, give or take this share of the scan's height.
const SAME_HEIGHT: f64 = 0.03;

/// As many of the running heads must have a number, 0..=1, before one without is thought to be misread.
const NUMBERED_HEADS: f64 = 0.8;

/// So few running heads say nothing about the others.
const FEWEST_HEADS: usize = 4;

impl Zones {
    /// Compares the pages with each other.
    #[must_use]
    pub fn of(pages: Vec<Vec<EdgeRow>>) -> Self {
        let repeated = repeated(&pages);
        let common = common_words(&pages, &repeated);
        let edges = |(rows, repeated): (Vec<EdgeRow>, Vec<bool>)| {
            let strange = |word: &str| common.get(&word.to_lowercase()).is_none_or(|heads| *heads < 2);
            let of_row = |at: usize| rows[at].marks(repeated[at], strange).into_iter().map(move |mark| (at, mark));
            let marks = (0..rows.len()).flat_map(of_row).collect();
            Edges { rows, repeated, marks, numbered: None }
        };
        let pages = pages.into_iter().zip(repeated).map(edges).collect();
        Self { pages, head_height: None, heads_have_numbers: false }
    }

    /// What may be the number of each page.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf> {
        self.pages.iter().map(Edges::leaf).collect()
    }

    /// Takes in which marks are the pages' numbers.
    pub fn learn(&mut self, solved: &[Solved]) {
        for (page, solved) in self.pages.iter_mut().zip(solved) {
            let sure = (solved.as_read && solved.agreeing > 0) || solved.agreeing > 2;
            let plain = page.leaf().plain_number().map(|(mark, _)| mark);
            page.numbered = solved.mark.filter(|_| sure).or(plain).map(|mark| page.marks[mark].0);
        }
        let known = |page: &Edges| {
            page.heads().find(|row| page.repeated[*row] || page.numbered == Some(*row)).map(|row| page.rows[row].height)
        };
        self.head_height = median(self.pages.iter().filter_map(known));
        let running = |page: &&Edges| page.heads().any(|row| page.repeated[row]);
        let (heads, numbered) = self.pages.iter().zip(solved).filter(|(page, _)| running(page)).fold(
            (0, 0),
            |(heads, numbered), (page, solved)| {
                let has_number = solved.as_read && page.numbered.is_some_and(|row| page.is_head(row));
                (heads + 1, numbered + usize::from(has_number))
            },
        );
        self.heads_have_numbers = heads >= FEWEST_HEADS && numbered as f64 >= NUMBERED_HEADS * heads as f64;
    }

    /// The rows of a page's head.
    #[must_use]
    pub fn head(&self, page: usize) -> Vec<&EdgeRow> {
        let page = &self.pages[page];
        let in_place = |row: &EdgeRow| self.head_height.is_some_and(|height| (row.height - height).abs() < SAME_HEIGHT);
        let by_its_place =
            |row: &EdgeRow| row.row == 0 && row.apart && row.unlike_text && !row.names_a_division() && in_place(row);
        let heads = page.heads().filter(|at| page.is_apart_from_the_text(*at) || by_its_place(&page.rows[*at]));
        heads.map(|at| &page.rows[at]).collect()
    }

    /// The rows of a page's foot: below them there is nothing else.
    #[must_use]
    pub fn foot(&self, page: usize) -> Vec<&EdgeRow> {
        let page = &self.pages[page];
        let upwards = (0..page.rows.len()).filter(|at| !page.is_head(*at));
        upwards.take_while(|at| page.is_apart_from_the_text(*at)).map(|at| &page.rows[at]).collect()
    }

    /// Where a page without a readable number must have one: in its running head, where nearly all heads have it.
    #[must_use]
    pub fn number_expected(&self, page: usize) -> Option<PageNumberLocation> {
        let page = &self.pages[page];
        let running = page.heads().any(|row| page.repeated[row]);
        (self.heads_have_numbers && running).then_some(PageNumberLocation::Header)
    }

    /// The running head of a page, without its number; none where it has none.
    #[must_use]
    pub fn running_head(&self, page: usize) -> Option<String> {
        let texts = self.head(page).into_iter().map(|row| self.without_number(page, row));
        texts.into_iter().find(|text| !text.is_empty())
    }

    fn without_number(&self, page: usize, row: &EdgeRow) -> String {
        let page = &self.pages[page];
        let marks: Vec<&str> = page
            .marks
            .iter()
            .filter(|(at, _)| page.rows[*at].row == row.row)
            .map(|(_, mark)| mark.text.as_str())
            .collect();
        let last = row.words.len().saturating_sub(1);
        let kept = row
            .words
            .iter()
            .enumerate()
            .filter(|(at, word)| !((*at == 0 || *at == last) && marks.contains(&word.as_str())));
        kept.map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl Edges {
    fn leaf(&self) -> Leaf {
        Leaf { marks: self.marks.iter().map(|(_, mark)| mark.clone()).collect() }
    }

    fn heads(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|at| self.is_head(*at))
    }

    fn is_head(&self, row: usize) -> bool {
        self.rows[row].location == PageNumberLocation::Header
    }

    fn is_apart_from_the_text(&self, at: usize) -> bool {
        let row = &self.rows[at];
        let apart = row.apart || (self.is_head(at) && row.unlike_text);
        (self.repeated[at] && apart) || self.numbered == Some(at)
    }
}

/// How many running heads begin or end with each word, in small letters.
fn common_words(pages: &[Vec<EdgeRow>], repeated: &[Vec<bool>]) -> HashMap<String, usize> {
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
    use crate::pagination::solve;

    fn row(words: &str, location: PageNumberLocation, height: f64) -> EdgeRow {
        let words = words.split(' ').map(str::to_owned).collect();
        EdgeRow { location, row: 0, words, height, inner_edge: 100, apart: true, unlike_text: true }
    }

    fn zones(pages: &[&[EdgeRow]]) -> Zones {
        let mut zones = Zones::of(pages.iter().map(|rows| rows.to_vec()).collect());
        zones.learn(&solve(&zones.leaves()));
        zones
    }

    fn head(words: &str) -> EdgeRow {
        row(words, PageNumberLocation::Header, 0.1)
    }

    #[test]
    fn a_head_without_its_number_is_the_running_head() {
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
    fn a_head_that_stands_alone_is_one_by_its_number_or_its_place() {
        let first = [head("10 A WORD")];
        let others = [
            [head("SOMETHING ELSE 11")],
            [head("NEITHER OF THEM")],
            [row("OF HORSES", PageNumberLocation::Header, 0.2)],
        ];
        let zones = zones(&[&first, &others[0], &others[1], &others[2]]);
        let found: Vec<bool> = (0..4).map(|page| !zones.head(page).is_empty()).collect();
        assert_eq!(found, [true, true, true, false], "a heading stands lower");
    }

    #[test]
    fn a_folio_below_the_text_is_a_foot() {
        let foot = |folio: &str| row(folio, PageNumberLocation::Footer, 0.95);
        let rows: Vec<[EdgeRow; 1]> = ["1", "2", "3"].map(|folio| [foot(folio)]).into();
        let zones = zones(&[&rows[0], &rows[1], &rows[2]]);
        assert_eq!((zones.foot(1).len(), zones.head(1).len(), zones.running_head(1)), (1, 0, None));
        assert_eq!(zones.number_expected(1), None);
    }

    #[test]
    fn a_number_is_expected_where_nearly_all_heads_have_one() {
        let mut pages: Vec<Vec<EdgeRow>> = (10..20).map(|folio| vec![head(&format!("SKETCHES OF {folio}"))]).collect();
        pages.push(vec![head("SKETCHES OF")]);
        pages.push(vec![head("SKETCHES OF 21")]);
        let pages: Vec<&[EdgeRow]> = pages.iter().map(Vec::as_slice).collect();
        assert_eq!(zones(&pages).number_expected(10), Some(PageNumberLocation::Header));
        assert_eq!(zones(&pages[9..]).number_expected(1), None, "too few to say");
    }
}
