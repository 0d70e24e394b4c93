use super::Dictionary;
use super::counts::WordCounts;

/// Shorter words are taken from the book only: dictionaries have every pair of letters as an abbreviation.
const SHORTEST_OF_DICTIONARY: usize = 5;
/// Shorter words are parts only if they are everywhere.
const SHORTEST_UNCOMMON: usize = 4;
/// More words than this do not run together.
const MOST_WORDS: usize = 4;

/// The words that `word` is made of if the spaces between them were lost (`bythe`, `theirfirstinterview`): of two that touch, one is everywhere in the
/// book, so that compounds (`goldseeking`) stay whole. None where it is not made so.
pub(super) fn words_in(word: &str, counts: &WordCounts, dictionary: &Dictionary) -> Vec<String> {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]).collect();
    if !word.chars().all(char::is_alphabetic) || ends.len() < 3 {
        return Vec::new();
    }
    let lexicon = Lexicon { counts, dictionary };
    let mut best: Vec<Best> = Vec::new();
    // The best way to part what stands before each end, and which word it ends with.
    for (index, end) in ends.iter().enumerate() {
        let mut ways = Vec::new();
        ways.extend(lexicon.cost(&word[..*end]).map(|(cost, common)| Way { start: 0, cost, words: 1, common }));
        for (at, start) in ends[..index].iter().enumerate() {
            let Some((cost, common)) = lexicon.cost(&word[*start..*end]) else { continue };
            let before = best[at].iter().filter(|way| way.words < MOST_WORDS && (way.common || common));
            let cheapest = before.min_by(|a, b| a.cost.total_cmp(&b.cost));
            ways.extend(cheapest.map(|way| Way { start: *start, cost: way.cost + cost, words: way.words + 1, common }));
        }
        best.push(ways);
    }
    walk_back(word, &ends, &best)
}

/// All ways to part a beginning of the word, one for each of its last words.
type Best = Vec<Way>;

#[derive(Debug, Clone, Copy)]
struct Way {
    /// Where the last word starts.
    start: usize,
    cost: f64,
    words: usize,
    /// Whether the last word is everywhere.
    common: bool,
}

fn walk_back(word: &str, ends: &[usize], best: &[Best]) -> Vec<String> {
    let cheapest = |ways: &[Way], fits: &dyn Fn(&Way) -> bool| {
        ways.iter().filter(|way| fits(way)).min_by(|a, b| a.cost.total_cmp(&b.cost)).copied()
    };
    let mut end = word.len();
    let mut way = cheapest(&best[ends.len() - 1], &|way| way.words > 1);
    let mut words = Vec::new();
    while let Some(last) = way {
        words.push(word[last.start..end].to_owned());
        end = last.start;
        let before = ends.iter().position(|other| *other == last.start);
        way = before
            .and_then(|at| cheapest(&best[at], &|way| way.words + 1 == last.words && (way.common || last.common)));
    }
    words.reverse();
    words
}

struct Lexicon<'a> {
    counts: &'a WordCounts,
    dictionary: &'a Dictionary,
}

impl Lexicon<'_> {
    /// How unlikely a word is, and whether it is everywhere; none for what is no word.
    fn cost(&self, word: &str) -> Option<(f64, bool)> {
        let (sure, total) = (self.counts.sure(word), f64::from(self.counts.total().max(1)));
        let in_dictionary = || word.chars().count() >= SHORTEST_OF_DICTIONARY && self.dictionary.knows(word);
        let likely = match sure {
            0 if in_dictionary() => 0.1,
            0 => return None,
            times => f64::from(times),
        };
        let short = word.chars().count() < SHORTEST_UNCOMMON;
        let common = self.counts.is_everywhere(word);
        (!short || common).then(|| (-(likely / total).ln(), common))
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_pages::page;
    use super::super::tokens::PageTokens;
    use super::*;

    #[test]
    fn words_that_ran_together_are_found() {
        let text = "the of their and his first interview measures gold seeking captain an ".repeat(20);
        let mut counts = WordCounts::default();
        counts.add(&PageTokens::of(&page(1, &[(&text, 0.95)])));
        let dictionary = Dictionary::of_words("effectual adopted rate");
        for (read, words) in [
            ("ofthe", "of the"),
            ("theirfirst", "their first"),
            ("aneffectual", "an effectual"),
            ("theinterviewand", "the interview and"),
            ("hisgold", "his gold"),
            // A compound; half of it no word, or too short a one; a word that has no parts.
            ("xoldseekinq", ""),
            ("ofxyz", ""),
            ("therate", ""),
            ("captain", ""),
            ("of-the", ""),
        ] {
            assert_eq!(words_in(read, &counts, &dictionary).join(" "), words, "{read}");
        }
    }

    #[test]
    fn compounds_of_words_that_are_not_everywhere_stay_whole() {
        let mut counts = WordCounts::default();
        let text = "the of and ".repeat(500) + "gold seeking bed time";
        counts.add(&PageTokens::of(&page(1, &[(&text, 0.95)])));
        let dictionary = Dictionary::of_words("seeking");
        assert!(words_in("goldseeking", &counts, &dictionary).is_empty());
        assert_eq!(words_in("thegold", &counts, &dictionary), ["the", "gold"]);
    }
}
