use std::collections::BTreeMap;

use shelf::existing_text::ScanText;
use shelf_pages::{Block, Line};

use crate::rounding::round_to_4_decimals;

/// How much two texts of a page differ, 0..=1: the share of the words of both that the other does not have. The order of the words does not count,
/// since columns are read in different orders; nor do case, punctuation and hyphens at line ends. `None` if neither has words.
pub(super) fn text_difference(recognised: &[Block], existing: &ScanText) -> Option<f64> {
    let paragraphs = recognised.iter().flat_map(|block| &block.paragraphs);
    let lines: Vec<String> = paragraphs.flat_map(|paragraph| &paragraph.lines).map(Line::text).collect();
    let paragraphs = existing.blocks.iter().flat_map(|block| &block.paragraphs);
    let existing: Vec<String> = paragraphs
        .flat_map(|paragraph| &paragraph.lines)
        .map(|line| line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
        .collect();
    difference(&words_of(&lines), &words_of(&existing))
}

fn difference(one: &[String], other: &[String]) -> Option<f64> {
    let mut surplus: BTreeMap<&str, i64> = BTreeMap::new();
    for word in one {
        *surplus.entry(word).or_default() += 1;
    }
    for word in other {
        *surplus.entry(word).or_default() -= 1;
    }
    let differing: u64 = surplus.values().map(|count| count.unsigned_abs()).sum();
    let all = one.len() + other.len();
    (all > 0).then(|| round_to_4_decimals(differing as f64 / all as f64))
}

/// The words of lines in small letters, without punctuation; a word that is divided at the end of a line is one.
fn words_of(lines: &[String]) -> Vec<String> {
    let mut text = String::new();
    for line in lines {
        if let Some(begun) = line.strip_suffix('-') {
            text.push_str(begun);
        } else {
            text.push_str(line);
            text.push(' ');
        }
    }
    let plain =
        |word: &str| -> String { word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    text.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(one: &[&str], other: &[&str]) -> Option<f64> {
        let words = |lines: &[&str]| words_of(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        difference(&words(one), &words(other))
    }

    #[test]
    fn order_case_punctuation_and_division_do_not_count() {
        assert_eq!(compared(&["The cam-", "paign, began"], &["began the", "Campaign."]), Some(0.0));
        assert_eq!(compared(&[], &["— *"]), None);
    }

    #[test]
    fn words_of_one_text_only_count() {
        assert_eq!(compared(&["a b c d"], &["a b c e"]), Some(0.25));
        assert_eq!(compared(&["a b"], &[]), Some(1.0));
        assert_eq!(compared(&["a a b"], &["a"]), Some(0.5));
    }
}
