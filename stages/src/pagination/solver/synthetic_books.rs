//! Scanned books with known page numbers, misread digits, plates, and duplicated and missing pages.

use std::ops::Range;

use proptest::prelude::*;
use shelf_pages::{NumberingStyle, PageNumberLocation};

use super::solve::MAX_NEIGHBOUR_DISTANCE;
use crate::pagination::{Folio, Observation, PageNumberCandidate, scan_order_warnings, solve_page_numbers};

/// The scans of a book, with the true page number of each.
#[derive(Debug, Clone, Default)]
pub(super) struct ScannedBook {
    pub(super) observations: Vec<Observation>,
    truth: Vec<Option<Folio>>,
}

impl ScannedBook {
    pub(super) fn push(&mut self, truth: Option<Folio>, recognised: Option<String>) {
        let candidate = |text| PageNumberCandidate {
            text,
            location: PageNumberLocation::Header,
            position_score: 1.0,
            confidence: 0.95,
        };
        self.observations.push(Observation { candidates: recognised.map(candidate).into_iter().collect() });
        self.truth.push(truth);
    }

    /// Adds duplicates of pages of the body, whose originals are `distance` scans before (or, if negative, after) them; returns the
    /// expected warnings.
    fn push_duplicates(&mut self, pages: Range<u32>, distance: i64) -> Vec<String> {
        let push = |value: u32| {
            self.push(Some(Folio { style: NumberingStyle::Arabic, value }), Some(value.to_string()));
            let scan = self.observations.len() as i64;
            let (first, second) = (scan.min(scan - distance), scan.max(scan - distance));
            format!("scans {first} and {second} both carry page number {value}")
        };
        pages.map(push).collect()
    }
}

/// An irregularity in the sequence of pages.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Irregularity {
    Plate,
    Duplicate,
    Missing,
}

/// How the number of a page was recognised.
#[derive(Debug, Clone, Copy)]
enum Recognition {
    Correct,
    Unprinted,
    /// One digit was misread.
    Misread {
        digit: usize,
        by: u8,
    },
}

fn recognition() -> impl Strategy<Value = Recognition> {
    prop_oneof![
        8 => Just(Recognition::Correct),
        1 => Just(Recognition::Unprinted),
        1 => (0..3usize, 1..9u8).prop_map(|(digit, by)| Recognition::Misread { digit, by }),
    ]
}

fn recognised(printed: &str, recognition: Recognition) -> String {
    match recognition {
        Recognition::Misread { digit, by } => misread(printed, digit, by),
        Recognition::Correct | Recognition::Unprinted => printed.to_owned(),
    }
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

/// How many pages were scanned twice at an end of the body.
fn duplicates_at_end() -> impl Strategy<Value = u32> {
    prop_oneof![3 => Just(0), 1 => Just(1), 1 => Just(2)]
}

/// A book of front matter whose first pages are unnumbered and of pages from 1, of which the first and the last one or two may be
/// duplicated. Numbers near an irregularity are recognised correctly, and no two misread numbers near each other agree: such a book could
/// as well have lost a page.
fn book() -> impl Strategy<Value = (ScannedBook, Vec<String>)> {
    let pages = (0..16u32, 40..120u32);
    let irregularity =
        prop_oneof![Just(Irregularity::Plate), Just(Irregularity::Duplicate), Just(Irregularity::Missing)];
    let irregularities = proptest::collection::vec((irregularity, 8..14u32), 0..4);
    let ends = (duplicates_at_end(), duplicates_at_end());
    (pages, irregularities, ends, proptest::collection::vec(recognition(), 160)).prop_map(
        |((front, body), irregularities, ends, recognitions)| {
            let mut book = ScannedBook::default();
            let mut warnings = Vec::new();
            for value in 1..=front {
                let folio = Folio { style: NumberingStyle::Roman, value };
                let printed = (value > 4).then(|| folio.print());
                book.push(Some(folio), printed.map(|printed| recognised(&printed, recognitions[value as usize])));
            }
            warnings.extend(book.push_duplicates(1..ends.0 + 1, -i64::from(ends.0)));
            let mut places = Vec::new();
            let mut misread: Vec<(u32, i64)> = Vec::new();
            let mut place = 2;
            for (irregularity, pages) in irregularities {
                place += pages;
                places.push((place, irregularity));
            }
            for value in 1..=body {
                let folio = Folio { style: NumberingStyle::Arabic, value };
                let irregularity = places.iter().find(|(place, _)| *place == value).map(|(_, found)| *found);
                let near = value < 4 || value + 4 > body || places.iter().any(|(place, _)| place.abs_diff(value) < 4);
                let recognition = if near { Recognition::Correct } else { recognitions[(front + value) as usize] };
                let scan = book.observations.len() as u32 + 1;
                let printed = match recognition {
                    Recognition::Unprinted => None,
                    recognition => Some(recognised(&value.to_string(), recognition)),
                };
                let printed = printed.map(|printed| {
                    let by = printed.parse::<i64>().map_or(0, |read| read - i64::from(value));
                    let agrees =
                        misread.iter().any(|(at, same)| *same == by && value - at <= MAX_NEIGHBOUR_DISTANCE as u32);
                    if by == 0 || agrees {
                        return value.to_string();
                    }
                    misread.push((value, by));
                    printed
                });
                match irregularity.filter(|_| value + 4 < body) {
                    Some(Irregularity::Missing) => {
                        warnings.push(format!("page {value} is missing between scans {} and {scan}", scan - 1));
                        continue;
                    }
                    Some(Irregularity::Duplicate) => {
                        warnings.push(format!("scans {scan} and {} both carry page number {value}", scan + 1));
                        book.push(Some(folio), printed.clone());
                    }
                    Some(Irregularity::Plate) => book.push(None, None),
                    None => {}
                }
                book.push(Some(folio), printed);
            }
            warnings.extend(book.push_duplicates(body + 1 - ends.1..body + 1, ends.1.into()));
            (book, warnings)
        },
    )
}

proptest! {
    #[test]
    fn recognised_arabic_numbers_are_solved_and_irregularities_reported((book, mut warnings) in book()) {
        let solved = solve_page_numbers(&book.observations);
        let arabic = |folio: &Folio| folio.style == NumberingStyle::Arabic;
        for ((solved, truth), observation) in solved.iter().zip(&book.truth).zip(&book.observations) {
            let Some(truth) = truth.filter(|folio| arabic(folio) && !observation.candidates.is_empty()) else { continue };
            prop_assert_eq!(solved.folio, Some(truth), "{:?}", book);
        }
        let mut reported = scan_order_warnings(&solved);
        reported.sort();
        warnings.sort();
        prop_assert_eq!(reported, warnings);
    }
}
