//! Comparing texts word by word: line breaks and spaces do not matter.

use std::collections::BTreeSet;

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

pub(super) fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// The share of different words that two texts have in common, 0..=1 (Dice's coefficient).
pub(super) fn common_share(one: &str, other: &str) -> f64 {
    let one: BTreeSet<&str> = one.split_whitespace().collect();
    let other: BTreeSet<&str> = other.split_whitespace().collect();
    let common = one.intersection(&other).count();
    2.0 * common as f64 / (one.len() + other.len()).max(1) as f64
}

/// Divides a text before one of its words; none of the parts has spaces around it.
pub(super) fn divided(text: &str, word: usize) -> (&str, &str) {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let at = text.split_whitespace().nth(word).map_or(text.len(), start);
    (text[..at].trim(), text[at..].trim())
}

/// The number of words of `text` before the place between `before` and `after`: these words are next to each other there, and nowhere else.
pub(super) fn place_between(text: &[&str], before: &[&str], after: &[&str]) -> Result<usize, PlaceProblem> {
    let around = [before, after].concat();
    let mut found = text.windows(around.len().max(1)).enumerate().filter(|(_, words)| *words == around);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at + before.len()),
        (None, _) => Err(PlaceProblem::Missing),
        (Some(_), Some(_)) => Err(PlaceProblem::Repeated),
    }
}

/// Why a place cannot be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceProblem {
    Missing,
    Repeated,
}

/// The number of words of `read` that `before` was made from, if the rest became `after`: their letters differ as little as possible.
pub(super) fn corresponding_place(read: &[&str], before: &str, after: &str) -> usize {
    let letters = |text: &[&str]| text.iter().flat_map(|word| word.chars()).collect::<Vec<char>>();
    let (all, before, after) = (letters(read), letters(&words(before)), letters(&words(after)));
    let at = if all.starts_with(&before) {
        before.len()
    } else if all.ends_with(&after) {
        all.len() - after.len()
    } else {
        let reversed = |text: &[char]| text.iter().rev().copied().collect::<Vec<char>>();
        let left = prefix_distances(&before, &all);
        let right = prefix_distances(&reversed(&after), &reversed(&all));
        (0..=all.len()).min_by_key(|at| left[*at] + right[all.len() - at]).unwrap_or_default()
    };
    let mut ends = vec![0];
    ends.extend(read.iter().scan(0, |sum, word| {
        *sum += word.chars().count();
        Some(*sum)
    }));
    (0..ends.len()).min_by_key(|word| ends[*word].abs_diff(at)).unwrap_or_default()
}

/// The edit distance (Levenshtein) of a text to each beginning of another.
fn prefix_distances(text: &[char], other: &[char]) -> Vec<usize> {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (done, letter) in text.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = done + 1;
        for (at, found) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != found);
            diagonal = row[at + 1];
            row[at + 1] = substituted.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_the_words_around_it() {
        let place = |before: &str, after: &str| place_between(&words("a b c a b d"), &words(before), &words(after));
        assert_eq!((place("b", "c"), place("", "d"), place("a b", "d")), (Ok(2), Ok(5), Ok(5)));
        assert_eq!((place("a", "b"), place("b", "x")), (Err(PlaceProblem::Repeated), Err(PlaceProblem::Missing)));
    }

    #[test]
    fn the_place_in_what_was_read_is_where_it_differs_least() {
        let place = |read: &str, before: &str, after: &str| corresponding_place(&words(read), before, after);
        assert_eq!(place("the cam- paign. Next day", "the campaign.", "Next day"), 3);
        assert_eq!(place("tbe cam- paign. Ncxt day", "the campaign.", "Next day"), 3);
        assert_eq!(place("one two", "one", "two"), 1);
        assert_eq!(place("", "one", "two"), 0);
    }

    #[test]
    fn a_text_is_divided_before_a_word() {
        assert_eq!(divided("one two\nthree", 2), ("one two", "three"));
        assert_eq!(divided("one", 1), ("one", ""));
    }
}
