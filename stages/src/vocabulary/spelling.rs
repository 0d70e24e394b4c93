/// Splits a token into leading punctuation, the word from its first letter or digit to its last, and trailing punctuation.
///
/// `“Narvaez,` becomes `“`, `Narvaez`, `,`; a token without letters and digits has an empty word.
#[must_use]
pub fn split_token(token: &str) -> (&str, &str, &str) {
    let Some(start) = token.find(in_word) else { return (token, "", "") };
    let end = token.rfind(in_word).map_or(start, |at| at + token[at..].chars().next().map_or(0, char::len_utf8));
    (&token[..start], &token[start..end], &token[end..])
}

/// Letters, digits, and symbols that are misread letters (`h¢`, `|ong`).
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || is_stray_symbol(c)
}

/// Symbols that are misread letters if they touch a letter.
#[must_use]
pub fn is_stray_symbol(c: char) -> bool {
    matches!(c, '¢' | '|' | '@' | '€' | '¥')
}

/// Modern or foreign variants of a historical or regional spelling, which is not a misreading: `connexion`, `honour`, `civilise`, `theatre`. Returns the forms that a
/// dictionary may have instead, for each pattern in the word.
#[must_use]
pub fn spelling_variants(word: &str) -> Vec<String> {
    // `appal`, `enrol`; a shorter word may have lost a letter.
    let doubled = word.ends_with('l') && word.chars().count() >= MIN_SINGULAR_CHARS;
    SPELLING_VARIANTS
        .iter()
        .filter(|(from, _)| word.contains(from))
        .flat_map(|(from, to)| [word.replace(from, to), replace_last(word, from, to)])
        .chain(doubled.then(|| format!("{word}l")))
        .filter(|other| other != word)
        .collect()
}

/// The verbs that `word` may be an old form of: `cometh`, `knowest`, `look'd`.
#[must_use]
pub(super) fn old_verb_stems(word: &str) -> Vec<String> {
    let stem = ["eth", "est", "'d", "'st"].iter().find_map(|ending| word.strip_suffix(ending));
    let stem = stem.filter(|stem| stem.chars().count() >= MIN_STEM_CHARS && stem.chars().all(char::is_lowercase));
    stem.map(|stem| vec![stem.to_owned(), format!("{stem}e")]).unwrap_or_default()
}

/// A word without the ending of a plural, which dictionaries do not form of every noun: `surmisings`.
#[must_use]
pub(super) fn singular(word: &str) -> Option<&str> {
    let stem = word.strip_suffix('s')?;
    let is_plural = stem.chars().count() >= MIN_SINGULAR_CHARS && !stem.ends_with(['s', 'u', 'i', '\'']);
    is_plural.then_some(stem)
}

/// Shorter stems match too many words.
const MIN_STEM_CHARS: usize = 3;
const MIN_SINGULAR_CHARS: usize = 5;

/// Patterns in a word, and what a dictionary may have instead.
const SPELLING_VARIANTS: [(&str, &str); 21] = [
    ("our", "or"),
    ("or", "our"),
    ("is", "iz"),
    ("iz", "is"),
    ("ys", "yz"),
    ("tre", "ter"),
    ("ter", "tre"),
    ("ence", "ense"),
    ("ense", "ence"),
    ("xion", "ction"),
    ("ae", "e"),
    ("oe", "e"),
    ("æ", "ae"),
    ("æ", "e"),
    ("œ", "oe"),
    ("œ", "e"),
    ("ll", "l"),
    ("ew", "ow"),
    ("ck", "c"),
    ("eable", "able"),
    ("grey", "gray"),
];

fn replace_last(word: &str, from: &str, to: &str) -> String {
    word.rfind(from).map_or_else(|| word.to_owned(), |at| format!("{}{to}{}", &word[..at], &word[at + from.len()..]))
}

/// Whether a word is a number, a year, an ordinal such as `4th` or a roman numeral, which are not looked up in a dictionary.
#[must_use]
pub fn is_numeral(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let ordinal = || {
        let end = word.trim_start_matches(|c: char| c.is_ascii_digit());
        digits > 0 && matches!(end.to_lowercase().as_str(), "st" | "nd" | "rd" | "th" | "d" | "s" | "a" | "b")
    };
    let only_digits =
        digits > 0 && word.chars().all(|c| c.is_ascii_digit() || !c.is_alphanumeric() && !is_stray_symbol(c));
    only_digits || ordinal() || is_roman(word)
}

/// Roman numerals of one case, such as `xiv` or `MDCCCXCII`.
fn is_roman(word: &str) -> bool {
    let one_case = word == word.to_lowercase() || word == word.to_uppercase();
    let lower = word.to_lowercase();
    one_case && !lower.is_empty() && lower.chars().all(|c| "ivxlcdm".contains(c)) && {
        let value = |c| {
            [('i', 1), ('v', 5), ('x', 10), ('l', 50), ('c', 100), ('d', 500), ('m', 1000)]
                .iter()
                .find(|(r, _)| *r == c)
                .map_or(0, |(_, v)| *v)
        };
        let values: Vec<i32> = lower.chars().map(value).collect();
        let falls = values.windows(2).all(|pair| pair[0] >= pair[1] || pair[1] <= 10 * pair[0]);
        falls && values.windows(3).all(|three| !(three[0] < three[2] && three[1] <= three[0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_words_from_punctuation() {
        for (token, parts) in [
            ("“Narvaez,", ("“", "Narvaez", ",")),
            ("self-aware", ("", "self-aware", "")),
            ("cam-", ("", "cam", "-")),
            ("d’Anchusi’s.", ("", "d’Anchusi’s", ".")),
            ("|ong", ("", "|ong", "")),
            ("—", ("—", "", "")),
            ("", ("", "", "")),
            ("é", ("", "é", "")),
        ] {
            assert_eq!(split_token(token), parts, "{token}");
        }
    }

    #[test]
    fn maps_historical_spellings_to_modern_ones() {
        for (old, new) in [
            ("connexion", "connection"),
            ("honour", "honor"),
            ("honor", "honour"),
            ("civilised", "civilized"),
            ("theatre", "theater"),
            ("mediæval", "mediaeval"),
            ("shew", "show"),
            ("labourers", "laborers"),
            ("defence", "defense"),
            ("publick", "public"),
        ] {
            assert!(spelling_variants(old).contains(&new.to_owned()), "{old}: {:?}", spelling_variants(old));
        }
        assert_eq!(spelling_variants("wind"), [""; 0]);
    }

    #[test]
    fn recognises_numerals() {
        for word in ["1892", "4th", "1,900", "1914-18", "xiv", "MDCCCXCII", "2d", "3/16", "iv", "IX", "l"] {
            assert!(is_numeral(word), "{word}");
        }
        for word in ["l892", "shad0w", "Dill", "civic", "Vi", "a", ""] {
            assert!(!is_numeral(word), "{word}");
        }
    }
}
