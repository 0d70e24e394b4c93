use shelf_pages::{Line, Word};

use super::text_row::median;

// How far letters reach above and below the baseline, in type sizes (em). Fonts differ, but a page is compared with itself.
const CAPITAL_HEIGHT: f64 = 0.70;
const DOTTED_HEIGHT: f64 = 0.64;
const X_HEIGHT: f64 = 0.45;
const DESCENDER_DEPTH: f64 = 0.22;
const COMMA_DEPTH: f64 = 0.12;

/// The type size of a line, px: the median of its words, each by the height that its letters have. Unlike the height of words, it does not depend on which
/// letters a line happens to have. `None` for a line with fewer than `min_words` words.
#[must_use]
pub fn type_size_px(line: &Line, min_words: usize) -> Option<f64> {
    let sizes: Vec<f64> = line.words.iter().filter_map(word_size_px).collect();
    if sizes.len() < min_words.max(1) { None } else { median(sizes) }
}

/// The type size of a word, px; `None` without letters and digits.
#[must_use]
pub fn word_size_px(word: &Word) -> Option<f64> {
    if !word.text.contains(char::is_alphanumeric) {
        return None;
    }
    let height = |c: char| match c {
        'i' | 'j' | 't' => DOTTED_HEIGHT,
        'b' | 'd' | 'f' | 'h' | 'k' | 'l' | 'ß' | 'ſ' | 'ﬁ' | 'ﬂ' => CAPITAL_HEIGHT,
        c if c.is_ascii_lowercase() => X_HEIGHT,
        c if c.is_alphanumeric() || "!?()[]{}“”‘’\"'&*†‡§/".contains(c) => CAPITAL_HEIGHT,
        _ => 0.0,
    };
    let depth = |c: char| match c {
        'g' | 'j' | 'p' | 'q' | 'y' | 'Q' | 'ſ' | '(' | ')' | '[' | ']' | '{' | '}' => DESCENDER_DEPTH,
        ',' | ';' => COMMA_DEPTH,
        _ => 0.0,
    };
    let chars = || word.text.chars();
    let em = chars().map(height).fold(X_HEIGHT, f64::max) + chars().map(depth).fold(0.0, f64::max);
    Some(f64::from(word.bbox.height) / em)
}

#[cfg(test)]
mod tests {
    use shelf_pages::Bbox;

    use super::*;

    fn size(words: &[(&str, u32)]) -> Option<f64> {
        let word = |(text, height): &(&str, u32)| {
            Word::new((*text).to_owned(), Bbox { x: 0, y: 0, width: 50, height: *height }, 0.9)
        };
        let words: Vec<Word> = words.iter().map(word).collect();
        type_size_px(&Line { bbox: words[0].bbox, words }, 2)
    }

    #[test]
    fn type_size_does_not_depend_on_the_letters_of_a_line() {
        let near = |found: Option<f64>| (found.unwrap() - 40.0).abs() < 1.0;
        assert!(near(size(&[("sea", 18), ("man", 18), ("sun", 18)])));
        assert!(near(size(&[("high", 37), ("hill", 28), ("Gap", 37)])));
        assert!(near(size(&[("ran,", 23), ("12", 28), ("—", 4)])));
        assert_eq!(size(&[("one", 18), ("—", 4)]), None);
    }
}
