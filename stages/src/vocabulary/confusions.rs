/// A word that may have been misread as another.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The word.
    pub word: String,
    /// How unlikely the misreading is: 1 for a confusion of similar letters, more for others, the sum if several were misread.
    pub cost: f64,
}

/// A confusion of similar letters.
const CONFUSION_COST: f64 = 1.0;
/// A doubled letter read as one, or the reverse.
const DOUBLED_LETTER_COST: f64 = 1.5;
/// Any other substitution, deletion or insertion of a letter.
const EDIT_COST: f64 = 2.2;

/// Letters that are confused in both directions; most frequent on coarse and blurred scans of letterpress.
#[rustfmt::skip]
const CONFUSION_PAIRS: &[(&str, &str)] = &[
    ("c", "e"), ("n", "u"), ("h", "b"), ("i", "l"), ("l", "t"), ("i", "t"), ("f", "t"), ("r", "t"), ("a", "o"), ("e", "o"),
    ("c", "o"), ("v", "y"), ("u", "v"), ("v", "w"), ("n", "r"), ("c", "r"), ("h", "k"), ("s", "x"), ("x", "z"), ("g", "q"),
    ("i", "j"), ("a", "s"), ("a", "n"), ("o", "u"), ("a", "u"), ("n", "t"), ("m", "n"), ("n", "o"), ("a", "e"),
    ("rn", "m"), ("in", "m"), ("ni", "m"), ("nt", "m"), ("rr", "n"), ("ri", "n"), ("ii", "u"), ("ti", "u"), ("cl", "d"), ("li", "h"),
    ("vv", "w"), ("ci", "a"), ("fi", "h"), ("tt", "n"), ("tu", "m"), ("ui", "m"), ("il", "u"), ("el", "d"), ("ll", "u"), ("fl", "d"),
    ("C", "G"), ("O", "Q"), ("D", "O"), ("E", "F"), ("F", "P"), ("B", "R"), ("I", "T"), ("I", "l"), ("J", "l"), ("B", "fl"), ("H", "fi"),
];

/// What was read with high confidence, and what was printed: shapes that differ by a hairline.
#[rustfmt::skip]
const FREQUENT_MISREADINGS: &[(&str, &str)] = &[
    ("c", "e"), ("e", "c"), ("n", "u"), ("u", "n"), ("h", "b"), ("b", "h"), ("t", "i"), ("t", "f"),
    ("rn", "m"), ("cl", "d"), ("li", "h"), ("il", "u"), ("ii", "u"),
];

/// Characters that are not printed within words, and what they are misread for.
#[rustfmt::skip]
const ONE_WAY_CONFUSIONS: &[(&str, &str)] = &[
    ("0", "o"), ("0", "O"), ("1", "l"), ("1", "i"), ("1", "I"), ("5", "s"), ("5", "S"), ("6", "b"), ("8", "B"), ("9", "g"), ("3", "s"),
    ("¢", "e"), ("¢", "c"), ("¢", "s"), ("|", "l"), ("|", "I"), ("|", "i"), ("|", "t"), ("@", "a"), ("€", "e"), ("¥", "Y"), ("p", "g"),
    ("z", "g"), ("J", "l"), ("ſ", "f"), ("ii", "ü"), ("B", "ß"), ("a", "ä"), ("o", "ö"), ("u", "ü"), ("6", "ö"), ("c", "ç"), ("e", "é"),
    ("e", "è"), ("n", "ñ"), ("é", "e"), ("è", "e"), ("ê", "e"), ("ë", "e"), ("à", "a"), ("á", "a"), ("â", "a"), ("ó", "o"), ("ò", "o"),
    ("ô", "o"), ("ö", "o"), ("ü", "u"), ("ú", "u"), ("ù", "u"), ("û", "u"), ("í", "i"), ("ì", "i"), ("î", "i"), ("ï", "i"), ("ç", "c"), ("ñ", "n"),
];

/// Longer tokens are not words.
const MAX_WORD_CHARS: usize = 24;

/// All words that may have been misread as `word`: by one or two confusions of similar letters, or one edit of any letter. May contain a word more
/// than once, at different costs, but not `word` itself.
#[must_use]
pub fn near_variants(word: &str) -> Vec<Variant> {
    let confusions = confusions_in(word);
    let mut variants: Vec<Variant> = single_edits(word).collect();
    for (at, first) in confusions.iter().enumerate() {
        variants.push(Variant { word: first.apply(word), cost: CONFUSION_COST });
        for second in confusions[at + 1..].iter().filter(|second| second.follows(first)) {
            variants.push(Variant { word: first.apply(&second.apply(word)), cost: 2.0 * CONFUSION_COST });
        }
    }
    variants.retain(|variant| variant.word != word && !variant.word.is_empty());
    variants
}

/// The words that may have been misread as `word` by one of the most frequent confusions of two letters.
pub(super) fn variants_of_one_letter(word: &str) -> impl Iterator<Item = String> {
    let is_frequent = |place: &Confusion| {
        let read = &word[place.start..place.end];
        FREQUENT_MISREADINGS.contains(&(read, place.printed))
    };
    confusions_in(word).into_iter().filter(is_frequent).map(|place| place.apply(word)).collect::<Vec<_>>().into_iter()
}

/// Further variants: one edit and one confusion, or three confusions. There are many thousands, so they are useful only for long words, of which
/// few are similar. Calls `visit` with each.
pub fn visit_far_variants(word: &str, mut visit: impl FnMut(&Variant)) {
    if word.chars().count() > MAX_WORD_CHARS {
        return;
    }
    let confusions = confusions_in(word);
    for (at, first) in confusions.iter().enumerate() {
        single_edits(&first.apply(word))
            .for_each(|variant| visit(&Variant { cost: variant.cost + CONFUSION_COST, ..variant }));
        for (next, second) in confusions.iter().enumerate().skip(at + 1).filter(|(_, second)| second.follows(first)) {
            for third in confusions[next + 1..].iter().filter(|third| third.follows(second)) {
                let thrice = first.apply(&second.apply(&third.apply(word)));
                visit(&Variant { word: thrice, cost: 3.0 * CONFUSION_COST });
            }
        }
    }
}

/// The cost of reading `printed` as `read`: 1 for each confusion of similar letters, more for other edits; 0 for equal words. Unlike the variants, any
/// number of letters may differ.
#[must_use]
pub fn misreading_cost(read: &str, printed: &str) -> f64 {
    let (read, printed): (Vec<char>, Vec<char>) = (read.chars().collect(), printed.chars().collect());
    let columns = printed.len() + 1;
    let mut costs = vec![f64::INFINITY; (read.len() + 1) * columns];
    costs[0] = 0.0;
    for row in 0..=read.len() {
        for column in 0..columns {
            let here = costs[row * columns + column];
            for (taken, given) in EDITS {
                let (Some(from), Some(to)) = (read.get(row..row + taken), printed.get(column..column + given)) else {
                    continue;
                };
                let before = (row.checked_sub(1).map(|at| read[at]), column.checked_sub(1).map(|at| printed[at]));
                let cost = here + edit_cost(from, to, before);
                let next = &mut costs[(row + taken) * columns + column + given];
                *next = next.min(cost);
            }
        }
    }
    costs.last().copied().unwrap_or_default()
}

/// How many letters of either word an edit takes.
const EDITS: [(usize, usize); 7] = [(1, 1), (1, 0), (0, 1), (1, 2), (2, 1), (2, 2), (1, 3)];
/// Letters that are confused so seldom, or in such frequent words, that words are not looked up for them.
const RARE_CONFUSION_PAIRS: &[(&str, &str)] = &[("c", "t"), ("b", "d"), ("e", "s"), ("h", "n"), ("H", "M"), ("H", "N")];
/// A capital read as its small letter, or the reverse.
const CASE_COST: f64 = 0.5;

/// The cost of one edit; `before` are the letters before it.
fn edit_cost(read: &[char], printed: &[char], before: (Option<char>, Option<char>)) -> f64 {
    let is_confusion = || {
        let is = |text: &str, letters: &[char]| text.chars().eq(letters.iter().copied());
        let mut pairs = CONFUSION_PAIRS.iter().chain(RARE_CONFUSION_PAIRS);
        pairs.any(|(a, b)| is(a, read) && is(b, printed) || is(b, read) && is(a, printed))
            || ONE_WAY_CONFUSIONS.iter().any(|(a, b)| is(a, read) && is(b, printed))
    };
    match (read, printed) {
        ([a], [b]) if a == b => 0.0,
        ([a], [b]) if a.to_lowercase().eq(b.to_lowercase()) => CASE_COST,
        ([c], []) if before.0 == Some(*c) => DOUBLED_LETTER_COST,
        ([], [c]) if before.1 == Some(*c) => DOUBLED_LETTER_COST,
        _ if is_confusion() => CONFUSION_COST,
        ([_], [_] | []) | ([], [_]) => EDIT_COST,
        _ => f64::INFINITY,
    }
}

/// A position in a word where similar letters may have been confused.
struct Confusion {
    start: usize,
    end: usize,
    printed: &'static str,
}

impl Confusion {
    fn apply(&self, word: &str) -> String {
        [&word[..self.start], self.printed, &word[self.end..]].concat()
    }

    fn follows(&self, other: &Self) -> bool {
        self.start >= other.end
    }
}

/// All such positions, from left to right.
fn confusions_in(word: &str) -> Vec<Confusion> {
    if word.chars().count() > MAX_WORD_CHARS {
        return Vec::new();
    }
    let pairs = CONFUSION_PAIRS.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).chain(ONE_WAY_CONFUSIONS.iter().copied());
    let mut places: Vec<Confusion> = pairs
        .flat_map(|(read, printed)| {
            word.match_indices(read).map(move |(start, _)| Confusion { start, end: start + read.len(), printed })
        })
        .collect();
    places.sort_by_key(|place| place.start);
    places
}

/// The word with any one letter replaced, deleted or inserted.
fn single_edits(word: &str) -> impl Iterator<Item = Variant> {
    let capital = word.starts_with(char::is_uppercase);
    let ends = word.char_indices().map(|(at, c)| (at, c, at + c.len_utf8())).collect::<Vec<_>>();
    let mut variants = Vec::with_capacity(ends.len() * 53 + 26);
    let letter_for = |at: usize, letter: char| if at == 0 && capital { letter.to_ascii_uppercase() } else { letter };
    let mut push = |before: &str, put: Option<char>, after: &str, doubled: bool| {
        let mut variant = String::with_capacity(word.len() + 1);
        variant.push_str(before);
        variant.extend(put);
        variant.push_str(after);
        variants.push(Variant { word: variant, cost: if doubled { DOUBLED_LETTER_COST } else { EDIT_COST } });
    };
    for (index, (start, c, end)) in ends.iter().copied().enumerate() {
        let (before, from, after) = (&word[..start], &word[start..], &word[end..]);
        push(before, None, after, after.starts_with(c));
        for letter in ('a'..='z').map(|letter| letter_for(index, letter)) {
            push(before, Some(letter), after, false);
            push(before, Some(letter), from, from.starts_with(letter) || before.ends_with(letter));
        }
    }
    ('a'..='z').for_each(|letter| push(word, Some(letter), "", word.ends_with(letter)));
    variants.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(read: &str, printed: &str) -> Option<f64> {
        near_variants(read)
            .into_iter()
            .filter(|variant| variant.word == printed)
            .map(|variant| variant.cost)
            .reduce(f64::min)
    }

    #[test]
    fn confusions_of_similar_letters_are_cheap() {
        for (read, printed) in [
            ("tbe", "the"),
            ("modem", "modern"),
            ("close", "dose"),
            ("sball", "shall"),
            ("shad0w", "shadow"),
            ("wc11", "wel1"),
            ("vvas", "was"),
            ("l", "I"),
            ("h¢", "he"),
            ("|ong", "long"),
            ("Plorida", "Florida"),
            ("conimand", "command"),
        ] {
            assert!(
                cost(read, printed).is_some_and(|cost| cost <= 2.0),
                "{read} for {printed}: {:?}",
                cost(read, printed)
            );
        }
    }

    #[test]
    fn other_edits_cost_more_and_are_limited_to_one() {
        assert_eq!(cost("afer", "after"), Some(EDIT_COST));
        assert_eq!(cost("ofice", "office"), Some(DOUBLED_LETTER_COST));
        assert_eq!(cost("aafter", "after"), Some(DOUBLED_LETTER_COST));
        assert_eq!(cost("frdm", "from"), Some(EDIT_COST));
        assert_eq!(cost("abcd", "wxyd"), None);
        assert_eq!(cost("the", "the"), None);
    }

    #[test]
    fn far_variants_combine_an_edit_and_a_confusion() {
        let mut found = Vec::new();
        visit_far_variants("watehfulvess", |variant| found.push(variant.clone()));
        let best =
            found.iter().filter(|variant| variant.word == "watchfulness").map(|variant| variant.cost).reduce(f64::min);
        assert_eq!(best, Some(CONFUSION_COST + EDIT_COST));
    }

    #[test]
    fn cost_of_any_misreading() {
        for (read, printed, cost) in [
            ("the", "the", 0.0),
            ("tbe", "the", 1.0),
            ("Tbe", "the", 1.5),
            ("watehfulvess", "watchfulness", CONFUSION_COST + EDIT_COST),
            ("modem", "modern", 1.0),
            ("oflice", "office", 1.0 + DOUBLED_LETTER_COST),
            ("ofice", "office", DOUBLED_LETTER_COST),
            ("", "not", 3.0 * EDIT_COST),
        ] {
            assert!(
                misreading_cost(read, printed) <= cost + 1e-9,
                "{read} {printed}: {}",
                misreading_cost(read, printed)
            );
        }
        assert!(misreading_cost("winter", "house") > 2.0 * EDIT_COST);
    }

    #[test]
    fn variants_are_as_costly_as_their_misreading() {
        for variant in ["tbe", "modem"]
            .into_iter()
            .flat_map(|word| near_variants(word).into_iter().step_by(7).map(move |variant| (word, variant)))
        {
            let (word, Variant { word: printed, cost }) = variant;
            assert!(misreading_cost(word, &printed) <= cost + 1e-9, "{word} {printed}");
        }
    }

    proptest! {
        #[test]
        fn variants_differ_from_the_word(word in "\\PC{0,30}") {
            prop_assert!(near_variants(&word).iter().all(|variant| variant.word != word && variant.cost >= CONFUSION_COST));
        }
    }
}
