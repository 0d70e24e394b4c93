//! What a model changes is measured against what was read: invented, completed and translated text is refused, whoever says it.

use rapidfuzz::distance::levenshtein;

/// What is to become of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken.
    Fine,
    /// It is taken, and flagged.
    Suspicious(String),
    /// The text stays as it was.
    Refused(String),
}

/// So much of a text has to stay, 1 less the edit distance over the longer text's characters.
const LEAST_SIMILAR: f64 = 0.75;
/// The length may become so many times what it was, or its inverse.
const MOST_LONGER: f64 = 1.25;
/// Whatever the shares say, so many characters may always change: a short line is one word.
const FEW: usize = 4;
/// A capitalised word is new unless a word that was read is so much like it.
const LEAST_LIKE: f64 = 0.5;

/// Judges a changed text against what was read. White space does not count.
#[must_use]
pub fn judge(read: &str, changed: &str) -> Verdict {
    let (before, after) = (folded(read), folded(changed));
    if after.is_empty() {
        return Verdict::Refused("nothing is left of it".to_owned());
    }
    let (long, short) = (before.chars().count(), after.chars().count());
    let edits = levenshtein::distance(before.chars(), after.chars());
    if edits > FEW {
        let longest = long.max(short);
        let similar = 1.0 - edits as f64 / longest as f64;
        if similar < LEAST_SIMILAR {
            return Verdict::Refused(format!("only {:.0} % of it stayed", similar * 100.0));
        }
        let ratio = short as f64 / long.max(1) as f64;
        if !(1.0 / MOST_LONGER..=MOST_LONGER).contains(&ratio) {
            return Verdict::Refused(format!("it has {short} characters, and was read with {long}"));
        }
    }
    if digits(&before) != digits(&after) {
        return Verdict::Suspicious("a number is another".to_owned());
    }
    match after
        .split_whitespace()
        .find(|word| is_name(word) && !before.split_whitespace().any(|read| are_alike(word, read)))
    {
        Some(name) => Verdict::Suspicious(format!("`{name}` was not read")),
        None => Verdict::Fine,
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

fn are_alike(word: &str, read: &str) -> bool {
    levenshtein::normalized_similarity(word.to_lowercase().chars(), read.to_lowercase().chars()) >= LEAST_LIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_misread_may_be_mended() {
        for (read, changed) in [
            ("The modem cam-\npaign was long.", "The modern campaign was long."),
            ("aud", "and"),
            ("in tbe year 1539, Soto", "in the year 1539, Soto"),
            ("Ponce de Le6n", "Ponce de León"),
        ] {
            let verdict = judge(read, changed);
            assert!(!matches!(verdict, Verdict::Refused(_)), "{read:?} → {changed:?}: {verdict:?}");
        }
    }

    #[test]
    fn invented_and_lost_text_is_refused() {
        let read = "The long campaign was over and the men went home.";
        for changed in [
            "",
            "   ",
            "Die lange Kampagne war vorbei, und alle gingen heim.",
            "The long campaign was over and the men went home. They never came back to the coast of Florida again.",
            "The long campaign was over.",
            "I am sorry, but I cannot help with that request.",
        ] {
            assert!(matches!(judge(read, changed), Verdict::Refused(_)), "{changed:?}");
        }
    }

    #[test]
    fn other_numbers_and_new_names_are_flagged() {
        let suspicious = |read: &str, changed: &str| match judge(read, changed) {
            Verdict::Suspicious(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(suspicious("in the year 1539 they came", "in the year 1589 they came"), "a number is another");
        let why = suspicious("and then the man went to the coast of it", "and then Menendez went to the coast of it");
        assert_eq!(why, "`Menendez` was not read");
    }
}
