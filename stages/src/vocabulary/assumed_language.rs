use std::collections::BTreeMap;

use shelf::book::Languages;
use whatlang::{Lang, detect};

use crate::ocr::{OcrPage, tag_of};
use crate::vocabulary::Dictionary;

/// Pages in languages other than English, which is assumed if a book's language is not set.
#[derive(Debug, Default)]
pub(super) struct OtherLanguages {
    /// Pages, by ISO 639-3 code and name of their language.
    pages: BTreeMap<(&'static str, &'static str), Vec<u32>>,
}

/// Pages with fewer words are too short to decide.
const WORDS_MIN: usize = 25;
/// Of the words of an English page, the dictionary knows more than this share, names and misreadings included. Chosen by hand, not measured.
const ENGLISH_SHARE_MIN: f64 = 0.5;

impl OtherLanguages {
    /// Examines a page, unless the book's `languages` are set.
    pub(super) fn add(&mut self, page: &OcrPage, languages: &Languages, english: Option<&Dictionary>) {
        if !languages.0.is_empty() {
            return;
        }
        let paragraphs = page.blocks.iter().flat_map(|block| &block.paragraphs);
        let text = paragraphs.map(|paragraph| paragraph.text.as_str()).collect::<Vec<_>>().join("\n");
        if let Some(language) = other_language(&text, english) {
            self.pages.entry((language.code(), language.eng_name())).or_default().push(page.page_number);
        }
    }

    /// A warning for each language.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        self.pages.iter().map(|((code, name), pages)| {
            let tag = tag_of(code).unwrap_or(code);
            let verb = if pages.len() == 1 { "page" } else { "pages" };
            let pages = pages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!(
                "the book's language is not set and English is assumed, but {verb} {pages} seem to be in {name}: \
                 `shelf set BOOK language={tag}`"
            )
        })
    }
}

/// The language of a text that is clearly not English.
fn other_language(text: &str, english: Option<&Dictionary>) -> Option<Lang> {
    let letters = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let words: Vec<&str> = text.split_whitespace().filter(letters).collect();
    if words.len() < WORDS_MIN {
        return None;
    }
    let bare = |word: &&str| word.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let known = |english: &Dictionary| words.iter().filter(|word| english.accepts(&bare(word))).count();
    let is_english = english.is_some_and(|english| known(english) as f64 > ENGLISH_SHARE_MIN * words.len() as f64);
    let found = detect(text).filter(|found| found.is_reliable() && found.lang() != Lang::Eng)?;
    (!is_english).then(|| found.lang())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::test_pages;

    const GERMAN: &str = "Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem \
        ungeheueren Ungeziefer verwandelt. Er lag auf seinem panzerartig harten Rücken und sah, wenn er den Kopf ein wenig hob, \
        seinen gewölbten, braunen, von bogenförmigen Versteifungen geteilten Bauch, auf dessen Höhe sich die Bettdecke, zum \
        gänzlichen Niedergleiten bereit, kaum noch erhalten konnte.";
    const ENGLISH: &str = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of \
        foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light.";

    fn page(number: u32, text: &str) -> OcrPage {
        test_pages::page(number, &[(text, 0.9)])
    }

    fn english() -> Dictionary {
        Dictionary::of_words(
            "It was the best of times it was worst age wisdom foolishness epoch belief incredulity season Light so in an",
        )
    }

    #[test]
    fn pages_in_another_language_are_reported_where_english_is_assumed() {
        let mut others = OtherLanguages::default();
        for (number, text) in (1..).zip([GERMAN, ENGLISH, GERMAN, "Kapitel II"]) {
            others.add(&page(number, text), &Languages::default(), Some(&english()));
        }
        assert_eq!(
            others.warnings().collect::<Vec<_>>(),
            ["the book's language is not set and English is assumed, but pages 1, 3 seem to be in German: \
              `shelf set BOOK language=de`"]
        );
    }

    #[test]
    fn a_book_whose_language_is_known_is_not_checked() {
        let mut others = OtherLanguages::default();
        others.add(&page(1, GERMAN), &Languages(vec!["de".to_owned()]), Some(&english()));
        assert_eq!(others.warnings().count(), 0);
    }

    #[test]
    fn misread_english_is_not_another_language() {
        let misread = ENGLISH.replace("wisdom", "vvisdoin").replace("foolishness", "fooltshnefs");
        assert!(other_language(&misread, Some(&english())).is_none());
        assert!(other_language(ENGLISH, None).is_none());
    }
}
