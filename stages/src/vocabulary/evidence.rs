use std::collections::{BTreeMap, BTreeSet};

use super::counts::{MIN_CERTAIN_CONFIDENCE, WordCounts};
use super::segmentation::segment;
use shelf_pages::word_key;

use super::spelling::{is_numeral, split_token};
use super::tokens::{PageTokens, Token};
use super::{Commonness, Dictionary, PageVocabulary, WordEvidence, near_variants, variants_of_one_letter};

/// The evidence of the book's word counts about a page. Without a dictionary, no words are doubtful.
pub(super) fn evidence_for(page: &PageTokens, counts: &WordCounts, dictionary: Option<&Dictionary>) -> PageVocabulary {
    let mut found = PageVocabulary::default();
    for (token, next) in neighbours(page) {
        let (_, start, _) = split_token(&next.text);
        if token.text.ends_with(',') && start.starts_with(char::is_uppercase) && counts.is_usually_lower_case(start) {
            found.small_words.insert(word_key(start));
        }
        add_joined_words(&mut found, token, next, counts, dictionary);
    }
    let Some(dictionary) = dictionary else { return found };
    found.likes_hyphens = counts.hyphenates_compounds(dictionary);
    let places = page.paragraphs.iter().flat_map(|paragraph| paragraph.iter().flatten().enumerate());
    for (at, token) in places {
        let (_, word, _) = split_token(&token.text);
        let form = word_key(word);
        if !is_doubtful(word, dictionary) || found.doubtful.contains_key(&form) {
            continue;
        }
        if token.confidence < MIN_CERTAIN_CONFIDENCE {
            let evidence = word_evidence(&form, counts, dictionary);
            found.doubtful.insert(form, evidence);
        } else if counts.count_of(&form) <= MAX_REPETITIONS {
            let apart = merged_words(word, counts, dictionary);
            // The first word of a page may be half of one.
            let is_whole = at > 0 && !token.continues && !token.ends_in_hyphen() && word == form;
            let similar = if is_whole && apart.is_empty() { printed_word(&form, counts, dictionary) } else { None };
            if !apart.is_empty() || similar.is_some() {
                found
                    .doubtful
                    .insert(form, WordEvidence { known: false, similar: similar.into_iter().collect(), apart });
            }
        }
    }
    found
}

/// The words that a word consists of which was read with certainty: the space after a small word was lost, and each letter recognised well. Empty if it may
/// be a compound, such as `whaleman` in a book about whales.
fn merged_words(word: &str, counts: &WordCounts, dictionary: &Dictionary) -> Vec<String> {
    let form = word_key(word);
    let apart = segment(&form, counts, dictionary);
    let is_word = |part: &String| {
        let is_long = part.chars().count() >= MIN_MERGED_WORD_CHARS && counts.certain_count(part) > 0;
        // A name hardly consists of short words.
        is_long || (word == form && counts.is_ubiquitous(part))
    };
    // `aleak` and `astern` are words.
    let may_be_adverb = apart.first().is_some_and(|first| first == "a");
    let is_merged =
        !may_be_adverb && apart.iter().all(is_word) && apart.iter().any(|part| counts.is_function_word(part));
    if is_merged { apart } else { Vec::new() }
}

/// The only word that one frequent misreading of a letter makes this one of, although it was read with certainty.
fn printed_word(form: &str, counts: &WordCounts, dictionary: &Dictionary) -> Option<(String, Commonness)> {
    let is_long = form.chars().count() >= MIN_CERTAIN_WORD_CHARS;
    let is_candidate = |word: &String| counts.is_ubiquitous(word) || (is_long && dictionary.knows(word));
    let candidates: BTreeSet<String> = variants_of_one_letter(form).filter(is_candidate).collect();
    let [printed] = <[String; 1]>::try_from(Vec::from_iter(candidates)).ok()?;
    let commonness = Commonness::of(counts.count_of(&printed).max(1));
    Some((printed, commonness))
}

/// Shorter ones of merged words that were read with certainty are everywhere in the book.
const MIN_MERGED_WORD_CHARS: usize = 3;
/// A misreading of one word is repeated at most so often.
const MAX_REPETITIONS: u32 = 2;
/// Shorter words that were read with certainty are corrected only to words that are everywhere in the book.
const MIN_CERTAIN_WORD_CHARS: usize = 6;

/// Whether a word is neither in the dictionary nor a number.
fn is_doubtful(word: &str, dictionary: &Dictionary) -> bool {
    !word.is_empty() && !is_numeral(word) && !dictionary.accepts(word)
}

fn word_evidence(form: &str, counts: &WordCounts, dictionary: &Dictionary) -> WordEvidence {
    let similar: BTreeMap<String, Commonness> = near_variants(form)
        .into_iter()
        .map(|variant| (counts.count_of(&variant.word), variant))
        .filter(|(times, variant)| *times > 0 && is_valid_word(&variant.word, counts, dictionary))
        .map(|(times, variant)| (variant.word, Commonness::of(times)))
        .collect();
    WordEvidence { known: is_known(form, &similar, counts), similar, apart: segment(form, counts, dictionary) }
}

/// Whether a word of the book may replace another: it is in a dictionary, or was read with certainty.
fn is_valid_word(word: &str, counts: &WordCounts, dictionary: &Dictionary) -> bool {
    dictionary.accepts(word) || counts.certain_count(word) > 0
}

/// Whether a word belongs to the book: it was read with certainty somewhere, or repeatedly, and is not a repeated
/// misreading, whose correct form is far more common.
fn is_known(form: &str, similar: &BTreeMap<String, Commonness>, counts: &WordCounts) -> bool {
    let times = counts.count_of(form);
    let overshadowed = || similar.values().any(|common| *common > Commonness::of(times).next());
    (counts.certain_count(form) > 0 || times >= MIN_REPEATED_MISREADINGS) && !overshadowed()
}

/// The same misreading is unlikely to occur this often.
const MIN_REPEATED_MISREADINGS: u32 = 3;

/// Each token of a paragraph with the next one.
fn neighbours(page: &PageTokens) -> impl Iterator<Item = (&Token, &Token)> {
    page.paragraphs.iter().flat_map(|paragraph| {
        let tokens: Vec<&Token> = paragraph.iter().flatten().collect();
        tokens.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    })
}

fn add_joined_words(
    found: &mut PageVocabulary,
    token: &Token,
    next: &Token,
    counts: &WordCounts,
    dictionary: Option<&Dictionary>,
) {
    let ((_, before, _), (_, after, _)) = (split_token(&token.text), split_token(&next.text));
    if before.is_empty() || after.is_empty() {
        return;
    }
    let parted = token.ends_in_hyphen();
    let broken = || dictionary.is_some_and(|d| is_doubtful(before, d) || is_doubtful(after, d));
    let joined = word_key(&format!("{before}{after}"));
    let read_so = if parted { counts.count_of(&joined) > 0 } else { counts.certain_count(&joined) > 1 };
    if read_so && (parted || broken()) {
        found.joined.insert(joined);
    }
    let hyphenated = word_key(&format!("{before}-{after}"));
    if parted && counts.count_of(&hyphenated) > 0 {
        found.hyphenated.insert(hyphenated);
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_pages::page;
    use super::super::vocabulary_of;
    use super::*;
    use crate::ocr::OcrPage;

    const WORDS: &str = "the campaign of self aware men went by and then they were contrast in";

    fn first_page(pages: &[OcrPage]) -> PageVocabulary {
        let dictionary = Dictionary::of_words(WORDS);
        vocabulary_of(pages, Some(&dictionary)).pages.remove(&1).expect("page 1 is there")
    }

    #[test]
    fn lists_joined_and_hyphenated_forms_from_other_pages() {
        let here = page(1, &[("the cam-\npaign of self-\naware Nar-\nvaez", 0.95)]);
        let there = page(2, &[("a campaign, self-aware", 0.95)]);
        let found = first_page(&[here, there]);
        assert_eq!(found.joined, ["campaign".to_owned()].into());
        assert_eq!(found.hyphenated, ["self-aware".to_owned()].into());
    }

    #[test]
    fn doubtful_words_have_evidence_from_the_book() {
        let here = page(1, &[("the Narvacz went", 0.7), ("Anchusi went", 0.7), ("tbe bythe", 0.7)]);
        let there = page(2, &[("Narvaez, Narvaez, Anchusi", 0.95), (&"the men by ".repeat(60), 0.95)]);
        let found = first_page(&[here, there]);
        let doubtful: Vec<&str> = found.doubtful.keys().map(String::as_str).collect();
        assert_eq!(doubtful, ["anchusi", "bythe", "narvacz", "tbe"]);
        assert!(found.knows("Anchusi") && !found.knows("Narvacz"));
        assert_eq!(found.doubtful["narvacz"].similar, [("narvaez".to_owned(), Commonness::Rare)].into());
        assert_eq!(found.doubtful["tbe"].similar, [("the".to_owned(), Commonness::Common)].into());
        assert_eq!(found.doubtful["bythe"].apart, ["by", "the"]);
    }

    #[test]
    fn words_read_with_certainty_are_doubtful_if_one_letter_explains_them() {
        let here = page(1, &[("the bythe campaigu aud outcampaign themen carnpaigm campaignmen acampaign", 0.95)]);
        let often = "the men by and campaign ".repeat(8) + &"the by and of a ".repeat(600);
        let there = page(2, &[(&often, 0.95)]);
        let dictionary = Dictionary::of_words(WORDS);
        let found = vocabulary_of(&[here, there], Some(&dictionary)).pages.remove(&1).expect("page 1 is there");
        let doubtful: Vec<&str> = found.doubtful.keys().map(String::as_str).collect();
        // Neither a compound, nor an adverb, nor a word of which two letters are wrong.
        assert_eq!(doubtful, ["aud", "bythe", "campaigu", "themen"]);
        assert_eq!(found.doubtful["campaigu"].similar.keys().collect::<Vec<_>>(), ["campaign"]);
        assert_eq!(found.doubtful["bythe"].apart, ["by", "the"]);
        let first = page(1, &[("campaigu", 0.95)]);
        let found = vocabulary_of(&[first], Some(&dictionary)).pages.remove(&1).expect("page 1 is there");
        assert!(found.doubtful.is_empty(), "the first word may be half of one");
    }

    #[test]
    fn repeated_misreading_is_not_a_word_of_the_book() {
        let text = "the ".repeat(120) + "tbe tbe tbe tbe";
        assert!(!first_page(&[page(1, &[("tbe", 0.7)]), page(2, &[(&text, 0.95)])]).knows("tbe"));
    }

    #[test]
    fn more_of_the_same_evidence_changes_nothing() {
        let here = page(1, &[("the Narvacz cam-\npaign, The", 0.7)]);
        let there = |times| page(2, &[(&"campaign Narvaez the ".repeat(times), 0.95)]);
        assert_eq!(first_page(&[here.clone(), there(12)]), first_page(&[here, there(13)]));
    }

    #[test]
    fn without_a_dictionary_nothing_is_doubtful() {
        let pages = [page(1, &[("tbe cam-\npaign", 0.5)]), page(2, &[("campaign", 0.9)])];
        let found = vocabulary_of(&pages, None).pages.remove(&1).unwrap();
        assert!(found.doubtful.is_empty());
        assert_eq!(found.joined.len(), 1);
    }
}
