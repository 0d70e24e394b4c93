//! Which words, or lines, of a text correspond to which of another.

use std::ops::Range;

use rapidfuzz::distance::levenshtein;
use similar::{DiffOp, TextDiff};

/// Words of a text, and the words of the other text that correspond to them; one of the ranges may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordPair {
    /// The words of the first text.
    pub before: Range<usize>,
    /// The words of the second.
    pub after: Range<usize>,
}

/// The cost of a word without a counterpart. Two words that have nothing in common cost less than this twice, so they are a pair.
const UNPAIRED_COST: f64 = 1.0;
const MAX_PAIR_COST: f64 = 1.9;
/// A word that corresponds to two others, whose letters are compared as one.
const SPACE_COST: f64 = 0.3;
/// Larger differences are not divided into pairs.
const MAX_CELLS: usize = 10_000;

/// Divides two texts into pairs, in order. Equal words are pairs, too.
#[must_use]
pub fn align(before: &[&str], after: &[&str]) -> Vec<WordPair> {
    let mut pairs = Vec::new();
    for op in TextDiff::from_slices(before, after).ops() {
        let (old, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => {
                pairs.extend(old.zip(new).map(|(at, to)| WordPair { before: at..at + 1, after: to..to + 1 }));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => pairs.push(WordPair { before: old, after: new }),
            DiffOp::Replace { .. } if old.len() * new.len() > MAX_CELLS => {
                pairs.push(WordPair { before: old, after: new });
            }
            DiffOp::Replace { .. } => pairs.extend(divided(before, after, &old, &new)),
        }
    }
    pairs
}

/// How many words of either text a pair takes.
const STEPS: [(usize, usize); 5] = [(1, 1), (1, 2), (2, 1), (1, 0), (0, 1)];

/// The cheapest division of words that differ into pairs. Source: Needleman and Wunsch, <https://doi.org/10.1016/0022-2836(70)90057-4>.
fn divided(before: &[&str], after: &[&str], old: &Range<usize>, new: &Range<usize>) -> Vec<WordPair> {
    let (rows, columns) = (old.len() + 1, new.len() + 1);
    let mut best = vec![(f64::INFINITY, (0, 0)); rows * columns];
    best[0].0 = 0.0;
    for row in 0..rows {
        for column in 0..columns {
            for step in STEPS {
                let (Some(from), Some(to)) = (row.checked_sub(step.0), column.checked_sub(step.1)) else { continue };
                let read = &before[old.start + from..old.start + row];
                let changed = &after[new.start + to..new.start + column];
                let cost = best[from * columns + to].0 + step_cost(read, changed);
                if cost < best[row * columns + column].0 {
                    best[row * columns + column] = (cost, step);
                }
            }
        }
    }
    let (mut row, mut column) = (old.len(), new.len());
    let mut pairs: Vec<WordPair> = Vec::new();
    while (row, column) != (0, 0) {
        let (taken, given) = best[row * columns + column].1;
        let (behind, end) = (old.start + row, new.start + column);
        (row, column) = (row - taken, column - given);
        let pair = WordPair { before: old.start + row..behind, after: new.start + column..end };
        // Words without a counterpart that follow each other are one pair.
        match pairs.last_mut() {
            Some(next) if given == 0 && next.after.is_empty() => next.before.start = pair.before.start,
            Some(next) if taken == 0 && next.before.is_empty() => next.after.start = pair.after.start,
            _ => pairs.push(pair),
        }
    }
    pairs.reverse();
    pairs
}

fn step_cost(read: &[&str], changed: &[&str]) -> f64 {
    if read.is_empty() || changed.is_empty() {
        return UNPAIRED_COST;
    }
    let letters = |words: &[&str]| words.concat().to_lowercase();
    let (read_letters, changed_letters) = (letters(read), letters(changed));
    let distance = levenshtein::normalized_distance(read_letters.chars(), changed_letters.chars());
    MAX_PAIR_COST * distance + if read.len() == changed.len() { 0.0 } else { SPACE_COST }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs that differ.
    fn differences(before: &str, after: &str) -> Vec<(String, String)> {
        let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        let (before, after) = (words(before.to_owned().leak()), words(after.to_owned().leak()));
        let joined = |words: &[&str]| words.join(" ");
        let pairs = align(&before, &after).into_iter();
        let pairs = pairs.map(|pair| (joined(&before[pair.before]), joined(&after[pair.after])));
        pairs.filter(|(read, changed)| read != changed).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(read, changed)| ((*read).to_owned(), (*changed).to_owned())).collect()
    }

    #[test]
    fn pairs_words_with_their_counterparts() {
        for (before, after, expected) in [
            ("it was", "it was", &[][..]),
            ("tbe mon wos here", "the man was here", &[("tbe", "the"), ("mon", "man"), ("wos", "was")]),
            ("ofthe cam- paign", "of the campaign", &[("ofthe", "of the"), ("cam- paign", "campaign")]),
            ("the man was here", "the man was not here", &[("", "not")]),
            ("one two three four", "one four", &[("two three", "")]),
            ("a qarden of rosos", "a garden of roses", &[("qarden", "garden"), ("rosos", "roses")]),
        ] {
            assert_eq!(differences(before, after), owned(expected), "{before} → {after}");
        }
    }

    #[test]
    fn every_word_is_in_one_pair() {
        let before: Vec<String> = (0..150).map(|number| format!("word{number}")).collect();
        let after: Vec<String> = (0..90).map(|number| format!("other{number}")).collect();
        let (before, after): (Vec<&str>, Vec<&str>) =
            (before.iter().map(String::as_str).collect(), after.iter().map(String::as_str).collect());
        for after in [&after[..], &after[..40], &[]] {
            let pairs = align(&before, after);
            assert_eq!(
                pairs.iter().flat_map(|pair| pair.before.clone()).collect::<Vec<_>>(),
                (0..150).collect::<Vec<_>>()
            );
            assert_eq!(pairs.iter().flat_map(|pair| pair.after.clone()).count(), after.len());
        }
    }
}
