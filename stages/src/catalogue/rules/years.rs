use shelf::book::parse_roman;

use crate::catalogue::PRINTED_YEARS;

/// Shorter roman numerals may be abbreviations or words: `M.D.`, `CD`, `MIX`.
const MIN_ROMAN_CHARS: usize = 4;

/// The plausible years of publication in a text, in arabic digits or roman numerals.
#[must_use]
pub fn years_in(text: &str) -> Vec<i32> {
    text.lines().flat_map(years_in_line).collect()
}

fn years_in_line(line: &str) -> Vec<i32> {
    let years: Vec<i32> = line.split_whitespace().flat_map(years_in_word).collect();
    // `M DCCC XCII`, over the whole width of a title page.
    if years.is_empty() { roman_year(line).into_iter().collect() } else { years }
}

fn years_in_word(word: &str) -> Vec<i32> {
    let arabic = word.split(|c: char| !c.is_alphanumeric()).filter_map(arabic_year);
    arabic.chain(roman_year(word)).collect()
}

/// The year, if the text consists of nothing else.
#[must_use]
pub fn year_of(text: &str) -> Option<i32> {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    arabic_year(bare).or_else(|| roman_year(bare))
}

/// Four digits; letters that resemble digits count if most characters are digits.
fn arabic_year(word: &str) -> Option<i32> {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let corrected: String = word.chars().map(as_digit).collect();
    let year = corrected.parse().ok().filter(|year| PRINTED_YEARS.contains(year))?;
    (word.chars().count() == 4 && digits >= 3).then_some(year)
}

fn as_digit(character: char) -> char {
    match character {
        'O' | 'o' => '0',
        'I' | 'l' | 'i' => '1',
        other => other,
    }
}

fn roman_year(text: &str) -> Option<i32> {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let year = i32::try_from(parse_roman(&letters)?).ok()?;
    (letters.len() >= MIN_ROMAN_CHARS && PRINTED_YEARS.contains(&year)).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_in_arabic_and_roman_digits() {
        for (text, expected) in [
            ("CLEVELAND, 1892.", vec![1892]),
            ("Copyright 1890, 1892-93", vec![1890, 1892]),
            ("MDCCCXCII.", vec![1892]),
            ("M.DCCC.XCII", vec![1892]),
            ("M DCCC XCII", vec![1892]),
            ("London\nmdcclxxvi", vec![1776]),
            ("I892 and 189O", vec![1892, 1890]),
        ] {
            assert_eq!(years_in(text), expected, "{text}");
        }
    }

    #[test]
    fn other_numbers_and_letters_are_not_years() {
        for text in ["John Smith, M.D.", "page 189", "12345", "1399", "2101", "MIX", "Oil", "lOOl", "CIVIL", ""] {
            assert_eq!(years_in(text), [0; 0], "{text}");
        }
        assert_eq!((year_of("1892."), year_of("in 1892"), year_of("MDCCCXCII")), (Some(1892), None, Some(1892)));
    }
}
