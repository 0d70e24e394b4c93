//! The printed page numbers of a whole book, found at once: the cheapest way through the scans (Viterbi's algorithm), where a way says
//! at every scan either "not numbered" or "page `scan + offset` in this style". Misread numbers cost, so do jumps; a misread number is
//! cheaper than two jumps, and a jump is cheaper than a row of misread numbers.

use std::collections::BTreeMap;

use super::folio::{Folio, Mark};
use super::numbering::NumberingStyle;

/// What is seen of a scan's number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leaf {
    /// What may be its number.
    pub marks: Vec<Mark>,
}

impl Leaf {
    /// What stands in a number's place and says a number, where the book does not help; a single letter there is none.
    #[must_use]
    pub fn plain_number(&self) -> Option<(usize, Folio)> {
        let is_strong =
            |mark: &Mark| mark.strength >= STRONG && (mark.text.len() > 1 || mark.text.parse::<u32>().is_ok());
        let mut numbers = self.marks.iter().enumerate().filter(|(_, mark)| is_strong(mark));
        numbers.find_map(|(at, mark)| Some((at, mark.folio()?)))
    }

    fn says(&self, folio: Option<Folio>) -> bool {
        folio.is_some() && self.marks.iter().any(|mark| mark.folio() == folio)
    }
}

/// A mark as strong as this is a number by its place.
const STRONG: f64 = 0.7;

/// What the solver says of a scan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Solved {
    /// The page that it is, whether or not its number is printed; none where it is not numbered.
    pub folio: Option<Folio>,
    /// Which of its marks is the printed number.
    pub mark: Option<usize>,
    /// Whether the mark says the number as it is, not only something like it.
    pub as_read: bool,
    /// How many of the nearest six scans with a number, three before and three after, say what the same count makes of them, or show the
    /// same page.
    pub agreeing: u32,
}

/// Finds the page that every scan is.
#[must_use]
pub fn solve(leaves: &[Leaf]) -> Vec<Solved> {
    let states = states(leaves);
    let way = cheapest_way(leaves, &states);
    let solved: Vec<Solved> =
        leaves.iter().zip(&way).zip(1..).map(|((leaf, state), scan)| read_as(leaf, *state, scan)).collect();
    let agreeing: Vec<u32> = (0..solved.len()).map(|at| agreeing(&way, &solved, at)).collect();
    solved.into_iter().zip(agreeing).map(|(solved, agreeing)| Solved { agreeing, ..solved }).collect()
}

/// How scans are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum State {
    Unnumbered,
    /// The page's number is the scan's number plus this.
    Counted {
        style: NumberingStyle,
        offset: i64,
    },
}

impl State {
    fn folio(self, scan: i64) -> Option<Folio> {
        let Self::Counted { style, offset } = self else { return None };
        let value = u32::try_from(scan + offset).ok().filter(|value| *value > 0)?;
        (style == NumberingStyle::Arabic || value <= MOST_ROMAN).then_some(Folio { style, value })
    }
}

/// No front matter is longer.
const MOST_ROMAN: u32 = 300;

/// As many ways of counting are followed at most; those with the most numbers that say so.
const MOST_STATES: usize = 120;

/// All ways of counting that some mark speaks for.
fn states(leaves: &[Leaf]) -> Vec<State> {
    let mut votes: BTreeMap<State, u32> = BTreeMap::new();
    for (leaf, scan) in leaves.iter().zip(1..) {
        for folio in leaf.marks.iter().filter_map(Mark::folio) {
            let state = State::Counted { style: folio.style, offset: i64::from(folio.value) - scan };
            *votes.entry(state).or_default() += 1;
        }
    }
    let mut states: Vec<(State, u32)> = votes.into_iter().collect();
    states.sort_by_key(|(_, votes)| std::cmp::Reverse(*votes));
    states.truncate(MOST_STATES);
    std::iter::once(State::Unnumbered).chain(states.into_iter().map(|(state, _)| state)).collect()
}

fn cheapest_way(leaves: &[Leaf], states: &[State]) -> Vec<State> {
    let Some(first) = leaves.first() else { return Vec::new() };
    let start = |state: &State| if *state == State::Unnumbered { 0.0 } else { cost::START };
    let mut costs: Vec<f64> = states.iter().map(|state| start(state) + misfit(first, *state, 1)).collect();
    let mut from: Vec<Vec<usize>> = Vec::new();
    for ((before, leaf), scan) in leaves.iter().zip(&leaves[1..]).zip(2..) {
        let best_to = |state: &State| {
            let through =
                states.iter().zip(&costs).map(|(from, cost)| cost + step(*from, *state, [before, leaf], scan));
            through.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).expect("there is a state")
        };
        let best: Vec<(usize, f64)> = states.iter().map(best_to).collect();
        costs = best.iter().zip(states).map(|((_, cost), state)| cost + misfit(leaf, *state, scan)).collect();
        from.push(best.into_iter().map(|(at, _)| at).collect());
    }
    let mut at = (0..states.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b])).expect("there is a state");
    let mut way = vec![states[at]];
    for from in from.iter().rev() {
        at = from[at];
        way.push(states[at]);
    }
    way.reverse();
    way
}

/// What is cheap and what is dear. Only the proportions matter: one misread number is cheaper than a jump, and three numbers in a row
/// that agree with each other are dearer to mend than a jump there and a jump back.
mod cost {
    /// To begin with a numbered page.
    pub(super) const START: f64 = 0.5;
    /// To begin or end to count.
    pub(super) const ENTER: f64 = 1.5;
    pub(super) const LEAVE: f64 = 2.5;
    /// A strong mark that says nothing like the number.
    pub(super) const MISREAD: f64 = 3.0;
    /// A mark on a page that is not numbered.
    pub(super) const STRAY: f64 = 2.0;
    /// A mark that is not the number but a little like it, and each edit between them.
    pub(super) const LIKE: f64 = 0.6;
    pub(super) const EDIT: f64 = 2.0;
    /// A leaf without a number, where it might be counted.
    pub(super) const UNCOUNTED: f64 = 0.05;
    /// A leaf without a number that is not counted, such as a plate.
    pub(super) const PLATE: f64 = 1.0;
    /// A page that is there twice, its number read both times: less than a misread number, which the last leaf's would be else.
    pub(super) const TWICE: f64 = 1.6;
    /// Pages that are there twice or not at all, and each of them, up to ten.
    pub(super) const JUMP: f64 = 3.2;
    pub(super) const PAGE: f64 = 0.25;
    /// From roman to arabic at page 1, and at any other.
    pub(super) const BODY_BEGINS: f64 = 0.8;
    pub(super) const STYLE_CHANGES: f64 = 5.0;
    /// To count from 1 again.
    pub(super) const RESTART: f64 = 3.5;
    pub(super) const NEVER: f64 = 1e9;
}

fn misfit(leaf: &Leaf, state: State, scan: i64) -> f64 {
    let strongest = leaf.marks.iter().map(|mark| mark.strength).fold(0.0, f64::max);
    match state.folio(scan) {
        None if state != State::Unnumbered => cost::NEVER,
        None => cost::UNCOUNTED + cost::STRAY * strongest,
        Some(_) if leaf.marks.is_empty() => 0.0,
        Some(folio) => {
            let read = leaf.marks.iter().map(|mark| misreading(mark, folio)).fold(f64::INFINITY, f64::min);
            read.min(cost::MISREAD * strongest)
        }
    }
}

fn misreading(mark: &Mark, folio: Folio) -> f64 {
    if mark.folio() == Some(folio) { 0.0 } else { cost::LIKE + cost::EDIT * mark.edits_from(folio) }
}

/// What it costs to count a leaf, scan `scan`, as `to` after the one before it was counted as `from`.
fn step(from: State, to: State, [before, leaf]: [&Leaf; 2], scan: i64) -> f64 {
    match (from, to) {
        (State::Unnumbered, State::Unnumbered) => 0.0,
        (State::Unnumbered, State::Counted { .. }) => cost::ENTER,
        (State::Counted { .. }, State::Unnumbered) => cost::LEAVE,
        (State::Counted { style, offset }, State::Counted { style: new_style, offset: new }) => {
            let page = scan + new;
            match (style == new_style, new - offset) {
                (true, 0) => 0.0,
                (true, -1) if leaf.marks.is_empty() => cost::PLATE,
                (true, -1) if [before, leaf].iter().all(|leaf| leaf.says(to.folio(scan))) => cost::TWICE,
                (true, _) if page == 1 => cost::RESTART,
                (true, pages) => cost::JUMP + cost::PAGE * pages.unsigned_abs().min(10) as f64,
                (false, 0) => cost::BODY_BEGINS,
                (false, _) if new_style == NumberingStyle::Arabic && page == 1 => cost::BODY_BEGINS,
                (false, _) => cost::STYLE_CHANGES,
            }
        }
    }
}

fn read_as(leaf: &Leaf, state: State, scan: i64) -> Solved {
    let Some(folio) = state.folio(scan) else { return Solved::default() };
    let cheapest =
        leaf.marks.iter().enumerate().min_by(|a, b| misreading(a.1, folio).total_cmp(&misreading(b.1, folio)));
    Solved {
        folio: Some(folio),
        mark: cheapest.map(|(at, _)| at),
        as_read: cheapest.is_some_and(|(_, mark)| mark.folio() == Some(folio)),
        agreeing: 0,
    }
}

/// How many scans on each side are asked.
const NEIGHBOURS: usize = 3;

/// How far away they may be.
const FARTHEST: usize = 12;

fn agreeing(way: &[State], solved: &[Solved], at: usize) -> u32 {
    let (state, folio) = (way[at], solved[at].folio);
    if state == State::Unnumbered {
        return 0;
    }
    let agrees = |other: &usize| solved[*other].as_read && (way[*other] == state || solved[*other].folio == folio);
    let before = (at.saturating_sub(FARTHEST)..at).rev().filter(agrees).take(NEIGHBOURS).count();
    let after = (at + 1..(at + 1 + FARTHEST).min(way.len())).filter(agrees).take(NEIGHBOURS).count();
    (before + after) as u32
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use proptest::prelude::*;

    use super::*;
    use crate::pagination::{PageNumberLocation, out_of_order};

    /// A book as its scans are, with the page that each one is.
    #[derive(Debug, Clone, Default)]
    struct Scans {
        leaves: Vec<Leaf>,
        truth: Vec<Option<Folio>>,
    }

    impl Scans {
        fn push(&mut self, truth: Option<Folio>, read: Option<String>) {
            let mark = |text| Mark { text, location: PageNumberLocation::Header, strength: 1.0 };
            self.leaves.push(Leaf { marks: read.map(mark).into_iter().collect() });
            self.truth.push(truth);
        }

        /// Pages of the body that are there once more, so many scans before or behind their place, and what is told of them.
        fn push_again(&mut self, pages: Range<u32>, away: i64) -> Vec<String> {
            let tell = |value: u32| {
                self.push(Some(Folio { style: NumberingStyle::Arabic, value }), Some(value.to_string()));
                let scan = self.leaves.len() as i64;
                format!("scan {} and {} both show page {value}", scan.min(scan - away), scan.max(scan - away))
            };
            pages.map(tell).collect()
        }
    }

    /// What happens to the page at a place in the book.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Event {
        Plate,
        Twice,
        Missing,
    }

    /// What becomes of a page's number on its way to us.
    #[derive(Debug, Clone, Copy)]
    enum Reading {
        Clean,
        Unprinted,
        /// A digit is read as another.
        Wrong {
            digit: usize,
            by: u8,
        },
    }

    fn reading() -> impl Strategy<Value = Reading> {
        prop_oneof![
            8 => Just(Reading::Clean),
            1 => Just(Reading::Unprinted),
            1 => (0..3usize, 1..9u8).prop_map(|(digit, by)| Reading::Wrong { digit, by }),
        ]
    }

    fn misread(printed: &str, digit: usize, by: u8) -> String {
        let at = digit % printed.len();
        let letters = printed.char_indices().map(|(place, letter)| match letter.to_digit(10) {
            Some(value) if place == at => char::from(b'0' + ((value as u8 + by) % 10)),
            None if place == at => 'n',
            _ => letter,
        });
        letters.collect()
    }

    /// What was scanned twice at an end of the book's body.
    fn at_an_end() -> impl Strategy<Value = u32> {
        prop_oneof![3 => Just(0), 1 => Just(1), 1 => Just(2)]
    }

    /// Front matter whose first pages have no number, then pages from 1, of which the first and the last leaf, or opening, may be there
    /// twice. Around an event numbers are read as they are, and no two misread numbers near each other say the same count: such a book
    /// could as well have lost a leaf.
    fn book() -> impl Strategy<Value = (Scans, Vec<String>)> {
        let pages = (0..16u32, 40..120u32);
        let event = prop_oneof![Just(Event::Plate), Just(Event::Twice), Just(Event::Missing)];
        let events = proptest::collection::vec((event, 8..14u32), 0..4);
        let ends = (at_an_end(), at_an_end());
        (pages, events, ends, proptest::collection::vec(reading(), 160)).prop_map(
            |((front, body), events, ends, readings)| {
                let mut scans = Scans::default();
                let mut warnings = Vec::new();
                for value in 1..=front {
                    let folio = Folio { style: NumberingStyle::Roman, value };
                    let printed = (value > 4).then(|| folio.print());
                    scans.push(Some(folio), printed.map(|printed| read(&printed, readings[value as usize])));
                }
                warnings.extend(scans.push_again(1..ends.0 + 1, -i64::from(ends.0)));
                let mut places = Vec::new();
                let mut misread: Vec<(u32, i64)> = Vec::new();
                let mut place = 2;
                for (event, pages) in events {
                    place += pages;
                    places.push((place, event));
                }
                for value in 1..=body {
                    let folio = Folio { style: NumberingStyle::Arabic, value };
                    let event = places.iter().find(|(place, _)| *place == value).map(|(_, event)| *event);
                    let near =
                        value < 4 || value + 4 > body || places.iter().any(|(place, _)| place.abs_diff(value) < 4);
                    let reading = if near { Reading::Clean } else { readings[(front + value) as usize] };
                    let scan = scans.leaves.len() as u32 + 1;
                    let printed = match reading {
                        Reading::Unprinted => None,
                        reading => Some(read(&value.to_string(), reading)),
                    };
                    let printed = printed.map(|printed| {
                        let by = printed.parse::<i64>().map_or(0, |read| read - i64::from(value));
                        let echo = misread.iter().any(|(at, same)| *same == by && value - at <= FARTHEST as u32);
                        if by == 0 || echo {
                            return value.to_string();
                        }
                        misread.push((value, by));
                        printed
                    });
                    match event.filter(|_| value + 4 < body) {
                        Some(Event::Missing) => {
                            warnings.push(format!("page {value} is missing between scans {} and {scan}", scan - 1));
                            continue;
                        }
                        Some(Event::Twice) => {
                            warnings.push(format!("scan {scan} and {} both show page {value}", scan + 1));
                            scans.push(Some(folio), printed.clone());
                        }
                        Some(Event::Plate) => scans.push(None, None),
                        None => {}
                    }
                    scans.push(Some(folio), printed);
                }
                warnings.extend(scans.push_again(body + 1 - ends.1..body + 1, ends.1.into()));
                (scans, warnings)
            },
        )
    }

    fn read(printed: &str, reading: Reading) -> String {
        match reading {
            Reading::Wrong { digit, by } => misread(printed, digit, by),
            Reading::Clean | Reading::Unprinted => printed.to_owned(),
        }
    }

    proptest! {
        #[test]
        fn a_book_is_solved_whatever_was_misread((scans, mut warnings) in book()) {
            let solved = solve(&scans.leaves);
            let arabic = |folio: &Folio| folio.style == NumberingStyle::Arabic;
            for ((solved, truth), leaf) in solved.iter().zip(&scans.truth).zip(&scans.leaves) {
                let Some(truth) = truth.filter(|folio| arabic(folio) && !leaf.marks.is_empty()) else { continue };
                prop_assert_eq!(solved.folio, Some(truth), "{:?}", scans);
            }
            let mut told = out_of_order(&solved);
            told.sort();
            warnings.sort();
            prop_assert_eq!(told, warnings);
        }
    }

    fn folios(read: &[&str]) -> Vec<String> {
        let mut scans = Scans::default();
        for text in read {
            scans.push(None, (!text.is_empty()).then(|| (*text).to_owned()));
        }
        let name = |solved: Solved| solved.folio.map(Folio::print).unwrap_or_default();
        solve(&scans.leaves).into_iter().map(name).collect()
    }

    #[test]
    fn roman_front_matter_is_followed_by_page_1() {
        let read = ["", "", "iii", "iv", "", "2", "3", "4"];
        assert_eq!(folios(&read), ["i", "ii", "iii", "iv", "1", "2", "3", "4"]);
    }

    #[test]
    fn a_number_that_nothing_speaks_for_is_not_a_page_s() {
        assert_eq!(folios(&["", "1915", "", "1", "2", "3", "4", "5"])[1], "");
    }

    #[test]
    fn a_second_part_counts_from_1_again() {
        assert_eq!(folios(&["7", "8", "9", "1", "2", "3"]), ["7", "8", "9", "1", "2", "3"]);
    }

    #[test]
    fn no_scans_and_no_numbers_are_no_pages() {
        assert_eq!(solve(&[]), []);
        assert_eq!(folios(&["", "", ""]), ["", "", ""]);
    }
}
