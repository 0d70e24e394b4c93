use std::collections::HashMap;

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

/// All words that may have been printed where `word` was read, one or two letters of the same shape or one of any shape misread, each once with its
/// least cost. The word itself is not among them.
#[must_use]
pub fn near_variants(word: &str) -> Vec<Variant> {
    let mut found = Found::new(word);
    let first = alike(word);
    for once in &first {
        found.note(once, ALIKE);
    }
    if !found.too_long {
        for once in &first {
            alike(once).iter().for_each(|twice| found.note(twice, 2.0 * ALIKE));
        }
        any(word).into_iter().for_each(|(variant, cost)| found.note(&variant, cost));
    }
    found.variants()
}

/// More of them: one letter of any shape and one of the same shape, or three of the same shape. There are many thousand, so only long words, of
/// which few are near another, are worth it.
#[must_use]
pub fn far_variants(word: &str) -> Vec<Variant> {
    let mut found = Found::new(word);
    if found.too_long {
        return Vec::new();
    }
    for once in alike(word) {
        any(&once).into_iter().for_each(|(variant, cost)| found.note(&variant, ALIKE + cost));
        for twice in alike(&once) {
            alike(&twice).iter().for_each(|thrice| found.note(thrice, 3.0 * ALIKE));
        }
    }
    found.variants()
}

struct Found<'w> {
    word: &'w str,
    too_long: bool,
    costs: HashMap<String, f64>,
}

impl<'w> Found<'w> {
    fn new(word: &'w str) -> Self {
        Self { word, too_long: word.chars().count() > LONGEST, costs: HashMap::new() }
    }

    fn note(&mut self, variant: &str, cost: f64) {
        if variant != self.word && !variant.is_empty() {
            match self.costs.get_mut(variant) {
                Some(least) => *least = least.min(cost),
                None => drop(self.costs.insert(variant.to_owned(), cost)),
            }
        }
    }

    fn variants(self) -> Vec<Variant> {
        self.costs.into_iter().map(|(word, cost)| Variant { word, cost }).collect()
    }
}

/// The word with one sign put for another of the same shape, at every place.
fn alike(word: &str) -> Vec<String> {
    let pairs = EITHER_WAY.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).chain(ONE_WAY.iter().copied());
    let mut variants = Vec::new();
    for (read, printed) in pairs {
        for (at, _) in word.match_indices(read) {
            variants.push(format!("{}{printed}{}", &word[..at], &word[at + read.len()..]));
        }
    }
    variants
}

/// The word with any one letter replaced, left out or put in.
fn any(word: &str) -> Vec<(String, f64)> {
    let letters: Vec<char> = word.chars().collect();
    let mut variants = Vec::new();
    let with = |at: usize, put: Option<char>, skip: usize| -> String {
        letters[..at].iter().copied().chain(put).chain(letters[at + skip..].iter().copied()).collect()
    };
    for at in 0..=letters.len() {
        let capital = at == 0 && letters.first().is_some_and(|c| c.is_uppercase());
        for letter in 'a'..='z' {
            let put = if capital { letter.to_ascii_uppercase() } else { letter };
            let beside = at.checked_sub(1).and_then(|before| letters.get(before)) == Some(&put) || letters.get(at) == Some(&put);
            variants.push((with(at, Some(put), 0), if beside { DOUBLED } else { ANY }));
            if at < letters.len() {
                variants.push((with(at, Some(put), 1), ANY));
            }
        }
        if at < letters.len() {
            let beside = letters.get(at + 1) == Some(&letters[at]);
            variants.push((with(at, None, 1), if beside { DOUBLED } else { ANY }));
        }
    }
    variants
}
