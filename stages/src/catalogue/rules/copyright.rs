use super::years_in;
use crate::catalogue::FrontMatterPage;

/// Maximum length of a copyright page, words: longer pages may discuss copyright.
const MAX_PAGE_WORDS: usize = 250;

/// Maximum distance of the years after the word `Copyright`, words: `Copyright, by the Williams Publishing Company, 1892`.
const MAX_YEAR_DISTANCE_WORDS: usize = 12;

/// Beginnings of a copyright notice, letters only.
const NOTICES: [&[&str]; 3] = [&["copyright"], &["©"], &["act", "of", "congress"]];

/// Words that show that a notice is about something else.
const LATER: [&str; 3] = ["renewed", "renewal", "renewals"];

/// The years in the copyright notices of a page; empty without a notice.
#[must_use]
pub fn copyright_years(page: &FrontMatterPage) -> Vec<i32> {
    if page.features.words > MAX_PAGE_WORDS {
        return Vec::new();
    }
    let words: Vec<&str> = page.text.split_whitespace().collect();
    let letters: Vec<String> = words.iter().map(|word| letters_of(word)).collect();
    let notices = (0..words.len()).filter_map(|at| {
        let notice = NOTICES.iter().find(|notice| begins_with(&letters[at..], notice))?;
        let from = at + notice.len() - 1;
        let to = words.len().min(from + MAX_YEAR_DISTANCE_WORDS);
        let is_later = letters[from..to].iter().any(|word| LATER.contains(&word.as_str()));
        (!is_later).then(|| years_in(&words[from..to].join(" ")))
    });
    notices.flatten().collect()
}

/// A word's letters in lower case, and `©`, also when typed as `(c)`.
fn letters_of(word: &str) -> String {
    let lower = word.to_lowercase();
    if lower.starts_with('©') || lower == "(c)" {
        return "©".to_owned();
    }
    lower.chars().filter(|c| c.is_alphabetic()).collect()
}

fn begins_with(words: &[String], notice: &[&str]) -> bool {
    words.len() >= notice.len() && words.iter().zip(notice).all(|(word, of_notice)| word == of_notice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::front_matter_pages;
    use crate::vocabulary::test_pages::page;

    fn years(text: &str) -> Vec<i32> {
        front_matter_pages(&[page(4, &[(text, 0.95)])]).iter().flat_map(copyright_years).collect()
    }

    #[test]
    fn notices_of_all_times_name_their_years() {
        for (text, expected) in [
            ("COPYRIGHT, 1892,\nBY R. L. CAMPBELL.", vec![1892]),
            ("Entered according to Act of Congress, in the year 1859, by\nHarper & Brothers", vec![1859]),
            ("Copyright © 1998 by the author", vec![1998, 1998]),
            ("(c) 1998 Somebody", vec![1998]),
            ("©1998 Somebody", vec![1998]),
            ("Copyright, 1890, 1892, by Somebody", vec![1890, 1892]),
        ] {
            assert_eq!(years(text), expected, "{text}");
        }
    }

    #[test]
    fn ignores_other_years() {
        for text in [
            "First printed in 1892",
            "Copyright renewed 1956 by his heirs",
            "Library of Congress Catalog Card Number 1892",
            "Copyright by one who has told us a long story of how he came by it in 1892",
        ] {
            assert_eq!(years(text), [0; 0], "{text}");
        }
        let chapter = format!("The copyright act of 1842 {}", "was long talked about ".repeat(80));
        assert_eq!(years(&chapter), [0; 0]);
    }
}
