//! Compares a model's changes with the recognised text: invented, completed and translated text is refused.

use rapidfuzz::distance::levenshtein;

/// Whether a change is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is accepted.
    Accepted,
    /// It is accepted and flagged.
    Suspicious(String),
    /// It is refused; the text stays as it was.
    Refused(String),
}

/// Minimum similarity of the texts: 1 minus the edit distance divided by the characters of the longer one.
const MIN_SIMILARITY: f64 = 0.75;
/// Maximum ratio of the lengths, in either direction.
const MAX_LENGTH_RATIO: f64 = 1.25;
/// This many edits are always allowed, because a short line may be a single word.
const FREE_EDITS: usize = 4;
/// A capitalised word is new unless a word that was read has at least this similarity.
const MIN_WORD_SIMILARITY: f64 = 0.5;

/// Compares a changed text with what was read, ignoring white space.
#[must_use]
pub fn judge_change(read: &str, changed: &str) -> Verdict {
    let (before, after) = (folded(read), folded(changed));
    if after.is_empty() {
        return Verdict::Refused("nothing is left of it".to_owned());
    }
    let (long, short) = (before.chars().count(), after.chars().count());
    let edits = levenshtein::distance(before.chars(), after.chars());
    if edits > FREE_EDITS {
        let longest = long.max(short);
        let similar = 1.0 - edits as f64 / longest as f64;
        if similar < MIN_SIMILARITY {
            return Verdict::Refused(format!("only {:.0} % of it stayed", similar * 100.0));
        }
        let ratio = short as f64 / long.max(1) as f64;
        if !(1.0 / MAX_LENGTH_RATIO..=MAX_LENGTH_RATIO).contains(&ratio) {
            return Verdict::Refused(format!("it has {short} characters, and was read with {long}"));
        }
    }
    if digits(&before) != digits(&after) {
        return Verdict::Suspicious("a number is another".to_owned());
    }
    match after
        .split_whitespace()
        .find(|word| is_name(word) && !before.split_whitespace().any(|read| are_similar(word, read)))
    {
        Some(name) => Verdict::Suspicious(format!("`{name}` was not read")),
        None => Verdict::Accepted,
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A capitalised word of some length.
fn is_name(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    letters.next().is_some_and(char::is_uppercase) && letters.count() > 1
}

fn are_similar(word: &str, read: &str) -> bool {
    levenshtein::normalized_similarity(word.to_lowercase().chars(), read.to_lowercase().chars()) >= MIN_WORD_SIMILARITY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_corrections_of_misreadings() {
        for (read, changed) in [
            ("The modem cam-\npaign was long.", "The modern campaign was long."),
            ("aud", "and"),
            ("in tbe year 1539, Soto", "in the year 1539, Soto"),
            ("Ponce de Le6n", "Ponce de León"),
        ] {
            let verdict = judge_change(read, changed);
            assert!(!matches!(verdict, Verdict::Refused(_)), "{read:?} → {changed:?}: {verdict:?}");
        }
    }

    #[test]
    fn refuses_invented_and_lost_text() {
        let read = "The long campaign was over and the men went home.";
        for changed in [
            "",
            "   ",
            "Die lange Kampagne war vorbei, und alle gingen heim.",
            "The long campaign was over and the men went home. They never came back to the coast of Florida again.",
            "The long campaign was over.",
            "I am sorry, but I cannot help with that request.",
        ] {
            assert!(matches!(judge_change(read, changed), Verdict::Refused(_)), "{changed:?}");
        }
    }

    #[test]
    fn flags_changed_numbers_and_new_names() {
        let suspicious = |read: &str, changed: &str| match judge_change(read, changed) {
            Verdict::Suspicious(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(suspicious("in the year 1539 they came", "in the year 1589 they came"), "a number is another");
        let why = suspicious("and then the man went to the coast of it", "and then Menendez went to the coast of it");
        assert_eq!(why, "`Menendez` was not read");
    }
}
