//! Looks for a model's claims about a book in the recognised text: a model knows many books, and may report another edition or invent something.

/// Minimum similarity of a claim with the recognised text (1 minus the edit distance divided by its letters), 0..=1: one letter in five may be misread,
/// and a first name may be abbreviated in print.
const MIN_SIMILARITY: f64 = 0.8;
/// Shorter claims occur in many texts by accident, and must match whole words.
const MIN_FUZZY_LETTERS: usize = 6;

/// Whether `text` contains `claim`, apart from misread letters. Ignores case, punctuation, spaces and line breaks; numbers must
/// match exactly.
#[must_use]
pub fn is_in_text(claim: &str, text: &str) -> bool {
    let numbers = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).map(ToOwned::to_owned).collect()
    };
    let read = numbers(text);
    let letters = folded(claim).len();
    let has_words =
        if letters < MIN_FUZZY_LETTERS { has_as_words(claim, text) } else { similarity(claim, text) >= MIN_SIMILARITY };
    letters > 0 && has_words && numbers(claim).iter().all(|number| read.contains(number))
}

/// The similarity of `claim` to the most similar part of `text`: 1 minus the edit distance divided by the letters and digits of `claim`, 0..=1.
///
/// It is the approximate matching of P. Sellers (1980): an edit distance whose beginning and end in the text are free.
#[must_use]
pub fn similarity(claim: &str, text: &str) -> f64 {
    let (claim, text) = (folded(claim), folded(text));
    // Edits between the first letters of the claim and the best run of the text that ends here.
    let mut edits: Vec<usize> = (0..=claim.len()).collect();
    let mut least = claim.len();
    for read in &text {
        let mut diagonal = edits[0];
        for (at, letter) in claim.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != read);
            diagonal = edits[at + 1];
            edits[at + 1] = replaced.min(edits[at] + 1).min(diagonal + 1);
        }
        least = least.min(edits[claim.len()]);
    }
    1.0 - least as f64 / claim.len().max(1) as f64
}

/// Whether the words of `claim` occur consecutively in `text`.
fn has_as_words(claim: &str, text: &str) -> bool {
    let words = |text: &str| -> Vec<Vec<char>> {
        text.split_whitespace().map(folded).filter(|word| !word.is_empty()).collect()
    };
    let (claim, text) = (words(claim), words(text));
    !claim.is_empty() && text.windows(claim.len()).any(|run| run == claim)
}

/// Letters and digits, in lower case.
fn folded(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TITLE_PAGE: &str = "HISTORICAL SKETCHES\nOF\nCOLON1AL FL0RIDA.\n\nBY\nRICHARD L. CAMP-\nBELL.\n\nCLEVELAND, O.:\nTHE WILLIAMS PUBLISHING CO.\n1892.\nE. A. Poe, in 3 volumes";

    #[test]
    fn finds_claims_despite_misread_letters() {
        for claim in [
            "Historical Sketches of Colonial Florida",
            "Historical Sketches: of Colonial Florida",
            "Richard L. Campbell",
            "The Williams Publishing Co",
            "Poe",
            "E. A. Poe",
            "Sketches of Colonial Florida, by Richard L. Campbell",
        ] {
            assert!(is_in_text(claim, TITLE_PAGE), "{claim}");
        }
    }

    #[test]
    fn rejects_claims_that_the_text_does_not_contain() {
        for claim in [
            "The Spanish Settlements Within the Present Limits of the United States",
            "Woodbury Lowery",
            "Cleveland: Harper & Brothers",
            "Historical Sketches of Colonial Florida, With an Account of the British Rule",
            "Rich",
            "Rida",
            "Historical Sketches of Colonial Florida 1893",
            "",
            "—",
        ] {
            assert!(!is_in_text(claim, TITLE_PAGE), "{claim}");
        }
    }

    proptest! {
        #[test]
        fn a_run_of_the_text_is_alike_whatever_is_around_it(before in "[a-z ]{0,40}", claim in "[a-z]{1,30}", after in "[a-z ]{0,40}") {
            let text = format!("{before}{claim}{after}");
            prop_assert!((similarity(&claim, &text) - 1.0).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&similarity(&claim, &after)));
        }
    }
}
