//! Costs of the model. Only their proportions matter: one misread number costs less than a jump, and correcting three numbers in a row
//! that agree with each other costs more than a jump there and back. Checked on the synthetic books of the tests.

use super::state::NumberingState;
use crate::pagination::{Folio, Observation, PageNumberCandidate};
use shelf_pages::NumberingStyle;

/// The book begins with a numbered page.
const START: f64 = 0.5;
/// Numbering begins, or ends.
const ENTER: f64 = 1.5;
const LEAVE: f64 = 2.5;
/// A candidate with position score 1 that does not resemble the number.
const MISREAD: f64 = 3.0;
/// A candidate with position score 1 on a page that is not numbered.
const STRAY: f64 = 2.0;
/// A candidate that differs from the number, and each edit between them.
const SIMILAR: f64 = 0.6;
const EDIT: f64 = 2.0;
/// A scan that is not numbered.
const UNNUMBERED: f64 = 0.05;
/// A scan without candidates that is not counted among the numbered pages, such as a plate.
const PLATE: f64 = 1.0;
/// A page scanned twice, its number recognised both times: less than a misread number, which the last page's would otherwise be.
const DUPLICATE: f64 = 1.6;
/// Pages scanned twice or missing, and each such page up to [`MAX_JUMP_PAGES`].
const JUMP: f64 = 3.2;
const JUMP_PAGE: f64 = 0.25;
const MAX_JUMP_PAGES: u64 = 10;
/// Roman numerals change to arabic ones at page 1, and anywhere else.
const BODY_BEGINS: f64 = 0.8;
const STYLE_CHANGES: f64 = 5.0;
/// Numbering restarts at 1.
const RESTART: f64 = 3.5;
/// Not a valid page number.
const IMPOSSIBLE: f64 = 1e9;

/// The cost of the first scan's state.
pub(super) fn start_cost(state: NumberingState) -> f64 {
    if state == NumberingState::Unnumbered { 0.0 } else { START }
}

/// The cost of observing what was recognised on `scan` in this state.
pub(super) fn emission_cost(observation: &Observation, state: NumberingState, scan: i64) -> f64 {
    let candidates = &observation.candidates;
    let best_score = candidates.iter().map(|candidate| candidate.position_score).fold(0.0, f64::max);
    match state.folio(scan) {
        None if state != NumberingState::Unnumbered => IMPOSSIBLE,
        None => UNNUMBERED + STRAY * best_score,
        Some(_) if candidates.is_empty() => 0.0,
        Some(folio) => {
            let misread =
                candidates.iter().map(|candidate| misreading_cost(candidate, folio)).fold(f64::INFINITY, f64::min);
            misread.min(MISREAD * best_score)
        }
    }
}

/// The cost of recognising `folio` as this candidate.
pub(super) fn misreading_cost(candidate: &PageNumberCandidate, folio: Folio) -> f64 {
    if candidate.folio() == Some(folio) { 0.0 } else { SIMILAR + EDIT * candidate.edit_distance(folio) }
}

/// The cost of going from state `from` on the previous scan to state `to` on `scan`.
pub(super) fn transition_cost(
    from: NumberingState,
    to: NumberingState,
    [previous, observation]: [&Observation; 2],
    scan: i64,
) -> f64 {
    use NumberingState::{Numbered, Unnumbered};
    match (from, to) {
        (Unnumbered, Unnumbered) => 0.0,
        (Unnumbered, Numbered { .. }) => ENTER,
        (Numbered { .. }, Unnumbered) => LEAVE,
        (Numbered { style, offset }, Numbered { style: new_style, offset: new_offset }) => {
            let page = scan + new_offset;
            match (style == new_style, new_offset - offset) {
                (true, 0) => 0.0,
                (true, -1) if observation.candidates.is_empty() => PLATE,
                (true, -1) if [previous, observation].iter().all(|seen| seen.has_number(to.folio(scan))) => DUPLICATE,
                (true, _) if page == 1 => RESTART,
                (true, pages) => JUMP + JUMP_PAGE * pages.unsigned_abs().min(MAX_JUMP_PAGES) as f64,
                (false, 0) => BODY_BEGINS,
                (false, _) if new_style == NumberingStyle::Arabic && page == 1 => BODY_BEGINS,
                (false, _) => STYLE_CHANGES,
            }
        }
    }
}
