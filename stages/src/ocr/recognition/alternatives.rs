use std::collections::HashSet;

use shelf_pages::AlternativeReading;

use super::timesteps::{Timestep, WordTimesteps};
use super::tsv::RecognisedWord;
use crate::rounding::round_to_4_decimals;

/// Readings that are followed at a time, and the least probability of one.
const BEAM: usize = 24;
const LEAST: f64 = 0.0005;
/// A word keeps at most this many alternatives of at least this probability.
const MAX_ALTERNATIVES: usize = 10;
const MIN_PROBABILITY: f64 = 0.01;
/// Probabilities of less than 0.01 are not told.
const UNTOLD: f64 = 0.002;

/// Gives each doubtful word its other readings. `seen` is what the network saw of the words, in the same order; there may be more of them, as words without text are left
/// out of `words`.
pub(super) fn add_alternatives(words: &mut [RecognisedWord], seen: &[WordTimesteps]) {
    let mut seen = seen.iter();
    for word in words {
        let Some(at) = seen.as_slice().iter().position(|seen| seen.bbox == Some(word.bbox)) else { continue };
        let Some(seen) = seen.nth(at) else { continue };
        word.alternatives = distinct(probable_readings(&seen.timesteps))
            .into_iter()
            .filter(|(text, probability)| *probability >= MIN_PROBABILITY && *text != word.text)
            .take(MAX_ALTERNATIVES)
            .map(|(text, probability)| AlternativeReading { text, probability: round_to_4_decimals(probability) })
            .collect();
    }
}

/// The probability that a reading ends with this column, in its last character or after it.
#[derive(Debug, Clone, Copy, Default)]
struct Probability {
    in_character: f64,
    after_character: f64,
}

impl Probability {
    fn sum(self) -> f64 {
        self.in_character + self.after_character
    }

    fn times(self, factor: f64) -> Self {
        Self { in_character: self.in_character * factor, after_character: self.after_character * factor }
    }
}

/// Readings that have the same beginning share it.
#[derive(Debug, Default)]
struct Prefixes<'a> {
    /// The reading without its last character, and that character; the first is the empty reading.
    longer: Vec<(usize, &'a str)>,
}

impl<'a> Prefixes<'a> {
    fn last(&self, reading: usize) -> Option<&'a str> {
        reading.checked_sub(1).map(|at| self.longer[at].1)
    }

    fn with(&mut self, reading: usize, character: &'a str) -> usize {
        let known = self.longer.iter().rposition(|other| *other == (reading, character));
        known.unwrap_or_else(|| {
            self.longer.push((reading, character));
            self.longer.len() - 1
        }) + 1
    }

    fn text(&self, mut reading: usize) -> String {
        let mut characters = Vec::new();
        while let Some(at) = reading.checked_sub(1) {
            characters.push(self.longer[at].1);
            reading = self.longer[at].0;
        }
        characters.reverse();
        characters.concat()
    }
}

/// The most probable readings of a word and their probabilities, best first. Source: prefix search decoding, Graves et al.,
/// <https://www.cs.toronto.edu/~graves/icml_2006.pdf>.
fn probable_readings(timesteps: &[Timestep]) -> Vec<(String, f64)> {
    let mut prefixes = Prefixes::default();
    let mut beam = vec![(0, Probability { in_character: 0.0, after_character: 1.0 })];
    for timestep in timesteps {
        let told = |character: &str| {
            timestep
                .iter()
                .find(|(other, _)| other == character)
                .map_or(UNTOLD, |(_, probability)| probability.max(UNTOLD))
        };
        let mut next: Vec<(usize, Probability)> = Vec::with_capacity(4 * beam.len());
        let blank = told("");
        for (reading, probability) in beam {
            let last = prefixes.last(reading);
            let in_character = last.map_or(0.0, |last| probability.in_character * told(last));
            add(&mut next, reading, Probability { in_character, after_character: probability.sum() * blank });
            for (character, share) in timestep.iter().filter(|(character, _)| !character.is_empty()) {
                // The same character again needs a gap before it.
                let before = if last == Some(character) { probability.after_character } else { probability.sum() };
                if before * share > LEAST {
                    let longer = prefixes.with(reading, character);
                    add(&mut next, longer, Probability { in_character: before * share, after_character: 0.0 });
                }
            }
        }
        next.sort_by(|(_, a), (_, b)| b.sum().total_cmp(&a.sum()));
        next.truncate(BEAM);
        let total: f64 = next.iter().map(|(_, probability)| probability.sum()).sum();
        beam = next.into_iter().map(|(reading, probability)| (reading, probability.times(1.0 / total))).collect();
        beam.retain(|(_, probability)| probability.sum() > LEAST);
    }
    let mut readings: Vec<(String, f64)> = Vec::new();
    for (reading, probability) in beam {
        let text = prefixes.text(reading).trim().to_owned();
        match readings.iter_mut().find(|(other, _)| *other == text) {
            Some((_, sum)) => *sum += probability.sum(),
            None if text.is_empty() => {}
            None => readings.push((text, probability.sum())),
        }
    }
    readings.sort_by(|(a, of_a), (b, of_b)| of_b.total_cmp(of_a).then_with(|| a.cmp(b)));
    readings
}

fn add(readings: &mut Vec<(usize, Probability)>, reading: usize, more: Probability) {
    match readings.iter_mut().find(|(other, _)| *other == reading) {
        Some((_, probability)) => {
            probability.in_character += more.in_character;
            probability.after_character += more.after_character;
        }
        None => readings.push((reading, more)),
    }
}

/// The readings without those that have two letters where others have one or the other (`bhow` beside `bow` and `how`).
fn distinct(readings: Vec<(String, f64)>) -> Vec<(String, f64)> {
    let mut kept: Vec<(String, f64)> = Vec::new();
    for (text, probability) in readings {
        let without =
            |at: usize| text.chars().enumerate().filter(|(other, _)| *other != at).map(|(_, c)| c).collect::<String>();
        let shorter: HashSet<String> = (0..text.chars().count()).map(without).collect();
        if kept.iter().filter(|(other, _)| shorter.contains(other)).count() < 2 {
            kept.push((text, probability));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use shelf_pages::Bbox;

    use super::super::tsv::LayoutPosition;
    use super::*;

    fn timestep(choices: &[(&str, f64)]) -> Timestep {
        choices.iter().map(|(character, probability)| ((*character).to_owned(), *probability)).collect()
    }

    fn best(timesteps: &[Timestep]) -> (String, f64) {
        probable_readings(timesteps).swap_remove(0)
    }

    #[test]
    fn a_letter_in_several_columns_is_one_letter_unless_there_is_a_gap() {
        let (e, gap) = (timestep(&[("e", 0.99)]), timestep(&[("", 0.99)]));
        assert_eq!(best(&[e.clone(), e.clone(), e.clone()]).0, "e");
        assert_eq!(best(&[e.clone(), gap.clone(), e.clone(), gap]).0, "ee");
        assert_eq!(best(&[timestep(&[(" ", 0.99)]), e]).0, "e");
        assert_eq!(probable_readings(&[]), []);
    }

    #[test]
    fn probabilities_of_readings_sum_up_over_columns() {
        // Neither column alone is more probably a letter than not.
        let (reading, probability) = best(&[timestep(&[("", 0.6), ("a", 0.4)]), timestep(&[("", 0.6), ("a", 0.4)])]);
        assert_eq!(reading, "a");
        assert!((probability - 0.64).abs() < 0.001, "{probability}");
    }

    #[test]
    fn words_get_the_readings_that_they_do_not_have() {
        let bbox = Bbox { x: 10, y: 20, width: 30, height: 40 };
        let word = |bbox, text: &str| RecognisedWord {
            position: LayoutPosition { block: 1, paragraph: 1, line: 1 },
            bbox,
            confidence: 0.8,
            text: text.to_owned(),
            alternatives: Vec::new(),
        };
        let timesteps =
            vec![timestep(&[("b", 0.6), ("h", 0.35)]), timestep(&[("o", 0.99)]), timestep(&[("w", 0.98), ("v", 0.01)])];
        let mut words = [word(Bbox { x: 1, ..bbox }, "left out"), word(bbox, "bow"), word(Bbox { x: 90, ..bbox }, "a")];
        let seen = [
            WordTimesteps { bbox: Some(Bbox { x: 2, ..bbox }), timesteps: Vec::new() },
            WordTimesteps { bbox: Some(bbox), timesteps },
            WordTimesteps { bbox: Some(Bbox { x: 90, ..bbox }), timesteps: vec![timestep(&[("a", 0.99)])] },
        ];
        add_alternatives(&mut words, &seen);
        let texts =
            |word: &RecognisedWord| word.alternatives.iter().map(|other| other.text.clone()).collect::<Vec<_>>();
        assert_eq!(words.each_ref().map(texts), [vec![], vec!["how".to_owned()], vec![]]);
    }

    #[test]
    fn readings_with_both_of_two_letters_are_left_out() {
        let readings = ["bow", "how", "bhow", "bows"].map(|text| (text.to_owned(), 0.2)).to_vec();
        let texts: Vec<String> = distinct(readings).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["bow", "how", "bows"]);
    }
}
