use std::ops::Add;

use rapidfuzz::distance::levenshtein;
use serde::Serialize;

use super::ErrorRate;

/// A word that a line end parts at a hyphen, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedHyphen {
    /// What was read at the line's end, with the hyphen: `self-`, `cam-`.
    pub before: String,
    /// What the next line was read to start with: `aware,`, `paign`.
    pub after: String,
    /// The word as it stands in the truth: `self-aware,`, `campaign`.
    pub truth: String,
    /// Whether the truth has the hyphen, or a dash in its place.
    pub real: bool,
    /// What the corrected text has in its place; none where the halves were not put together.
    pub corrected: Option<String>,
    /// Whether the halves were put together, with the hyphen if and only if the truth has it.
    pub right: bool,
}

/// How many hyphens at line ends were treated right, of each kind. Scores of several pages are added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct HyphenScore {
    /// Words that only the line end parts (`cam-paign`): wrong ones over all.
    pub split: ErrorRate,
    /// Words that have the hyphen anywhere (`self-aware`): wrong ones over all.
    pub real: ErrorRate,
}

impl HyphenScore {
    /// Adds up what was found on one page or on many.
    #[must_use]
    pub fn of(hyphens: &[JudgedHyphen]) -> Self {
        let count = |real| {
            let of_kind = || hyphens.iter().filter(move |hyphen| hyphen.real == real);
            ErrorRate { edits: of_kind().filter(|hyphen| !hyphen.right).count(), length: of_kind().count() }
        };
        Self { split: count(false), real: count(true) }
    }
}

impl Add for HyphenScore {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { split: self.split + other.split, real: self.real + other.real }
    }
}

/// Judges every hyphen at a line end of a page: words of `ocr` (as they were read) and of `corrected` are aligned to those of `truth`,
/// whose lines may be broken anywhere or not at all.
///
/// [`score`](super::score) can't tell: its normalisation drops hyphens. What is no word of the truth, such as `pre- and post-war`, and words
/// that are parted by the end of the page, are not judged.
///
/// ```
/// use shelf::eval::{HyphenScore, judge_hyphens};
///
/// let read = "a self-\naware cam-\npaign";
/// let hyphens = judge_hyphens("a self-aware campaign", read, "a selfaware\ncampaign");
/// let score = HyphenScore::of(&hyphens);
/// assert_eq!((score.split.edits, score.split.length), (0, 1));
/// assert_eq!((score.real.edits, score.real.length), (1, 1));
/// ```
#[must_use]
pub fn judge_hyphens(truth: &str, ocr: &str, corrected: &str) -> Vec<JudgedHyphen> {
    let truth: Vec<&str> = truth.split_whitespace().collect();
    let true_words: Vec<Bare> = truth.iter().map(|word| Bare::of(word)).collect();
    let parted = parted_words(ocr);
    let corrected: Vec<&str> = corrected.split_whitespace().collect();
    let parted_words: Vec<Bare> = parted.iter().map(|(before, after)| Bare::of(&format!("{before}{after}"))).collect();
    let corrected_words: Vec<Bare> = corrected.iter().map(|word| Bare::of(word)).collect();
    let found = aligned(&true_words, &parted_words);
    let became = aligned(&true_words, &corrected_words);
    let mut hyphens = Vec::new();
    for (at, true_word) in true_words.iter().enumerate() {
        let Some((before, after)) = found[at].map(|index| parted[index]).filter(|(_, after)| !after.is_empty()) else {
            continue;
        };
        let place = Bare::of(before).letters.len();
        let real = true_word.has_hyphen_near(place);
        let put_together = became[at].map(|index| (corrected[index], &corrected_words[index]));
        hyphens.push(JudgedHyphen {
            before: before.to_owned(),
            after: after.to_owned(),
            truth: truth[at].to_owned(),
            real,
            corrected: put_together.map(|(word, _)| word.to_owned()),
            right: put_together.is_some_and(|(_, word)| word.has_hyphen_near(place) == real),
        });
    }
    hyphens
}

/// A word as it is compared: its letters and digits, in lower case, and how many of them stand before each hyphen or dash in it.
struct Bare {
    letters: Vec<char>,
    hyphens: Vec<usize>,
}

/// A letter read as two, or two as one, moves a hyphen by so much.
const MOVED: usize = 1;

impl Bare {
    fn of(word: &str) -> Self {
        let (mut letters, mut hyphens) = (Vec::new(), Vec::new());
        for c in word.chars() {
            if c.is_alphanumeric() {
                letters.extend(c.to_lowercase());
            } else if is_hyphen(c) || matches!(c, '–' | '—') {
                hyphens.push(letters.len());
            }
        }
        hyphens.retain(|place| (1..letters.len()).contains(place));
        Self { letters, hyphens }
    }

    fn has_hyphen_near(&self, place: usize) -> bool {
        self.hyphens.iter().any(|hyphen| hyphen.abs_diff(place) <= MOVED)
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '\u{ad}' | '¬')
}

/// The words of a text, where those that end in a hyphen hold what follows as their other half.
fn parted_words(text: &str) -> Vec<(&str, &str)> {
    let mut words = text.split_whitespace().peekable();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let parted = word.len() > 1 && word.ends_with(is_hyphen);
        let after = words.next_if(|next| parted && next.starts_with(|c: char| c.is_alphanumeric()));
        found.push((word, after.unwrap_or("")));
    }
    found
}

/// Words that differ in more than this share of their letters are not the same.
const MOST_DIFFERENT: f64 = 0.4;

/// Where each word of `truth` stands in `text`: the alignment that costs least, a word more or less costing 1, a misread word the
/// share of its letters that differ.
fn aligned(truth: &[Bare], text: &[Bare]) -> Vec<Option<usize>> {
    let width = text.len() + 1;
    let mut costs = vec![0.0; (truth.len() + 1) * width];
    let cost_of = |t: usize, x: usize| difference(&truth[t - 1].letters, &text[x - 1].letters);
    for t in 0..=truth.len() {
        for x in 0..=text.len() {
            costs[t * width + x] = match (t, x) {
                (0, _) => x as f64,
                (_, 0) => t as f64,
                _ => {
                    let either = 1.0 + f64::min(costs[(t - 1) * width + x], costs[t * width + x - 1]);
                    let same = cost_of(t, x).map(|cost| costs[(t - 1) * width + x - 1] + cost);
                    same.map_or(either, |same| same.min(either))
                }
            };
        }
    }
    let mut found = vec![None; truth.len()];
    let (mut t, mut x) = (truth.len(), text.len());
    while t > 0 && x > 0 {
        let here = costs[t * width + x];
        let same = cost_of(t, x).is_some_and(|cost| costs[(t - 1) * width + x - 1] + cost <= here);
        if same {
            found[t - 1] = Some(x - 1);
            (t, x) = (t - 1, x - 1);
        } else if costs[(t - 1) * width + x] + 1.0 <= here {
            t -= 1;
        } else {
            x -= 1;
        }
    }
    found
}

/// The share of letters that differ, 0..=1; none where the words are not the same.
fn difference(a: &[char], b: &[char]) -> Option<f64> {
    let longer = a.len().max(b.len());
    if longer == 0 || a == b {
        return Some(0.0);
    }
    let most = (longer as f64 * MOST_DIFFERENT) as usize;
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let edits = levenshtein::distance(a.iter().copied(), b.iter().copied());
    (edits <= most).then(|| edits as f64 / longer as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HyphenScore, judge_hyphens};

    /// Truth, text as read, corrected text; each hyphen as `truth word: real? right?`.
    fn judged(truth: &str, read: &str, corrected: &str) -> Vec<String> {
        let word = |yes, text: &'static str| if yes { text } else { "" };
        judge_hyphens(truth, read, corrected)
            .iter()
            .map(|h| format!("{}:{}{}", h.truth, word(h.real, " real"), word(h.right, " right")))
            .collect()
    }

    #[test]
    fn joined_and_kept_are_told_from_their_opposites() {
        let truth = "The self-aware campaign, in well-known Saint-Hilaire.";
        let read = "The self-\naware cam-\npaign, in well-\nknown Saint-\nHilaire.";
        assert_eq!(
            judged(truth, read, "The self-aware campaign, in wellknown Saint- Hilaire."),
            ["self-aware: real right", "campaign,: right", "well-known: real", "Saint-Hilaire.: real"]
        );
        let kept = "The self-aware cam-paign, in well-known Saint-Hilaire.";
        assert_eq!(judged(truth, read, kept)[1], "campaign,:");
    }

    #[test]
    fn misread_words_and_lost_words_do_not_mislead() {
        let truth = "It was a long campaign that he had commanded with a cold-blooded calm";
        let read = "It was a long cam-\npaigu he had cornman-\nded with ~ a cold-\nbl00ded calm";
        let corrected = "It was a long campaign he had commanded with a cold-bl00ded calm";
        assert_eq!(judged(truth, read, corrected), ["campaign: right", "commanded: right", "cold-blooded: real right"]);
    }

    #[test]
    fn a_text_without_line_breaks_is_judged_as_well() {
        assert_eq!(judged("a campaign", "a cam- paign", "a campaign"), ["campaign: right"]);
    }

    #[test]
    fn a_dash_counts_as_real_and_a_hanging_hyphen_is_not_judged() {
        assert_eq!(judged("he came—so late", "he came-\nso late", "he came-so late"), ["came—so: real right"]);
        assert_eq!(judged("pre- and post-war", "pre- and\npost-war", "pre- and post-war"), [""; 0]);
    }

    #[test]
    fn scores_add_up() {
        let one = HyphenScore::of(&judge_hyphens("a campaign", "a cam-\npaign", "a cam-paign"));
        let both = one + HyphenScore::of(&judge_hyphens("self-aware", "self-\naware", "self-aware"));
        assert_eq!((both.split.edits, both.split.length, both.real.edits, both.real.length), (1, 1, 0, 1));
    }

    proptest! {
        #[test]
        fn what_is_like_the_truth_is_right(words in proptest::collection::vec(("[a-z]{2,7}", "[a-z]{2,7}", any::<bool>()), 1..12)) {
            let whole: Vec<String> =
                words.iter().map(|(a, b, real)| format!("{a}{}{b}", if *real { "-" } else { "" })).collect();
            let read: Vec<String> = words.iter().map(|(a, b, _)| format!("{a}-\n{b}")).collect();
            let truth = whole.join(" ");
            let score = HyphenScore::of(&judge_hyphens(&truth, &read.join(" "), &truth));
            prop_assert_eq!((score.split.edits, score.real.edits), (0, 0));
            prop_assert_eq!(score.split.length + score.real.length, words.len());
        }
    }
}
