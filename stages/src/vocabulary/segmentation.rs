use super::Dictionary;
use super::counts::WordCounts;

/// Shorter words must occur in the book, since dictionaries have many short abbreviations.
const MIN_DICTIONARY_WORD_CHARS: usize = 5;
/// Shorter words are accepted only if they are ubiquitous in the book.
const MIN_UNCOMMON_WORD_CHARS: usize = 4;
/// The maximum number of merged words.
const MAX_WORDS: usize = 4;

/// Segments `word` into words whose spaces were lost (`bythe`, `theirfirstinterview`). Of two adjacent ones, at least one must be ubiquitous in the
/// book, so that compounds (`goldseeking`) are not split. Empty if there is no such segmentation.
pub(super) fn segment(word: &str, counts: &WordCounts, dictionary: &Dictionary) -> Vec<String> {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]).collect();
    if !word.chars().all(char::is_alphabetic) || ends.len() < 3 {
        return Vec::new();
    }
    let lexicon = Lexicon { counts, dictionary };
    let mut best: Vec<Segmentations> = Vec::new();
    // For each end, the best segmentations of the text before it, by their last word.
    for (index, end) in ends.iter().enumerate() {
        let mut ways = Vec::new();
        ways.extend(lexicon.cost(&word[..*end]).map(|(cost, common)| Segmentation {
            start: 0,
            cost,
            words: 1,
            common,
        }));
        for (at, start) in ends[..index].iter().enumerate() {
            let Some((cost, common)) = lexicon.cost(&word[*start..*end]) else { continue };
            let before = best[at].iter().filter(|way| way.words < MAX_WORDS && (way.common || common));
            let cheapest = before.min_by(|a, b| a.cost.total_cmp(&b.cost));
            ways.extend(cheapest.map(|way| Segmentation {
                start: *start,
                cost: way.cost + cost,
                words: way.words + 1,
                common,
            }));
        }
        best.push(ways);
    }
    backtrack(word, &ends, &best)
}

/// Segmentations of a prefix of the word, one for each possible last word.
type Segmentations = Vec<Segmentation>;

#[derive(Debug, Clone, Copy)]
struct Segmentation {
    /// Where the last word starts.
    start: usize,
    cost: f64,
    words: usize,
    /// Whether the last word is ubiquitous.
    common: bool,
}

fn backtrack(word: &str, ends: &[usize], best: &[Segmentations]) -> Vec<String> {
    let cheapest = |ways: &[Segmentation], fits: &dyn Fn(&Segmentation) -> bool| {
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
    /// How unlikely a word is, and whether it is ubiquitous; `None` if it is not a word.
    fn cost(&self, word: &str) -> Option<(f64, bool)> {
        let (sure, total) = (self.counts.certain_count(word), f64::from(self.counts.total().max(1)));
        let in_dictionary = || word.chars().count() >= MIN_DICTIONARY_WORD_CHARS && self.dictionary.knows(word);
        let likely = match sure {
            0 if in_dictionary() => 0.1,
            0 => return None,
            times => f64::from(times),
        };
        let short = word.chars().count() < MIN_UNCOMMON_WORD_CHARS;
        let common = self.counts.is_ubiquitous(word);
        (!short || common).then(|| (-(likely / total).ln(), common))
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_pages::page;
    use super::super::tokens::PageTokens;
    use super::*;

    #[test]
    fn separates_merged_words() {
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
            // A compound; halves that are not words or too short; a word that cannot be segmented.
            ("xoldseekinq", ""),
            ("ofxyz", ""),
            ("therate", ""),
            ("captain", ""),
            ("of-the", ""),
        ] {
            assert_eq!(segment(read, &counts, &dictionary).join(" "), words, "{read}");
        }
    }

    #[test]
    fn does_not_split_compounds_of_rare_words() {
        let mut counts = WordCounts::default();
        let text = "the of and ".repeat(500) + "gold seeking bed time";
        counts.add(&PageTokens::of(&page(1, &[(&text, 0.95)])));
        let dictionary = Dictionary::of_words("seeking");
        assert!(segment("goldseeking", &counts, &dictionary).is_empty());
        assert_eq!(segment("thegold", &counts, &dictionary), ["the", "gold"]);
    }
}
