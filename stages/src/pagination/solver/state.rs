use std::collections::BTreeMap;

use shelf_pages::NumberingStyle;

use crate::pagination::{Folio, Observation, PageNumberCandidate};

/// How a scan is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum NumberingState {
    /// It has no page number.
    Unnumbered,
    /// Its page number is the scan number plus `offset`.
    Numbered { style: NumberingStyle, offset: i64 },
}

/// Maximum length of front matter with roman numerals.
const MAX_ROMAN_PAGES: u32 = 300;

/// Maximum number of states; those with the most candidates that agree with them are kept.
const MAX_STATES: usize = 120;

impl NumberingState {
    /// The page number of `scan` in this state; `None` if it has none.
    pub(super) fn folio(self, scan: i64) -> Option<Folio> {
        let Self::Numbered { style, offset } = self else { return None };
        let value = u32::try_from(scan + offset).ok().filter(|value| *value > 0)?;
        (style == NumberingStyle::Arabic || value <= MAX_ROMAN_PAGES).then_some(Folio { style, value })
    }
}

/// All states that some candidate agrees with.
pub(super) fn candidate_states(observations: &[Observation]) -> Vec<NumberingState> {
    let mut votes: BTreeMap<NumberingState, u32> = BTreeMap::new();
    for (observation, scan) in observations.iter().zip(1..) {
        for folio in observation.candidates.iter().filter_map(PageNumberCandidate::folio) {
            let state = NumberingState::Numbered { style: folio.style, offset: i64::from(folio.value) - scan };
            *votes.entry(state).or_default() += 1;
        }
    }
    let mut states: Vec<(NumberingState, u32)> = votes.into_iter().collect();
    states.sort_by_key(|(_, votes)| std::cmp::Reverse(*votes));
    states.truncate(MAX_STATES);
    std::iter::once(NumberingState::Unnumbered).chain(states.into_iter().map(|(state, _)| state)).collect()
}
