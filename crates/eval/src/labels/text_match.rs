/// The largest ratio of wrong letters in the shorter text, 0..=1. Set on the running heads and headings in `book-colonial-florida`.
const MAX_ERROR_RATIO: f64 = 0.25;

/// Texts with fewer letters than this are never the same.
const MIN_LETTERS: usize = 3;

/// Whether two texts are of the same block: one is contained in the other, give or take misread letters. A block may have the page number
/// beside the running head, and a table may join number and title of a chapter; but a block that is much longer than its ground truth is another one.
pub(super) fn same_text(truth: &str, found: &str) -> bool {
    let (truth, found) = (letters(truth), letters(found));
    if truth.len().min(found.len()) < MIN_LETTERS || found.len() > 2 * truth.len() + 12 {
        return false;
    }
    let (short, long) = if truth.len() <= found.len() { (&truth, &found) } else { (&found, &truth) };
    edits_within(short, long) as f64 <= MAX_ERROR_RATIO * short.len() as f64
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The edit distance between `short` and the most similar part of `long` (Sellers's algorithm).
fn edits_within(short: &[char], long: &[char]) -> usize {
    let mut above = vec![0; long.len() + 1];
    for (row, letter) in short.iter().enumerate() {
        let mut here = vec![row + 1];
        for (at, other) in long.iter().enumerate() {
            let replaced = above[at] + usize::from(letter != other);
            here.push(replaced.min(above[at + 1] + 1).min(here[at] + 1));
        }
        above = here;
    }
    above.into_iter().min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misread_heads_and_headings_are_the_same() {
        for (truth, found) in [
            ("HISTORICAL SKETCHES OF", "10 HISTORICAL SKETCHES OF"),
            ("COLONIAL FLORIDA.", "‘COLONIAL, FLORIDA. Cae"),
            ("CHAPTER I. Of Truth", "CHAPTER I"),
            ("CHAPTER I. Of Truth", "Of Truth"),
            ("* So the name is given", "So the nane is givcn"),
        ] {
            assert!(same_text(truth, found), "{found}");
        }
        for (truth, found) in [
            ("COLONIAL FLORIDA", "HISTORICAL SKETCHES OF"),
            ("CHAPTER I.", "CHAPTER I. begins here and goes on for a long time, as chapters do"),
            ("A head", ""),
            ("", "words"),
        ] {
            assert!(!same_text(truth, found), "{found}");
        }
    }
}
