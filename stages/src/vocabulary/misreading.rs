/// A word that may have been printed where another was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The word.
    pub word: String,
    /// How unlikely the misreading is: 1 for a letter taken for one of the same shape, more for others, the sum where several were misread.
    pub cost: f64,
}

/// A letter taken for one that looks like it.
const ALIKE: f64 = 1.0;
/// A letter more or less where there are two of it.
const DOUBLED: f64 = 1.5;
/// Any letter taken for any other, lost or made up.
const ANY: f64 = 2.2;

/// What is read for what, either way; most frequent on coarse and blurred scans of letterpress.
#[rustfmt::skip]
const EITHER_WAY: &[(&str, &str)] = &[
    ("c", "e"), ("n", "u"), ("h", "b"), ("i", "l"), ("l", "t"), ("i", "t"), ("f", "t"), ("r", "t"), ("a", "o"), ("e", "o"),
    ("c", "o"), ("v", "y"), ("u", "v"), ("v", "w"), ("n", "r"), ("c", "r"), ("h", "k"), ("s", "x"), ("x", "z"), ("g", "q"),
    ("i", "j"), ("a", "s"), ("a", "n"), ("o", "u"), ("a", "u"), ("n", "t"), ("m", "n"), ("n", "o"), ("a", "e"),
    ("rn", "m"), ("in", "m"), ("ni", "m"), ("nt", "m"), ("rr", "n"), ("ri", "n"), ("ii", "u"), ("ti", "u"), ("cl", "d"), ("li", "h"),
    ("vv", "w"), ("ci", "a"), ("fi", "h"), ("tt", "n"), ("tu", "m"), ("ui", "m"), ("il", "u"), ("el", "d"), ("ll", "u"), ("fl", "d"),
    ("C", "G"), ("O", "Q"), ("D", "O"), ("E", "F"), ("F", "P"), ("B", "R"), ("I", "T"), ("I", "l"), ("J", "l"), ("B", "fl"), ("H", "fi"),
];

/// What is never printed there, and what it is read for.
#[rustfmt::skip]
const ONE_WAY: &[(&str, &str)] = &[
    ("0", "o"), ("0", "O"), ("1", "l"), ("1", "i"), ("1", "I"), ("5", "s"), ("5", "S"), ("6", "b"), ("8", "B"), ("9", "g"), ("3", "s"),
    ("¢", "e"), ("¢", "c"), ("¢", "s"), ("|", "l"), ("|", "I"), ("|", "i"), ("|", "t"), ("@", "a"), ("€", "e"), ("¥", "Y"), ("p", "g"),
    ("z", "g"), ("J", "l"), ("ſ", "f"), ("ii", "ü"), ("B", "ß"), ("a", "ä"), ("o", "ö"), ("u", "ü"), ("6", "ö"), ("c", "ç"), ("e", "é"),
    ("e", "è"), ("n", "ñ"), ("é", "e"), ("è", "e"), ("ê", "e"), ("ë", "e"), ("à", "a"), ("á", "a"), ("â", "a"), ("ó", "o"), ("ò", "o"),
    ("ô", "o"), ("ö", "o"), ("ü", "u"), ("ú", "u"), ("ù", "u"), ("û", "u"), ("í", "i"), ("ì", "i"), ("î", "i"), ("ï", "i"), ("ç", "c"), ("ñ", "n"),
];

/// Longer words are no words.
const LONGEST: usize = 24;

/// All words that may have been printed where `word` was read: one or two letters of the same shape, or one of any shape misread. A word may come more
/// than once, at different costs; the word itself does not come.
#[must_use]
pub fn near_variants(word: &str) -> Vec<Variant> {
    let alike = places_of_alike(word);
    let mut variants: Vec<Variant> = any(word).collect();
    for (at, first) in alike.iter().enumerate() {
        variants.push(Variant { word: first.put_into(word), cost: ALIKE });
        for second in alike[at + 1..].iter().filter(|second| second.follows(first)) {
            variants.push(Variant { word: first.put_into(&second.put_into(word)), cost: 2.0 * ALIKE });
        }
    }
    variants.retain(|variant| variant.word != word && !variant.word.is_empty());
    variants
}

/// More of them: one letter of any shape and one of the same shape, or three of the same shape. There are many thousand, so only long words, of which
/// few are near another, are worth it; each is shown to `visit`.
pub fn visit_far_variants(word: &str, mut visit: impl FnMut(&Variant)) {
    if word.chars().count() > LONGEST {
        return;
    }
    let alike = places_of_alike(word);
    for (at, first) in alike.iter().enumerate() {
        any(&first.put_into(word)).for_each(|variant| visit(&Variant { cost: variant.cost + ALIKE, ..variant }));
        for (next, second) in alike.iter().enumerate().skip(at + 1).filter(|(_, second)| second.follows(first)) {
            for third in alike[next + 1..].iter().filter(|third| third.follows(second)) {
                let thrice = first.put_into(&second.put_into(&third.put_into(word)));
                visit(&Variant { word: thrice, cost: 3.0 * ALIKE });
            }
        }
    }
}

/// A place in a word where one sign may have been read for another of the same shape.
struct Alike {
    start: usize,
    end: usize,
    printed: &'static str,
}

impl Alike {
    fn put_into(&self, word: &str) -> String {
        [&word[..self.start], self.printed, &word[self.end..]].concat()
    }

    fn follows(&self, other: &Self) -> bool {
        self.start >= other.end
    }
}

/// All such places, from left to right.
fn places_of_alike(word: &str) -> Vec<Alike> {
    if word.chars().count() > LONGEST {
        return Vec::new();
    }
    let pairs = EITHER_WAY.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).chain(ONE_WAY.iter().copied());
    let mut places: Vec<Alike> = pairs
        .flat_map(|(read, printed)| {
            word.match_indices(read).map(move |(start, _)| Alike { start, end: start + read.len(), printed })
        })
        .collect();
    places.sort_by_key(|place| place.start);
    places
}

/// The word with any one letter replaced, left out or put in.
fn any(word: &str) -> impl Iterator<Item = Variant> {
    let capital = word.starts_with(char::is_uppercase);
    let ends = word.char_indices().map(|(at, c)| (at, c, at + c.len_utf8())).collect::<Vec<_>>();
    let mut variants = Vec::with_capacity(ends.len() * 53 + 26);
    let letter_for = |at: usize, letter: char| if at == 0 && capital { letter.to_ascii_uppercase() } else { letter };
    let mut push = |before: &str, put: Option<char>, after: &str, doubled: bool| {
        let mut variant = String::with_capacity(word.len() + 1);
        variant.push_str(before);
        variant.extend(put);
        variant.push_str(after);
        variants.push(Variant { word: variant, cost: if doubled { DOUBLED } else { ANY } });
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
    fn what_looks_alike_is_cheap() {
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
    fn what_does_not_is_dearer_and_a_second_such_is_not_looked_for() {
        assert_eq!(cost("afer", "after"), Some(ANY));
        assert_eq!(cost("ofice", "office"), Some(DOUBLED));
        assert_eq!(cost("aafter", "after"), Some(DOUBLED));
        assert_eq!(cost("frdm", "from"), Some(ANY));
        assert_eq!(cost("abcd", "wxyd"), None);
        assert_eq!(cost("the", "the"), None);
    }

    #[test]
    fn long_words_are_looked_for_further_away() {
        let mut found = Vec::new();
        visit_far_variants("watehfulvess", |variant| found.push(variant.clone()));
        let best =
            found.iter().filter(|variant| variant.word == "watchfulness").map(|variant| variant.cost).reduce(f64::min);
        assert_eq!(best, Some(ALIKE + ANY));
    }

    proptest! {
        #[test]
        fn any_word_has_variants_that_are_not_itself(word in "\\PC{0,30}") {
            prop_assert!(near_variants(&word).iter().all(|variant| variant.word != word && variant.cost >= ALIKE));
        }
    }
}
