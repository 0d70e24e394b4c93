use shelf::book::{parse_roman, print_roman};

use super::{NumberingStyle, PageNumberLocation};

/// A page's number: how it is written, and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folio {
    /// Roman or arabic.
    pub style: NumberingStyle,
    /// 1 or more.
    pub value: u32,
}

/// Something on a page that may be its printed number.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// As read, without brackets, dashes and points around it.
    pub text: String,
    /// Where it stands.
    pub location: PageNumberLocation,
    /// How much it looks like a folio by its place, 0..=1: one alone in its row does, the last word of a row hardly.
    pub strength: f64,
}

/// Digits, arabic and roman, and the small letters and signs that they are taken for.
const LOOKALIKES: [(char, &str); 16] = [
    ('0', "oqdcu"),
    ('1', "litj|!/\\]["),
    ('2', "za"),
    ('3', "bs"),
    ('4', "a"),
    ('5', "s"),
    ('6', "bg"),
    ('7', "t?/"),
    ('8', "bs&"),
    ('9', "gqp"),
    ('i', "l1tj|!"),
    ('v', "yu"),
    ('x', "z"),
    ('l', "i1t|"),
    ('c', "eo"),
    ('d', "o"),
];

/// What one letter for a lookalike costs, in edits.
const LOOKALIKE_EDITS: f64 = 0.3;

/// A number of more digits is no page's.
const MOST_DIGITS: usize = 4;

impl Folio {
    /// The folio that a word says: roman digits of one case, or arabic ones. Letters beside arabic digits count as the digits that they look
    /// like, and so do small letters beside small roman ones: `l2` is 12, `ili` is iii.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let roman = |value| Self { style: NumberingStyle::Roman, value };
        parse_arabic(word)
            .map(|value| Self { style: NumberingStyle::Arabic, value })
            .or_else(|| parse_roman(word).filter(|_| is_of_one_case(word)).map(roman))
            .or_else(|| parse_roman(&word.chars().map(small_roman_like).collect::<String>()).map(roman))
    }

    /// The folio as it is printed, in small letters.
    #[must_use]
    pub fn print(self) -> String {
        match self.style {
            NumberingStyle::Roman => print_roman(self.value),
            NumberingStyle::Arabic | NumberingStyle::None => self.value.to_string(),
        }
    }
}

impl Mark {
    /// The folio that the mark says by itself; none where it needs its neighbours' help.
    #[must_use]
    pub fn folio(&self) -> Option<Folio> {
        Folio::parse(&self.text)
    }

    /// How far the mark is from `folio`, in edits; a lookalike counts little.
    #[must_use]
    pub fn edits_from(&self, folio: Folio) -> f64 {
        edits(&self.text.to_lowercase(), &folio.print())
    }

    /// `folio` as it stands here: as read where that says it, else printed in the case of what was read.
    #[must_use]
    pub fn printed(&self, folio: Folio) -> String {
        let capitals = self.text.chars().all(char::is_uppercase);
        match folio.print() {
            roman if capitals && folio.style == NumberingStyle::Roman => roman.to_uppercase(),
            printed => printed,
        }
    }
}

/// A word without brackets, dashes, points and quotes around it: `— 12 —`, `[12]` and `12.` are all `12`.
#[must_use]
pub(super) fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Digits, at least one of them read as such.
fn parse_arabic(word: &str) -> Option<u32> {
    let digits: String = word.chars().map(digit_like).collect::<Option<_>>()?;
    let is_number =
        word.contains(|c: char| c.is_ascii_digit()) && digits.len() <= MOST_DIGITS && !digits.starts_with('0');
    digits.parse().ok().filter(|_| is_number)
}

fn is_of_one_case(word: &str) -> bool {
    word.chars().all(char::is_lowercase) || word.chars().all(char::is_uppercase)
}

/// The digit that a letter among digits most likely is.
fn digit_like(letter: char) -> Option<char> {
    match letter {
        '0'..='9' => Some(letter),
        'o' | 'O' | 'Q' | 'D' => Some('0'),
        'l' | 'I' | 'i' | 't' | 'j' | '|' | '!' => Some('1'),
        'z' | 'Z' => Some('2'),
        's' | 'S' => Some('5'),
        'b' => Some('6'),
        'B' => Some('8'),
        'g' | 'q' => Some('9'),
        _ => None,
    }
}

/// The small roman digit that a letter among such most likely is; capitals stay, and are none.
fn small_roman_like(letter: char) -> char {
    match letter {
        'l' | 't' | 'j' | '1' => 'i',
        'y' => 'v',
        capital if capital.is_uppercase() => '?',
        other => other,
    }
}

/// Levenshtein's distance with cheap lookalikes.
fn edits(read: &str, printed: &str) -> f64 {
    let printed: Vec<char> = printed.chars().collect();
    let mut above: Vec<f64> = (0..=printed.len()).map(|at| at as f64).collect();
    for (row, letter) in read.chars().enumerate() {
        let mut here = vec![(row + 1) as f64];
        for (at, wanted) in printed.iter().enumerate() {
            let replaced = above[at] + replacement(letter, *wanted);
            here.push(replaced.min(above[at + 1] + 1.0).min(here[at] + 1.0));
        }
        above = here;
    }
    above[printed.len()]
}

fn replacement(read: char, printed: char) -> f64 {
    if read == printed {
        return 0.0;
    }
    let alike = LOOKALIKES.iter().any(|(letter, like)| *letter == printed && like.contains(read));
    if alike { LOOKALIKE_EDITS } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str) -> Mark {
        Mark { text: bare(text).to_owned(), location: PageNumberLocation::Header, strength: 1.0 }
    }

    #[test]
    fn a_folio_is_read_whatever_stands_around_it() {
        for (text, style, value) in [
            ("12", NumberingStyle::Arabic, 12),
            ("[12]", NumberingStyle::Arabic, 12),
            ("—12—", NumberingStyle::Arabic, 12),
            ("47.", NumberingStyle::Arabic, 47),
            ("l2", NumberingStyle::Arabic, 12),
            ("1O4", NumberingStyle::Arabic, 104),
            ("xiv", NumberingStyle::Roman, 14),
            ("(XIV)", NumberingStyle::Roman, 14),
            ("xlii", NumberingStyle::Roman, 42),
            ("ili", NumberingStyle::Roman, 3),
            ("1v", NumberingStyle::Roman, 4),
        ] {
            assert_eq!(mark(text).folio(), Some(Folio { style, value }), "{text}");
        }
        for text in ["It", "OF", "012", "18765", "xIv", ""] {
            assert_eq!(mark(text).folio(), None, "{text}");
        }
    }

    #[test]
    fn what_looks_alike_is_near() {
        let arabic = |value| Folio { style: NumberingStyle::Arabic, value };
        let roman = |value| Folio { style: NumberingStyle::Roman, value };
        assert!(mark("It").edits_from(arabic(11)) < 0.7);
        assert!(mark("ili").edits_from(roman(3)) < 0.4);
        assert!(mark("42").edits_from(arabic(12)) > 0.9);
        assert!(mark("OF").edits_from(arabic(20)) > 1.2);
        assert!(mark("12").edits_from(arabic(12)).abs() < f64::EPSILON);
    }

    #[test]
    fn capitals_stay_capitals() {
        let folio = Folio { style: NumberingStyle::Roman, value: 9 };
        assert_eq!(mark("VX").printed(folio), "IX");
        assert_eq!(mark("vx").printed(folio), "ix");
    }
}
