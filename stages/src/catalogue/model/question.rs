use std::fmt::Write as _;

use crate::catalogue::FrontMatterPage;

/// A page with more words is neither a title page nor a copyright page: only its beginning is sent.
const MAX_WHOLE_PAGE_WORDS: usize = 200;
/// How many words of such a page are sent.
const MAX_BEGINNING_WORDS: usize = 60;
/// Maximum length of the question, about 4,000 tokens.
const MAX_QUESTION_CHARS: usize = 16_000;

/// The text of the first pages, each after its scan number, without boxes, confidences or anything else that the task does not need.
pub(super) fn question(pages: &[FrontMatterPage]) -> String {
    let mut question = String::new();
    for page in pages {
        let words = page.text.split_whitespace().count();
        let text = if words <= MAX_WHOLE_PAGE_WORDS { page.text.clone() } else { beginning(&page.text) };
        let _ = writeln!(question, "[{}]\n{}", page.number, text.trim());
    }
    question.chars().take(MAX_QUESTION_CHARS).collect()
}

fn beginning(text: &str) -> String {
    let mut words = 0;
    let lines = text.lines().take_while(|line| {
        let so_far = words;
        words += line.split_whitespace().count();
        so_far < MAX_BEGINNING_WORDS
    });
    let lines: Vec<&str> = lines.collect();
    format!("{} …", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::front_matter_pages;
    use crate::vocabulary::test_pages::page;

    fn asked(texts: &[&str]) -> String {
        let pages: Vec<_> = (1..).zip(texts).map(|(number, text)| page(number, &[(*text, 0.95)])).collect();
        question(&front_matter_pages(&pages))
    }

    #[test]
    fn sends_short_pages_completely_and_long_ones_partly() {
        let long = "ten words of a text that goes on and on\n".repeat(30);
        let asked = asked(&["COLONIAL\nFLORIDA", &long]);
        let beginning = "ten words of a text that goes on and on\n".repeat(6);
        assert_eq!(asked, format!("[1]\nCOLONIAL\nFLORIDA\n[2]\n{} …\n", beginning.trim()));
    }

    #[test]
    fn question_has_a_maximum_length() {
        let wide = format!("{}\n", "word".repeat(40)).repeat(190);
        assert_eq!(asked(&[&wide, &wide]).chars().count(), MAX_QUESTION_CHARS);
    }
}
