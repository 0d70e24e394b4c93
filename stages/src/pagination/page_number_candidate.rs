use shelf_pages::{NumberingStyle, PageNumberLocation};

use super::folio::Folio;

/// A word of a page that may be its printed number.
#[derive(Debug, Clone, PartialEq)]
pub struct PageNumberCandidate {
    /// As recognised, without surrounding brackets, dashes and dots.
    pub text: String,
    /// Where it is on the page.
    pub location: PageNumberLocation,
    /// How likely its position makes it, 0..=1: 1 if alone in its row, less at the end of a row.
    pub position_score: f64,
    /// Confidence of the recognition, 0..=1.
    pub confidence: f64,
}

/// What was recognised on a scan of its page number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// The candidates for the page number.
    pub candidates: Vec<PageNumberCandidate>,
}

/// Candidates with at least this position score are accepted without the context of the book.
const MIN_POSITION_SCORE: f64 = 0.7;

/// Numbers that may be years.
pub(super) const YEARS: std::ops::Range<u32> = 1400..2100;

/// Characters often confused in OCR: digits, arabic and roman, each with the lower-case letters and signs it is misread as.
const CONFUSION_PAIRS: [(char, &str); 16] = [
    ('0', "oqdcu"),
    ('1', "litj|!/\\]["),
    ('2', "za"),
    ('3', "bs"),
    ('4', "a"),
    ('5', "s"),
    ('6', "bg"),
    ('7', "t?/"),
    ('8', "bs&"),
    ('9', "gqp"),
    ('i', "l1tj|!"),
    ('v', "yu"),
    ('x', "z"),
    ('l', "i1t|"),
    ('c', "eo"),
    ('d', "o"),
];

/// How many pages of front matter may be missing before the first scan.
const MAX_PAGES_BEFORE_SCANS: u32 = 30;

/// The cost of a confusion pair, in edits.
const CONFUSION_EDITS: f64 = 0.3;

impl Observation {
    /// The first candidate that is a number by its position and its text, without the context of the book; a single letter is not.
    #[must_use]
    pub fn number_without_context(&self) -> Option<(usize, Folio)> {
        let is_accepted = |candidate: &PageNumberCandidate| {
            candidate.position_score >= MIN_POSITION_SCORE
                && (candidate.text.len() > 1 || candidate.text.parse::<u32>().is_ok())
        };
        let mut accepted = self.candidates.iter().enumerate().filter(|(_, candidate)| is_accepted(candidate));
        accepted.find_map(|(at, candidate)| Some((at, candidate.folio()?)))
    }

    /// Whether a candidate is exactly this number.
    pub(super) fn has_number(&self, folio: Option<Folio>) -> bool {
        folio.is_some() && self.candidates.iter().any(|candidate| candidate.folio() == folio)
    }
}

impl PageNumberCandidate {
    /// The number that the text stands for by itself; `None` if it needs the context of the book.
    #[must_use]
    pub fn folio(&self) -> Option<Folio> {
        Folio::parse(&self.text)
    }

    /// The candidate on the scan of this number: front matter is numbered from `i`, so that on the second scan `li` is a misread `ii`, and `liv` is `[iv`.
    #[must_use]
    pub(super) fn on_scan(self, scan: u32) -> Self {
        let last = scan + MAX_PAGES_BEFORE_SCANS;
        let is_roman = |folio: &Folio| folio.style == NumberingStyle::Roman;
        let Some(read) = self.folio().filter(|folio| is_roman(folio) && folio.value > last) else { return self };
        let printed = [self.text.replace('l', "i"), self.text.trim_start_matches('l').to_owned()];
        let is_possible = |text: &String| {
            Folio::parse(text).is_some_and(|folio| is_roman(&folio) && folio.value <= last && folio.value < read.value)
        };
        match printed.into_iter().find(is_possible) {
            Some(text) => Self { text, ..self },
            None => self,
        }
    }

    /// Whether it is probably a year, such as the one at the foot of a title page: a number that its position does not make a page number. It is not
    /// another number that was misread.
    pub(super) fn is_year(&self) -> bool {
        self.position_score < MIN_POSITION_SCORE && self.folio().is_some_and(|folio| YEARS.contains(&folio.value))
    }

    /// The Levenshtein distance from the printed `folio`, in edits; confusion pairs count less than 1.
    #[must_use]
    pub fn edit_distance(&self, folio: Folio) -> f64 {
        edit_distance(&self.text.to_lowercase(), &folio.print())
    }

    /// `folio` as printed here: roman numerals in capitals if the candidate is in capitals.
    #[must_use]
    pub fn printed(&self, folio: Folio) -> String {
        let capitals = self.text.chars().all(char::is_uppercase);
        match folio.print() {
            roman if capitals && folio.style == NumberingStyle::Roman => roman.to_uppercase(),
            printed => printed,
        }
    }
}

/// Levenshtein distance with a lower cost for confusion pairs.
fn edit_distance(recognised: &str, printed: &str) -> f64 {
    let printed: Vec<char> = printed.chars().collect();
    let mut previous: Vec<f64> = (0..=printed.len()).map(|at| at as f64).collect();
    for (row, character) in recognised.chars().enumerate() {
        let mut current = vec![(row + 1) as f64];
        for (at, expected) in printed.iter().enumerate() {
            let substituted = previous[at] + substitution_cost(character, *expected);
            current.push(substituted.min(previous[at + 1] + 1.0).min(current[at] + 1.0));
        }
        previous = current;
    }
    previous[printed.len()]
}

fn substitution_cost(recognised: char, printed: char) -> f64 {
    if recognised == printed {
        return 0.0;
    }
    let confused =
        CONFUSION_PAIRS.iter().any(|(character, read_as)| *character == printed && read_as.contains(recognised));
    if confused { CONFUSION_EDITS } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::super::folio::trim_punctuation;
    use super::*;

    fn candidate(text: &str) -> PageNumberCandidate {
        PageNumberCandidate {
            text: trim_punctuation(text).to_owned(),
            location: PageNumberLocation::Header,
            position_score: 1.0,
            confidence: 0.95,
        }
    }

    #[test]
    fn numbers_are_parsed_without_surrounding_punctuation() {
        for (text, style, value) in [
            ("12", NumberingStyle::Arabic, 12),
            ("[12]", NumberingStyle::Arabic, 12),
            ("—12—", NumberingStyle::Arabic, 12),
            ("47.", NumberingStyle::Arabic, 47),
            ("l2", NumberingStyle::Arabic, 12),
            ("1O4", NumberingStyle::Arabic, 104),
            ("xiv", NumberingStyle::Roman, 14),
            ("(XIV)", NumberingStyle::Roman, 14),
            ("xlii", NumberingStyle::Roman, 42),
            ("ili", NumberingStyle::Roman, 3),
            ("1v", NumberingStyle::Roman, 4),
        ] {
            assert_eq!(candidate(text).folio(), Some(Folio { style, value }), "{text}");
        }
        for text in ["It", "OF", "012", "18765", "xIv", ""] {
            assert_eq!(candidate(text).folio(), None, "{text}");
        }
    }

    #[test]
    fn roman_number_beyond_the_scans_is_misread() {
        let on_scan = |text: &str, scan| candidate(text).on_scan(scan).text;
        assert_eq!((on_scan("li", 2), on_scan("lii", 3)), ("ii".to_owned(), "iii".to_owned()));
        assert_eq!(on_scan("liv", 4), "iv");
        assert_eq!((on_scan("li", 53), on_scan("xl", 12)), ("li".to_owned(), "xl".to_owned()));
    }

    #[test]
    fn confusion_pairs_have_a_small_edit_distance() {
        let arabic = |value| Folio { style: NumberingStyle::Arabic, value };
        let roman = |value| Folio { style: NumberingStyle::Roman, value };
        assert!(candidate("It").edit_distance(arabic(11)) < 0.7);
        assert!(candidate("ili").edit_distance(roman(3)) < 0.4);
        assert!(candidate("42").edit_distance(arabic(12)) > 0.9);
        assert!(candidate("OF").edit_distance(arabic(20)) > 1.2);
        assert!(candidate("12").edit_distance(arabic(12)).abs() < f64::EPSILON);
    }

    #[test]
    fn roman_capitals_are_kept() {
        let folio = Folio { style: NumberingStyle::Roman, value: 9 };
        assert_eq!(candidate("VX").printed(folio), "IX");
        assert_eq!(candidate("vx").printed(folio), "ix");
    }
}
