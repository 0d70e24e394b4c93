use super::cost::misreading_cost;
use super::restore::restore_readings;
use super::state::{NumberingState, candidate_states};
use super::viterbi::viterbi_path;
use crate::pagination::{Folio, Observation};

/// The page number found for a scan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SolvedNumber {
    /// The page number, whether or not it is printed; `None` if the scan is not numbered.
    pub folio: Option<Folio>,
    /// Which of the scan's candidates is the printed number.
    pub candidate: Option<usize>,
    /// Whether the candidate is exactly the number, and not only similar.
    pub is_exact: bool,
    /// How many of the nearest numbered scans (up to three before and three after) are numbered consistently with it, or carry the same
    /// number.
    pub agreeing_neighbours: u32,
}

/// Finds the page number of every scan.
#[must_use]
pub fn solve_page_numbers(observations: &[Observation]) -> Vec<SolvedNumber> {
    let states = candidate_states(observations);
    let path = viterbi_path(observations, &states);
    let solved: Vec<SolvedNumber> = observations
        .iter()
        .zip(&path)
        .zip(1..)
        .map(|((observation, state), scan)| match_candidate(observation, *state, scan))
        .collect();
    let agreeing: Vec<u32> = (0..solved.len()).map(|at| agreeing_neighbours(&path, &solved, at)).collect();
    let with_agreeing = |(solved, agreeing_neighbours)| SolvedNumber { agreeing_neighbours, ..solved };
    let mut solved: Vec<SolvedNumber> = solved.into_iter().zip(agreeing).map(with_agreeing).collect();
    restore_readings(observations, &mut solved);
    solved
}

fn match_candidate(observation: &Observation, state: NumberingState, scan: i64) -> SolvedNumber {
    let Some(folio) = state.folio(scan) else { return SolvedNumber::default() };
    let best = observation
        .candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| !candidate.is_year() || candidate.folio() == Some(folio))
        .min_by(|a, b| misreading_cost(a.1, folio).total_cmp(&misreading_cost(b.1, folio)));
    SolvedNumber {
        folio: Some(folio),
        candidate: best.map(|(at, _)| at),
        is_exact: best.is_some_and(|(_, candidate)| candidate.folio() == Some(folio)),
        agreeing_neighbours: 0,
    }
}

/// How many agreeing neighbours count on each side.
const MAX_NEIGHBOURS: usize = 3;

/// Maximum distance of a neighbour, scans.
pub(super) const MAX_NEIGHBOUR_DISTANCE: usize = 12;

fn agreeing_neighbours(path: &[NumberingState], solved: &[SolvedNumber], at: usize) -> u32 {
    let (state, folio) = (path[at], solved[at].folio);
    if state == NumberingState::Unnumbered {
        return 0;
    }
    let agrees = |other: &usize| solved[*other].is_exact && (path[*other] == state || solved[*other].folio == folio);
    let (first, end) = (at.saturating_sub(MAX_NEIGHBOUR_DISTANCE), (at + 1 + MAX_NEIGHBOUR_DISTANCE).min(path.len()));
    let before = (first..at).rev().filter(agrees).take(MAX_NEIGHBOURS).count();
    let after = (at + 1..end).filter(agrees).take(MAX_NEIGHBOURS).count();
    (before + after) as u32
}

#[cfg(test)]
mod tests {
    use super::super::synthetic_books::ScannedBook;
    use super::*;

    fn folios(recognised: &[&str]) -> Vec<String> {
        let mut book = ScannedBook::default();
        for text in recognised {
            book.push(None, (!text.is_empty()).then(|| (*text).to_owned()));
        }
        let print = |solved: SolvedNumber| solved.folio.map(Folio::print).unwrap_or_default();
        solve_page_numbers(&book.observations).into_iter().map(print).collect()
    }

    #[test]
    fn roman_front_matter_is_followed_by_page_1() {
        let recognised = ["", "", "iii", "iv", "", "2", "3", "4"];
        assert_eq!(folios(&recognised), ["i", "ii", "iii", "iv", "1", "2", "3", "4"]);
    }

    #[test]
    fn number_without_agreeing_neighbours_is_not_a_page_number() {
        assert_eq!(folios(&["", "1915", "", "1", "2", "3", "4", "5"])[1], "");
    }

    #[test]
    fn year_on_a_title_page_is_not_a_misread_page_number() {
        let mut book = ScannedBook::default();
        for text in ["1871", "", "iii", "iv", "v", "vi", "1", "2"] {
            book.push(None, (!text.is_empty()).then(|| text.to_owned()));
        }
        book.observations[0].candidates[0].position_score = 0.3;
        let title_page = solve_page_numbers(&book.observations)[0];
        assert_eq!((title_page.folio.map(Folio::print), title_page.candidate), (Some("i".to_owned()), None));
    }

    #[test]
    fn numbers_restart_in_second_part() {
        assert_eq!(folios(&["7", "8", "9", "1", "2", "3"]), ["7", "8", "9", "1", "2", "3"]);
    }

    #[test]
    fn scans_without_candidates_have_no_numbers() {
        assert_eq!(solve_page_numbers(&[]), []);
        assert_eq!(folios(&["", "", ""]), ["", "", ""]);
    }
}
