/// Values and their numerals, the greatest first.
const DIGITS: [(u32, &str); 13] = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
];

/// `number` in lower-case roman numerals: `xiv`; empty for 0.
#[must_use]
pub fn format_roman(mut number: u32) -> String {
    let mut roman = String::new();
    for (value, digits) in DIGITS {
        while number >= value {
            roman.push_str(digits);
            number -= value;
        }
    }
    roman
}

/// Parses roman numerals in either case; `None` if they differ from what [`format_roman`] writes (except for `iiii`
/// for `iv`, as in old books).
#[must_use]
pub fn parse_roman(text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let mut rest = text.as_str();
    let mut number = 0;
    for (value, digits) in DIGITS {
        while let Some(after) = rest.strip_prefix(digits) {
            rest = after;
            number += value;
        }
    }
    let printed = format_roman(number);
    let old = printed.replace("iv", "iiii");
    (rest.is_empty() && number > 0 && (text == printed || text == old)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rejects_invalid_roman_numerals() {
        assert_eq!(parse_roman("xiiii"), Some(14));
        for text in ["", "iix", "vx", "did", "mix.", "iiiii", "ill"] {
            assert_eq!(parse_roman(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(number in 1..3999u32) {
            prop_assert_eq!(parse_roman(&format_roman(number)), Some(number));
            prop_assert_eq!(parse_roman(&format_roman(number).to_uppercase()), Some(number));
        }
    }
}
