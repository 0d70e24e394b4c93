//! Lines of letters that resemble headings: where and when it was written, and who signed it.

use super::block_view::BlockView;
use super::page_view::PageView;

/// The months, in full and abbreviated.
const MONTHS: [&str; 21] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "aug",
    "sept",
    "oct",
    "nov",
    "dec",
    "7ber",
    "8ber",
];

/// A line at the right begins to the right of this fraction of its column's width, 0..=1.
const MIN_RIGHT_INDENT_RATIO: f64 = 0.4;
/// Its white space at the right is at most this fraction of that at the left, 0..=1: in a centred line both are equal.
const MAX_RIGHT_WHITE_RATIO: f64 = 0.4;

/// `Bath, May 1st, 1871.`, `October 4th`: a month with a day or year beside it.
pub(super) fn is_dateline(text: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let is_day_or_year = |word: &String| {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        let ending = &word[digits.len()..];
        digits.parse::<u32>().is_ok() && ["", "st", "nd", "rd", "th", "d"].contains(&ending)
    };
    words.iter().enumerate().any(|(at, word)| {
        let after_day = match &words[..at] {
            [.., day, of] if of == "of" => is_day_or_year(day),
            [.., day] => is_day_or_year(day),
            [] => false,
        };
        MONTHS.contains(&word.as_str()) && (after_day || words.get(at + 1).is_some_and(is_day_or_year))
    })
}

/// Whether it is at the right of its column, as signatures are.
pub(super) fn is_right_aligned(block: &BlockView, page: &PageView) -> bool {
    let column = page.column(block);
    let left = f64::from(block.bbox.x) - column.left;
    let right = (column.right - f64::from(block.bbox.right())).max(0.0);
    left > MIN_RIGHT_INDENT_RATIO * (column.right - column.left) && right < MAX_RIGHT_WHITE_RATIO * left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_a_month_and_a_day_or_year() {
        for text in ["Kellynch Hall, October 4th, 1814.", "4th of March, 1764", "Bath, May 1st", "Dec. 12", "2d June"] {
            assert!(is_dateline(text), "{text}");
        }
        for text in ["The March to the Sea", "A Day in May", "The Year 1812", "Chapter 4. The August Moon"] {
            assert!(!is_dateline(text), "{text}");
        }
    }
}
