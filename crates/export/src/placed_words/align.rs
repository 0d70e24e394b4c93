use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The number of a final word's characters that correspond to a word of `ocr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    /// The word of `ocr`.
    pub(super) read: usize,
    /// Characters of the final word; 0 for a word that was inserted beside it.
    pub(super) chars: usize,
}

/// Pairs of characters up to which texts are aligned by edit distance; longer ones are aligned by their lengths.
const MAX_CELLS: usize = 4_000_000;

/// Which words of `ocr` each final word corresponds to: at least one, in ascending order, and none before those of the previous word.
///
/// # Panics
/// If no word was read.
pub(super) fn align(read: &[&str], words: &[&str]) -> Vec<Vec<Claim>> {
    assert!(!read.is_empty(), "there are words to align with");
    let mut claims = Vec::with_capacity(words.len());
    let mut next_read = 0;
    for op in capture_diff_slices(Algorithm::Myers, read, words) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            claim_changed(read, next_read..old_index, words, claims.len()..new_index, &mut claims);
            for at in 0..len {
                claims.push(vec![Claim { read: old_index + at, chars: length(words[new_index + at]) }]);
            }
            next_read = old_index + len;
        }
    }
    claim_changed(read, next_read..read.len(), words, claims.len()..words.len(), &mut claims);
    keep_main_claims(&mut claims);
    claims
}

fn length(word: &str) -> usize {
    word.chars().count()
}

/// Adds the claims of words that differ from what was read between two equal words.
fn claim_changed(read: &[&str], from: Range<usize>, words: &[&str], to: Range<usize>, claims: &mut Vec<Vec<Claim>>) {
    let old: Vec<(usize, char)> = from.clone().flat_map(|at| read[at].chars().map(move |c| (at, c))).collect();
    let new: Vec<char> = words[to.clone()].iter().flat_map(|word| word.chars()).collect();
    let mut aligned = align_chars(&old.iter().map(|(_, c)| *c).collect::<Vec<_>>(), &new).into_iter();
    for word in &words[to] {
        let of_chars: Vec<Option<usize>> =
            aligned.by_ref().take(length(word)).map(|at| at.map(|at| old[at].0)).collect();
        // An inserted word is put beside the word before it.
        let neighbour = claims.last().and_then(|of_word| of_word.last()).map_or(from.start, |claim| claim.read);
        let first = of_chars.iter().flatten().next().copied();
        let mut owner = first.unwrap_or(neighbour.min(read.len() - 1));
        let mut of_word: Vec<Claim> = Vec::new();
        for at in of_chars {
            owner = at.unwrap_or(owner);
            match of_word.last_mut() {
                Some(claim) if claim.read == owner => claim.chars += 1,
                _ => of_word.push(Claim { read: owner, chars: 1 }),
            }
        }
        claims.push(of_word);
    }
}

/// For each new character, the old one that it was made from, by Levenshtein's distance; `None` for insertions.
fn align_chars(old: &[char], new: &[char]) -> Vec<Option<usize>> {
    let columns = new.len() + 1;
    if old.is_empty() {
        return vec![None; new.len()];
    }
    if (old.len() + 1) * columns > MAX_CELLS {
        return (0..new.len()).map(|at| Some(at * old.len() / new.len())).collect();
    }
    let mut cost = vec![0_u32; (old.len() + 1) * columns];
    for (at, cell) in cost.iter_mut().take(columns).enumerate() {
        *cell = at as u32;
    }
    for i in 1..=old.len() {
        cost[i * columns] = i as u32;
        for j in 1..columns {
            let substitution = cost[(i - 1) * columns + j - 1] + u32::from(old[i - 1] != new[j - 1]);
            let (deletion, insertion) = (cost[(i - 1) * columns + j] + 1, cost[i * columns + j - 1] + 1);
            cost[i * columns + j] = substitution.min(deletion).min(insertion);
        }
    }
    let mut aligned = vec![None; new.len()];
    let (mut i, mut j) = (old.len(), new.len());
    while i > 0 && j > 0 {
        let here = cost[i * columns + j];
        if here == cost[(i - 1) * columns + j - 1] + u32::from(old[i - 1] != new[j - 1]) {
            (i, j) = (i - 1, j - 1);
            aligned[j] = Some(i);
        } else if here == cost[(i - 1) * columns + j] + 1 {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    aligned
}

/// Drops the few characters by which a word reaches into the neighbour of the word that it was made from.
fn keep_main_claims(claims: &mut [Vec<Claim>]) {
    for at in 1..claims.len() {
        let (before, after) = claims.split_at_mut(at);
        let (Some(before), Some(after)) = (before.last_mut(), after.first_mut()) else { continue };
        let (Some(last), Some(first)) = (before.last().copied(), after.first().copied()) else { continue };
        if last.read != first.read {
            continue;
        }
        let is_minor = |part: Claim| part.chars * 3 <= last.chars + first.chars;
        if before.len() > 1 && is_minor(last) {
            before.pop();
            give(before.last_mut(), last.chars);
        } else if after.len() > 1 && is_minor(first) {
            after.remove(0);
            give(after.first_mut(), first.chars);
        }
    }
}

fn give(claim: Option<&mut Claim>, chars: usize) {
    if let Some(claim) = claim {
        claim.chars += chars;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words read, and for each final word the words read that it corresponds to.
    fn aligned(read: &str, words: &str) -> Vec<Vec<(usize, usize)>> {
        let split = |text: &'static str| text.split(' ').collect::<Vec<_>>();
        let (read, words): (&'static str, &'static str) = (read.to_owned().leak(), words.to_owned().leak());
        let claims = align(&split(read), &split(words));
        claims.iter().map(|of_word| of_word.iter().map(|claim| (claim.read, claim.chars)).collect()).collect()
    }

    #[test]
    fn corrected_words_keep_their_places() {
        assert_eq!(aligned("It was tbe best", "It was the best"), [[(0, 2)], [(1, 3)], [(2, 3)], [(3, 4)]]);
        assert_eq!(aligned("tbe mau", "the man"), [[(0, 3)], [(1, 3)]]);
    }

    #[test]
    fn joined_word_corresponds_to_both_parts() {
        assert_eq!(aligned("the cam- paign began", "the campaign began")[1], [(1, 3), (2, 5)]);
    }

    #[test]
    fn split_words_share_one() {
        assert_eq!(aligned("one ofthe men", "one of the men")[1..3], [[(1, 2)], [(1, 3)]]);
    }

    #[test]
    fn inserted_words_are_put_beside_the_previous_word() {
        assert_eq!(aligned("one men", "one of the men")[1..3], [[(0, 2)], [(0, 3)]]);
        assert_eq!(aligned("men", "of men"), [[(0, 2)], [(0, 3)]]);
    }

    #[test]
    fn word_does_not_reach_into_its_neighbour() {
        assert_eq!(aligned("thc- old", "the cold"), [[(0, 3)], [(1, 4)]]);
    }

    #[test]
    fn very_long_changes_are_aligned_by_length() {
        let (read, words) = (vec!["aaaaaaaa"; 400], vec!["bbbbbbbb"; 400]);
        let claims = align(&read, &words);
        assert!(claims.iter().enumerate().all(|(at, of_word)| of_word[0].read.abs_diff(at) <= 1));
    }
}
