//! Changes of a few letters that change what a sentence says: negations, numbers and names.

use shelf_pages::ProposalDoubt;

use crate::vocabulary::{Dictionary, split_token};

/// What a pair of words changes, apart from spelling; `None` if only the spelling.
pub(super) fn changed_meaning(old: &str, new: &str, dictionary: Option<&Dictionary>) -> Option<ProposalDoubt> {
    let (before, after) = (cores(old), cores(new));
    if digits(old) != digits(new) || marked(&before, is_number_word) != marked(&after, is_number_word) {
        return Some(ProposalDoubt::Number);
    }
    if marked(&before, is_negation) != marked(&after, is_negation) || changes_prefix(&before.concat(), &after.concat())
    {
        return Some(ProposalDoubt::Negation);
    }
    let names = |words: &[String]| words.iter().any(|word| is_name(word, dictionary));
    let letters = |words: &[String]| words.concat().to_lowercase();
    (letters(&before) != letters(&after) && (names(&before) || names(&after))).then_some(ProposalDoubt::Name)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The words without punctuation, with straight apostrophes.
fn cores(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| split_token(word).1.replace('’', "'")).collect()
}

fn marked(words: &[String], is_marked: impl Fn(&str) -> bool) -> Vec<String> {
    words.iter().map(|word| word.to_lowercase()).filter(|word| is_marked(word)).collect()
}

/// Words that negate, in English and in the languages that it quotes most.
#[rustfmt::skip]
const NEGATIONS: [&str; 50] = [
    "not", "no", "never", "nor", "none", "nothing", "neither", "nobody", "nowhere", "without", "cannot", "hardly", "scarcely", "barely", "nought", "naught",
    "nay",
    "nicht", "kein", "keine", "keinen", "keiner", "nie", "niemals", "nichts", "ohne", "weder", "niemand", "nein",
    "ne", "pas", "jamais", "rien", "sans", "aucun", "aucune", "non", "ni", "nunca", "nada", "sin", "mai", "niente", "senza", "né", "nec", "neque",
    "nihil", "nemo", "haud",
];

fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't")
}

/// Prefixes and suffixes that negate a word.
const NEGATING_PREFIXES: [&str; 9] = ["un", "in", "im", "ir", "il", "dis", "non", "non-", "mis"];
/// A shorter stem is rarely a word of its own (`in-to`, `un-til`).
const MIN_STEM_CHARS: usize = 3;

fn changes_prefix(old: &str, new: &str) -> bool {
    let (old, new) = (old.to_lowercase(), new.to_lowercase());
    let negates = |stem: &str, word: &str| {
        stem.chars().count() >= MIN_STEM_CHARS
            && NEGATING_PREFIXES.iter().any(|prefix| word.strip_prefix(prefix) == Some(stem))
    };
    let stem = |word: &str| word.strip_suffix("less").or_else(|| word.strip_suffix("ful")).map(str::to_owned);
    let swapped = old != new && stem(&old).is_some() && stem(&old) == stem(&new);
    negates(&old, &new) || negates(&new, &old) || swapped
}

/// Words for numbers.
#[rustfmt::skip]
const NUMBER_WORDS: [&str; 69] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds", "thousand",
    "thousands", "million", "millions", "billion", "dozen", "dozens", "score", "half", "quarter", "twice", "thrice", "once", "first", "second", "third", "fourth",
    "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "double", "triple", "both", "zwei", "drei", "vier", "fünf", "sechs",
    "sieben", "acht", "neun", "zehn", "deux", "trois", "quatre",
];

fn is_number_word(word: &str) -> bool {
    word.split('-').any(|part| NUMBER_WORDS.contains(&part))
}

/// A capitalised word whose lower case is in no dictionary.
fn is_name(word: &str, dictionary: Option<&Dictionary>) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let is_capitalised = letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase);
    is_capitalised && !dictionary.is_some_and(|dictionary| dictionary.knows(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negations_numbers_and_names_are_found() {
        let dictionary = Dictionary::of_words("the was able careful careless now not winter men");
        let changed = |old: &str, new: &str| changed_meaning(old, new, Some(&dictionary));
        for (old, new) in [
            ("was", "wasn’t"),
            ("now", "not"),
            ("able", "unable"),
            ("careful", "careless"),
            ("", "never"),
            ("dissatisfied", "satisfied"),
        ] {
            assert_eq!(changed(old, new), Some(ProposalDoubt::Negation), "{old} → {new}");
        }
        for (old, new) in
            [("1839", "1889"), ("two", "ten"), ("l839", "1839"), ("twenty-one", "twenty-two"), ("men", "six men")]
        {
            assert_eq!(changed(old, new), Some(ProposalDoubt::Number), "{old} → {new}");
        }
        for (old, new) in [("Narvaez", "Narvarez"), ("men", "Menendez"), ("Soto,", "the")] {
            assert_eq!(changed(old, new), Some(ProposalDoubt::Name), "{old} → {new}");
        }
        for (old, new) in [("tbe", "the"), ("wintcr", "winter"), ("Soto.", "Soto,"), ("WINTER", "Winter")] {
            assert_eq!(changed(old, new), None, "{old} → {new}");
        }
    }
}
