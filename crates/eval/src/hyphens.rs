use std::ops::Add;

use rapidfuzz::distance::levenshtein;
use serde::Serialize;

use super::ErrorRate;

/// A hyphen at a line end, and how it was corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedHyphen {
    /// The text by OCR at the end of the line, with the hyphen: `self-`, `cam-`.
    pub before: String,
    /// The text by OCR at the start of the next line: `aware,`, `paign`.
    pub after: String,
    /// The word in the ground truth: `self-aware,`, `campaign`.
    pub truth: String,
    /// Whether the ground truth has the hyphen, or a dash in its place.
    pub real: bool,
    /// The word in the corrected text; `None` if the halves were not joined.
    pub corrected: Option<String>,
    /// Whether the halves were joined, with the hyphen if and only if the ground truth has it.
    pub right: bool,
}

/// How many hyphens at line ends were corrected, of each kind. Scores of several pages are summed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct HyphenScore {
    /// Words split by the line end (`cam-paign`): errors and total.
    pub split: ErrorRate,
    /// Words that have the hyphen everywhere (`self-aware`): errors and total.
    pub real: ErrorRate,
}

impl HyphenScore {
    /// Counts the hyphens of one or more pages.
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

/// Evaluates every hyphen at a line end of a page: words of `ocr` and `corrected` are aligned with those of `truth`, whose lines may be broken
/// anywhere or not at all.
///
/// [`score`](super::score) cannot do this, since its normalisation removes hyphens. Hyphens that do not join a word of the ground truth, as in
/// `pre- and post-war`, and words across a page end are ignored.
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
    let true_words: Vec<BareWord> = truth.iter().map(|word| BareWord::of(word)).collect();
    let divided = divided_words(ocr);
    let corrected: Vec<&str> = corrected.split_whitespace().collect();
    let divided_words: Vec<BareWord> =
        divided.iter().map(|(before, after)| BareWord::of(&format!("{before}{after}"))).collect();
    let corrected_words: Vec<BareWord> = corrected.iter().map(|word| BareWord::of(word)).collect();
    let found = aligned(&true_words, &divided_words);
    let became = aligned(&true_words, &corrected_words);
    let mut hyphens = Vec::new();
    for (at, true_word) in true_words.iter().enumerate() {
        let Some((before, after)) = found[at].map(|index| divided[index]).filter(|(_, after)| !after.is_empty()) else {
            continue;
        };
        let place = BareWord::of(before).letters.len();
        let real = true_word.has_hyphen_near(place);
        let joined = became[at].map(|index| (corrected[index], &corrected_words[index]));
        hyphens.push(JudgedHyphen {
            before: before.to_owned(),
            after: after.to_owned(),
            truth: truth[at].to_owned(),
            real,
            corrected: joined.map(|(word, _)| word.to_owned()),
            right: joined.is_some_and(|(_, word)| word.has_hyphen_near(place) == real),
        });
    }
    hyphens
}

/// A word for comparison: its letters and digits in lower case, and how many of them precede each hyphen or dash.
struct BareWord {
    letters: Vec<char>,
    hyphens: Vec<usize>,
}

/// How far a letter read as two, or two as one, moves a hyphen, letters.
const MAX_SHIFT: usize = 1;

impl BareWord {
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
        self.hyphens.iter().any(|hyphen| hyphen.abs_diff(place) <= MAX_SHIFT)
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '\u{ad}' | '¬')
}

/// The words of a text; one that ends in a hyphen is paired with the next as its other half.
fn divided_words(text: &str) -> Vec<(&str, &str)> {
    let mut words = text.split_whitespace().peekable();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let divided = word.len() > 1 && word.ends_with(is_hyphen);
        let after = words.next_if(|next| divided && next.starts_with(|c: char| c.is_alphanumeric()));
        found.push((word, after.unwrap_or("")));
    }
    found
}

/// Words that differ in more than this ratio of their letters are different words.
const MAX_DIFFERENCE_RATIO: f64 = 0.4;

/// The index in `text` of each word of `truth`: the alignment of least cost, where insertions and deletions cost 1, and a misread word
/// the ratio of letters that differ.
fn aligned(truth: &[BareWord], text: &[BareWord]) -> Vec<Option<usize>> {
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

/// The ratio of letters that differ, 0..=1; `None` for different words.
fn difference(a: &[char], b: &[char]) -> Option<f64> {
    let longer = a.len().max(b.len());
    if longer == 0 || a == b {
        return Some(0.0);
    }
    let max = (longer as f64 * MAX_DIFFERENCE_RATIO) as usize;
    if a.len().abs_diff(b.len()) > max {
        return None;
    }
    let edits = levenshtein::distance(a.iter().copied(), b.iter().copied());
    (edits <= max).then(|| edits as f64 / longer as f64)
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
    fn distinguishes_correct_joins_and_hyphens_from_wrong_ones() {
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
    fn tolerates_misread_and_missing_words() {
        let truth = "It was a long campaign that he had commanded with a cold-blooded calm";
        let read = "It was a long cam-\npaigu he had cornman-\nded with ~ a cold-\nbl00ded calm";
        let corrected = "It was a long campaign he had commanded with a cold-bl00ded calm";
        assert_eq!(judged(truth, read, corrected), ["campaign: right", "commanded: right", "cold-blooded: real right"]);
    }

    #[test]
    fn evaluates_text_without_line_breaks() {
        assert_eq!(judged("a campaign", "a cam- paign", "a campaign"), ["campaign: right"]);
    }

    #[test]
    fn dash_counts_as_real_and_suspended_hyphen_is_ignored() {
        assert_eq!(judged("he came—so late", "he came-\nso late", "he came-so late"), ["came—so: real right"]);
        assert_eq!(judged("pre- and post-war", "pre- and\npost-war", "pre- and post-war"), [""; 0]);
    }

    #[test]
    fn scores_are_summed() {
        let one = HyphenScore::of(&judge_hyphens("a campaign", "a cam-\npaign", "a cam-paign"));
        let both = one + HyphenScore::of(&judge_hyphens("self-aware", "self-\naware", "self-aware"));
        assert_eq!((both.split.edits, both.split.length, both.real.edits, both.real.length), (1, 1, 0, 1));
    }

    proptest! {
        #[test]
        fn text_equal_to_ground_truth_has_no_errors(words in proptest::collection::vec(("[a-z]{2,7}", "[a-z]{2,7}", any::<bool>()), 1..12)) {
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
