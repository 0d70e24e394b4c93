use std::collections::HashMap;

use super::Kind;
use super::draft::Draft;
use crate::vocabulary::{
    Commonness, Dictionary, PageVocabulary, Variant, WordEvidence, counted_form, is_odd, near_variants, parts_of,
    visit_far_variants,
};

/// Mends misread letters, and parts words that ran together: only where the word as read is unknown to book and dictionary, its confidence is low, and
/// just one likely word may have been printed there.
pub(super) fn mend_words(draft: &mut Draft, book: &PageVocabulary, dictionary: &Dictionary) {
    for place in draft.places() {
        let token = draft.token(place);
        let (lead, word, tail) = parts_of(&token.text);
        let Some(evidence) = book.doubtful.get(&counted_form(word)).filter(|evidence| !evidence.known) else { continue };
        if dictionary.accepts(word) || !is_mostly_letters(word) {
            continue;
        }
        let lower = word.to_lowercase();
        if !has_one_case(word) && dictionary.knows(&lower) {
            let text = format!("{lead}{lower}{tail}");
            draft.replace(place, Kind::Misread, text);
            continue;
        }
        let doubt = Doubt { word, confidence: token.confidence, evidence, dictionary };
        if let Some(better) = doubt.best() {
            let kind = if better.contains(' ') { Kind::Apart } else { Kind::Misread };
            let text = format!("{lead}{better}{tail}");
            draft.replace(place, kind, text);
        }
    }
}

/// A word that can't be right.
struct Doubt<'a> {
    word: &'a str,
    confidence: f64,
    evidence: &'a WordEvidence,
    dictionary: &'a Dictionary,
}

/// Another word is likelier than the next best only if it is so much cheaper.
const CLEARLY: f64 = 0.5;
/// What a word gains by being in the book, for each step of commonness.
const OF_THE_BOOK: f64 = 0.5;
/// Lost spaces are the most frequent mistake of all on coarse scans, and few words are made of words.
const LOST_SPACES: f64 = 0.3;
/// Words of so many letters have few neighbours, so that more of them may be misread.
const LONG: usize = 8;

impl Doubt<'_> {
    fn best(&self) -> Option<String> {
        let stem = self.word.strip_suffix("'s").or_else(|| self.word.strip_suffix("’s")).unwrap_or(self.word);
        let mut ranked = self.candidates(stem, near_variants(stem));
        if !self.evidence.apart.is_empty() {
            ranked.push((self.with_case(&self.evidence.apart.join(" ")), LOST_SPACES));
        }
        if ranked.is_empty() && stem.chars().count() >= LONG && !self.is_name() {
            let mut far = Vec::new();
            visit_far_variants(stem, |variant| {
                if self.dictionary.knows(&variant.word) {
                    far.push(variant.clone());
                }
            });
            ranked = self.candidates(stem, far);
        }
        ranked.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        let (word, rank) = ranked.first()?;
        let rival = ranked.iter().skip(1).find(|(other, _)| other != word);
        let clear = rival.is_none_or(|(_, next)| rank + CLEARLY <= *next);
        (clear && *rank <= self.highest_rank()).then(|| format!("{word}{}", &self.word[stem.len()..]))
    }

    /// Words that the dictionary or the book has, and how unlikely each is.
    fn candidates(&self, stem: &str, variants: Vec<Variant>) -> Vec<(String, f64)> {
        let mut least: HashMap<String, f64> = HashMap::new();
        for Variant { word, cost } in variants {
            let common = self.evidence.similar.get(&counted_form(&word)).copied();
            if self.may_stand(&word, common, stem) {
                let rank = cost - common.map_or(0.0, |common| OF_THE_BOOK * (common as u8 + 1) as f64);
                let entry = least.entry(word).or_insert(rank);
                *entry = entry.min(rank);
            }
        }
        least.into_iter().collect()
    }

    fn may_stand(&self, word: &str, common: Option<Commonness>, stem: &str) -> bool {
        let letters = word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'));
        let case = has_one_case(word) && (stem.starts_with(char::is_uppercase) || !word.starts_with(char::is_uppercase));
        let in_dictionary = || word.chars().count() > 2 && self.dictionary.knows(word);
        let known = match common {
            // One name is not put for another because a dictionary has it.
            _ if self.is_name() => common >= Some(Commonness::Rare) || in_dictionary() && self.dictionary.knows(&word.to_lowercase()),
            Some(_) => true,
            None => in_dictionary(),
        };
        letters && case && known
    }

    fn is_name(&self) -> bool {
        has_one_case(self.word) && self.word.starts_with(char::is_uppercase) && self.word.chars().skip(1).any(char::is_lowercase)
    }

    /// Nothing that was read with some confidence is far from what stands there; short words and names have many neighbours.
    fn highest_rank(&self) -> f64 {
        let letters = self.word.chars().count();
        let by_length: f64 = match letters {
            0..=3 => 0.6,
            4..=5 => 1.2,
            6..LONG => 2.2,
            _ => 3.2,
        };
        let by_length = if self.is_name() { by_length.min(1.0) } else { by_length };
        if self.confidence > 0.8 && letters < LONG { by_length.min(1.2) } else { by_length }
    }

    fn with_case(&self, words: &str) -> String {
        let mut letters = self.word.chars();
        words.chars().map(|c| if c == ' ' { c } else { letters.next().unwrap_or(c) }).collect()
    }
}

/// `Narvaez`, `narvaez`, `NARVAEZ`; not `nArvaez`.
fn has_one_case(word: &str) -> bool {
    let rest: Vec<char> = word.chars().skip(1).filter(|c| c.is_alphabetic()).collect();
    rest.iter().all(|c| !c.is_uppercase()) || word.chars().all(|c| !c.is_lowercase())
}

/// A number with a misread digit is none that can be mended.
fn is_mostly_letters(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic() || is_odd(*c)).count();
    letters > digits
}
