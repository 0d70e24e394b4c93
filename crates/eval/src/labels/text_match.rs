/// As much of the shorter text may be wrong, 0..=1.
const WRONG: f64 = 0.25;

/// Texts with fewer letters than this say nothing.
const FEWEST_LETTERS: usize = 3;

/// Whether two texts are of the same thing: one stands in the other, give or take misread letters. A block may have the folio beside the
/// head, and a table may join a chapter's number and title; but a block that is much longer than what should stand in it is another thing.
pub(super) fn same_text(truth: &str, found: &str) -> bool {
    let (truth, found) = (letters(truth), letters(found));
    if truth.len().min(found.len()) < FEWEST_LETTERS || found.len() > 2 * truth.len() + 12 {
        return false;
    }
    let (short, long) = if truth.len() <= found.len() { (&truth, &found) } else { (&found, &truth) };
    edits_within(short, long) as f64 <= WRONG * short.len() as f64
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The edits between `short` and that stretch of `long` which is most like it (Sellers's algorithm).
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
    fn heads_and_headings_are_found_in_what_was_read() {
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
