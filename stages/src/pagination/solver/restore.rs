//! Numbers that were read with certainty, and that the sequence of the whole book nevertheless overruled: those of leaves that are out of
//! order, and those of the first and the last scan, where nothing beyond them decides whether a number was misread or pages are missing.

use std::collections::HashSet;
use std::ops::Range;

use super::SolvedNumber;
use crate::pagination::{Folio, Observation};

/// A number that was read with less confidence may be misread, 0..=1.
const MIN_CERTAIN_CONFIDENCE: f64 = 0.9;
/// The same for the score of its position: a number at the end of a row that may not be a running head is not certain.
const MIN_POSITION_SCORE: f64 = 0.7;
/// More pages are not missing beside the first or the last scan; a number that is farther from its neighbour is another number.
const MAX_MISSING_PAGES: u32 = 16;

/// A candidate, by its index, and its number.
type Reading = (usize, Folio);

/// Replaces solved numbers by numbers that were read with certainty.
pub(super) fn restore_readings(observations: &[Observation], solved: &mut [SolvedNumber]) {
    let overruled: Vec<Option<Reading>> = observations
        .iter()
        .zip(solved.iter())
        .map(|(observation, solved)| certain_reading(observation).filter(|(_, folio)| solved.folio != Some(*folio)))
        .collect();
    restore_leaves(&overruled, solved);
    restore_ends(&overruled, solved);
}

fn certain_reading(observation: &Observation) -> Option<Reading> {
    let certain = observation.candidates.iter().enumerate().filter(|(_, candidate)| {
        candidate.confidence >= MIN_CERTAIN_CONFIDENCE && candidate.position_score >= MIN_POSITION_SCORE
    });
    certain.into_iter().find_map(|(at, candidate)| Some((at, candidate.folio()?)))
}

/// Restores the numbers of leaves that are out of order: at least two scans in a row with successive numbers, which no other scan has, and
/// which lie within the numbers of the book.
fn restore_leaves(overruled: &[Option<Reading>], solved: &mut [SolvedNumber]) {
    let leaves: Vec<Range<usize>> = runs(overruled).into_iter().filter(|run| run.len() > 1).collect();
    let in_order = (0..solved.len()).filter(|at| !leaves.iter().any(|leaf| leaf.contains(at)));
    let others: HashSet<Folio> = in_order.filter_map(|at| solved[at].folio).collect();
    for leaf in leaves {
        let readings: Vec<Reading> = leaf.clone().filter_map(|at| overruled[at]).collect();
        let within = |folio: &Folio| {
            let same_style = || others.iter().filter(|other| other.style == folio.style);
            same_style().any(|other| other.value < folio.value) && same_style().any(|other| other.value > folio.value)
        };
        if readings.iter().all(|(_, folio)| !others.contains(folio) && within(folio)) {
            let agreeing_neighbours = leaf.len() as u32 - 1;
            for (at, (candidate, folio)) in leaf.zip(readings) {
                solved[at] = SolvedNumber {
                    folio: Some(folio),
                    candidate: Some(candidate),
                    is_exact: true,
                    agreeing_neighbours,
                };
            }
        }
    }
}

/// Scans in a row whose readings are successive numbers.
fn runs(readings: &[Option<Reading>]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let Some((_, folio)) = reading else { continue };
        let follows = |before: Option<Reading>| {
            before.is_some_and(|(_, before)| before.style == folio.style && before.value + 1 == folio.value)
        };
        match runs.last_mut() {
            Some(run) if run.end == at && follows(readings[at - 1]) => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Restores the number of the first and of the last scan that has one, if it differs from its neighbour's as it would if pages were missing
/// between them.
fn restore_ends(overruled: &[Option<Reading>], solved: &mut [SolvedNumber]) {
    let numbered = |at: &usize| solved[*at].is_exact || overruled[*at].is_some();
    let mut scans = (0..solved.len()).filter(numbered);
    let (Some(first), Some(last)) = (scans.next(), scans.next_back()) else { return };
    for (end, neighbour) in [(first, first + 1), (last, last - 1)] {
        let (Some((candidate, folio)), Some(beside)) = (overruled[end], solved[neighbour].folio) else { continue };
        let (before, after) = if end < neighbour { (folio, beside) } else { (beside, folio) };
        let missing = after.value.saturating_sub(before.value).saturating_sub(1);
        if before.style == after.style && (1..=MAX_MISSING_PAGES).contains(&missing) {
            // What the others imply does not hold beyond it.
            let beyond = if end < neighbour { 0..end } else { end + 1..solved.len() };
            solved[beyond].fill(SolvedNumber::default());
            solved[end] =
                SolvedNumber { folio: Some(folio), candidate: Some(candidate), is_exact: true, agreeing_neighbours: 0 };
        }
    }
}
