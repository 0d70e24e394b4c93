use shelf_pages::{NumberingStyle, PageNumberLocation};

use super::folio::Folio;
use super::page_number_candidate::{Observation, PageNumberCandidate};
use super::solver::SolvedNumber;

/// The printed number of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedNumber {
    /// As printed, misread digits corrected; `None` if none is printed.
    pub text: Option<String>,
    /// Its numerals.
    pub style: NumberingStyle,
    /// Its position on the page.
    pub location: PageNumberLocation,
    /// Confidence, 0..=1.
    pub confidence: f64,
}

/// A number is corrected only if at least this many neighbours agree.
const MIN_NEIGHBOURS_TO_CORRECT: u32 = 3;

impl PrintedNumber {
    /// The printed number of a scan, from what was recognised on it and the solution for the whole book. `expected_location` is where every
    /// similar page has its number: it is assumed there even if none was recognised.
    #[must_use]
    pub fn of(observation: &Observation, solved: &SolvedNumber, expected_location: Option<PageNumberLocation>) -> Self {
        let candidate = solved.candidate.map(|at| &observation.candidates[at]);
        let is_corrected = solved.agreeing_neighbours >= MIN_NEIGHBOURS_TO_CORRECT;
        match (solved.folio, candidate) {
            (Some(folio), Some(candidate)) if solved.is_exact && solved.agreeing_neighbours > 0 => {
                Self::at(candidate, folio, confidence_by_agreement(solved.agreeing_neighbours))
            }
            (Some(folio), Some(candidate)) if is_corrected => {
                let near = candidate.edit_distance(folio) <= 1.0;
                Self::at(candidate, folio, if near { 0.85 } else { 0.7 })
            }
            (Some(folio), None) if is_corrected && expected_location.is_some() => Self {
                text: Some(folio.print()),
                style: folio.style,
                location: expected_location.unwrap_or(PageNumberLocation::None),
                confidence: 0.6,
            },
            (Some(_), None) if is_corrected => Self { confidence: 0.7, ..Self::unnumbered(observation) },
            _ => Self::without_context(observation),
        }
    }

    fn at(candidate: &PageNumberCandidate, folio: Folio, confidence: f64) -> Self {
        Self { text: Some(candidate.printed(folio)), style: folio.style, location: candidate.location, confidence }
    }

    fn without_context(observation: &Observation) -> Self {
        match observation.number_without_context() {
            Some((at, folio)) => Self::at(&observation.candidates[at], folio, 0.45),
            None => Self::unnumbered(observation),
        }
    }

    fn unnumbered(observation: &Observation) -> Self {
        let confidence = if observation.candidates.is_empty() { 0.9 } else { 0.6 };
        Self { text: None, style: NumberingStyle::None, location: PageNumberLocation::None, confidence }
    }
}

fn confidence_by_agreement(neighbours: u32) -> f64 {
    match neighbours {
        0 | 1 => 0.75,
        2 => 0.85,
        3 => 0.93,
        _ => 0.98,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::solve_page_numbers;

    fn observation(text: &str) -> Observation {
        let candidate = PageNumberCandidate {
            text: text.to_owned(),
            location: PageNumberLocation::Header,
            position_score: 1.0,
            confidence: 0.95,
        };
        Observation { candidates: if text.is_empty() { Vec::new() } else { vec![candidate] } }
    }

    /// The printed numbers of a book's scans, by what was recognised.
    fn printed(recognised: &[&str], expected_location: Option<PageNumberLocation>) -> Vec<PrintedNumber> {
        let observations: Vec<Observation> = recognised.iter().map(|text| observation(text)).collect();
        observations
            .iter()
            .zip(solve_page_numbers(&observations))
            .map(|(observation, solved)| PrintedNumber::of(observation, &solved, expected_location))
            .collect()
    }

    fn texts(read: &[&str]) -> Vec<String> {
        printed(read, None).into_iter().map(|printed| printed.text.unwrap_or_default()).collect()
    }

    #[test]
    fn misread_numbers_are_corrected_if_three_neighbours_agree() {
        assert_eq!(texts(&["9", "10", "It", "12", "13"]), ["9", "10", "11", "12", "13"]);
        assert_eq!(texts(&["ii", "ili", "iv", "v", "vi"]), ["ii", "iii", "iv", "v", "vi"]);
        assert_eq!(texts(&["9", "10", "71", "12", "13"]), ["9", "10", "11", "12", "13"]);
        assert_eq!(texts(&["2", "4", "18", "30", "69"]), ["2", "4", "18", "30", "69"], "numbers may be far apart");
        assert_eq!(texts(&["I", "", ""]), ["", "", ""]);
    }

    #[test]
    fn page_scanned_twice_keeps_its_number() {
        assert_eq!(texts(&["25", "26", "27", "28", "28"]), ["25", "26", "27", "28", "28"]);
        assert_eq!(texts(&["25", "25", "26", "27", "28"]), ["25", "25", "26", "27", "28"]);
    }

    #[test]
    fn number_read_with_certainty_is_kept_at_the_ends() {
        assert_eq!(texts(&["31", "32", "33", "34", "37"])[4], "37");
        assert_eq!(texts(&["1", "4", "5", "6", "7"])[0], "1");
        let last = printed(&["31", "32", "33", "34", "37"], None).pop().unwrap();
        assert!(last.confidence < 0.5, "it may be misread");
    }

    #[test]
    fn missing_number_is_inferred_only_where_expected() {
        let read = ["9", "10", "", "12", "13", "14"];
        assert_eq!(printed(&read, None)[2].text, None);
        assert!(
            printed(&read, None)[2].confidence < printed(&["", "", ""], None)[0].confidence,
            "a number may have been overlooked"
        );
        let expected = printed(&read, Some(PageNumberLocation::Header));
        assert_eq!((expected[2].text.as_deref(), expected[2].location), (Some("11"), PageNumberLocation::Header));
        assert!(expected[2].confidence < expected[3].confidence);
    }

    #[test]
    fn confidence_grows_with_agreement() {
        let confidences = |read: &[&str]| printed(read, None)[0].confidence;
        assert!(confidences(&["9"]) < confidences(&["9", "10"]));
        assert!(confidences(&["9", "10"]) < confidences(&["9", "10", "11", "12", "13"]));
    }
}
