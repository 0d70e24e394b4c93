use super::RecognisedPage;
use crate::rounding::round_to_4_decimals;

/// The share of characters that are wrong in words of a confidence below the first number, 0..=1. Fitted to pages of known text that a `Degrader`
/// made bad scans of, at 100 to 300 dpi (66 pages of `cer` and of Colonial Florida, seeds 11 to 14).
const CHARACTER_ERROR_RATE: [(f64, f64); 10] = [
    (0.30, 0.45),
    (0.50, 0.30),
    (0.70, 0.15),
    (0.80, 0.06),
    (0.86, 0.03),
    (0.90, 0.02),
    (0.93, 0.008),
    (0.95, 0.004),
    (0.96, 0.002),
    (f64::INFINITY, 0.001),
];
/// Characters that are missing or wrong for each character that no word covers, as ink that touches black or other ink is not counted.
const ERRORS_PER_UNCOVERED_CHAR: f64 = 1.5;
/// Characters that a line loses where solid black covers its start or end.
const ERRORS_PER_COVERED_LINE: f64 = 3.0;
/// A page that is read without deskewing loses, on average, this share of its characters for each degree of skew above 1°.
const ERRORS_PER_DEGREE: f64 = 0.012;
const HARMLESS_SKEW_DEGREES: f64 = 1.0;

/// The expected character error rate of a page, 0..=1: from the confidence of its words, and from evidence of text that is missing. `None` for a page
/// without text and without such evidence.
///
/// `read_skew_degrees` is the skew of the image that was read.
pub(super) fn expected_error_rate(page: &RecognisedPage, read_skew_degrees: f64) -> Option<f64> {
    let paragraphs = page.blocks.iter().flat_map(|block| &block.paragraphs);
    let words = paragraphs.flat_map(|paragraph| &paragraph.lines).flat_map(|line| &line.words);
    let (chars, errors) = words.fold((0.0, 0.0), |(chars, errors), word| {
        let length = word.text.chars().count() as f64;
        (chars + length, errors + length * error_rate_of_word(word.confidence))
    });
    let all_chars = chars + page.uncovered_chars;
    if all_chars <= 0.0 {
        return None;
    }
    let missing =
        ERRORS_PER_UNCOVERED_CHAR * page.uncovered_chars + ERRORS_PER_COVERED_LINE * f64::from(page.covered_lines);
    let skewed = ERRORS_PER_DEGREE * (read_skew_degrees.abs() - HARMLESS_SKEW_DEGREES).max(0.0);
    Some(round_to_4_decimals(((errors + missing) / all_chars + skewed).min(1.0)))
}

/// The expected share of wrong characters in a word of this confidence, 0..=1.
fn error_rate_of_word(confidence: f64) -> f64 {
    CHARACTER_ERROR_RATE.iter().find(|(below, _)| confidence < *below).map_or(0.0, |(_, rate)| *rate)
}

#[cfg(test)]
mod tests {
    use shelf_pages::{Bbox, Block, Line, Paragraph, Word};

    use super::*;

    const BBOX: Bbox = Bbox { x: 0, y: 0, width: 9, height: 9 };

    /// A page of a hundred words of ten characters.
    fn page(confidence: f64) -> RecognisedPage {
        let words = vec![Word::new("characters".to_owned(), BBOX, confidence); 100];
        let text = "characters".to_owned();
        let lines = vec![Line { bbox: BBOX, words }];
        let paragraphs = vec![Paragraph { par_num: 1, bbox: BBOX, text, avg_confidence: confidence, lines }];
        RecognisedPage {
            tesseract_version: "5.3.0".to_owned(),
            width: 100,
            height: 100,
            rotation_degrees: 0,
            skew_degrees: 0.0,
            uncovered_chars: 0.0,
            covered_lines: 0,
            blocks: vec![Block { block_num: 1, bbox: BBOX, paragraphs }],
            figures: Vec::new(),
        }
    }

    fn expected(page: &RecognisedPage) -> f64 {
        expected_error_rate(page, 0.0).unwrap()
    }

    #[test]
    fn expected_error_falls_with_confidence() {
        let rates = [0.1, 0.4, 0.6, 0.75, 0.88, 0.94, 0.97].map(|confidence| expected(&page(confidence)));
        assert!(rates.is_sorted_by(|a, b| a > b), "{rates:?}");
        assert!(rates[6] <= 0.002 && rates[0] >= 0.4);
    }

    #[test]
    fn missing_text_outweighs_confident_words() {
        let good = page(0.96);
        assert!(expected(&good) < 0.02);
        for worse in [
            RecognisedPage { uncovered_chars: 30.0, ..good.clone() },
            RecognisedPage { covered_lines: 10, ..good.clone() },
        ] {
            assert!(expected(&worse) > 0.02, "{}", expected(&worse));
        }
        assert!(expected_error_rate(&good, -3.0).unwrap() > 0.02);
    }

    #[test]
    fn blank_page_has_no_expected_error_and_an_unread_one_is_all_wrong() {
        let blank = RecognisedPage { blocks: Vec::new(), ..page(0.9) };
        assert_eq!(expected_error_rate(&blank, 0.0), None);
        assert_eq!(expected_error_rate(&RecognisedPage { uncovered_chars: 200.0, ..blank }, 0.0), Some(1.0));
    }
}
