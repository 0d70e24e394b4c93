//! Characters that a model never adds to a book.

use std::collections::BTreeSet;

use shelf::book::Languages;
use shelf_pages::{OcrPage, PageText as _};

/// A script, as far as scripts are told apart here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Georgian,
    EastAsian,
    /// Letters that are not printed in books, such as mathematical and full-width letters, and all other scripts.
    Other,
}

/// The scripts of a book.
#[derive(Debug, Clone)]
pub(super) struct Scripts(BTreeSet<Script>);

impl Scripts {
    /// The scripts of the book's languages, and those in which words of the page were read.
    pub(super) fn of(page: &OcrPage, languages: &Languages) -> Self {
        let text = page.text();
        let read = text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
        let read = read.filter_map(|word| {
            let mut scripts = word.chars().filter_map(script);
            let first = scripts.next()?;
            scripts.all(|script| script == first).then_some(first)
        });
        let scripts = read.filter(|script| *script != Script::Other);
        Self(scripts.chain(languages.0.iter().map(|language| script_of_language(language))).collect())
    }

    /// Why the model may not put `new` for `old`; `None` if its characters are those of printed text.
    pub(super) fn forbidden(&self, old: &str, new: &str) -> Option<&'static str> {
        if new.chars().any(is_invisible) {
            return Some("has invisible characters");
        }
        let letters: BTreeSet<Script> = new.chars().filter_map(script).collect();
        if letters.len() > 1 && new.split_whitespace().any(is_mixed) {
            return Some("mixes scripts in a word");
        }
        if !letters.is_subset(&self.0) {
            return Some("has letters of a script that the book does not have");
        }
        let added = |c: &char| new.matches(*c).count() > old.matches(*c).count();
        if new.chars().filter(|c| MARKUP.contains(*c) || is_symbol(*c)).any(|c| added(&c)) {
            return Some("has markup");
        }
        let marks = |text: &str| text.contains("**") || text.contains("__") || text.contains("&#");
        (marks(new) && !marks(old)).then_some("has markup")
    }
}

/// Characters of markup and program text, which OCR rarely misses.
const MARKUP: &str = "<>{}\\`#=~^|_$";

/// Control characters, zero-width and bidirectional marks, private characters, and marks that are not letters by themselves.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'
                ..='\u{180f}'
        )
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}')
        || u32::from(c) >= 0xe_0000
}

/// Emoji, arrows, boxes and other symbols that models decorate text with.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{27bf}' | '\u{2900}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn is_mixed(word: &str) -> bool {
    let mut scripts = word.chars().filter_map(script);
    scripts.next().is_some_and(|first| scripts.any(|script| script != first))
}

/// The script of a letter; `None` for other characters. Ranges: <https://www.unicode.org/Public/UNIDATA/Blocks.txt>.
fn script(c: char) -> Option<Script> {
    // Ordinal indicators are printed beside digits.
    if !c.is_alphabetic() || matches!(c, 'ª' | 'º') {
        return None;
    }
    Some(match u32::from(c) {
        0..=0x24f | 0x1e00..=0x1eff | 0xa720..=0xa7ff | 0xfb00..=0xfb06 => Script::Latin,
        0x370..=0x3ff | 0x1f00..=0x1fff => Script::Greek,
        0x400..=0x52f => Script::Cyrillic,
        0x530..=0x58f => Script::Armenian,
        0x590..=0x5ff => Script::Hebrew,
        0x600..=0x77f => Script::Arabic,
        0x900..=0x97f => Script::Devanagari,
        0xe00..=0xe7f => Script::Thai,
        0x10a0..=0x10ff => Script::Georgian,
        0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af => Script::EastAsian,
        _ => Script::Other,
    })
}

/// The script of a language's tag: named in it (`sr-Cyrl`), else the usual one.
fn script_of_language(tag: &str) -> Script {
    let lower = tag.to_lowercase();
    let mut subtags = lower.split(['-', '_']);
    let language = subtags.next().unwrap_or_default();
    match subtags.find(|subtag| subtag.len() == 4).unwrap_or(language) {
        "grek" | "el" | "grc" | "ell" => Script::Greek,
        "cyrl" | "ru" | "uk" | "bg" | "be" | "sr" | "mk" | "rus" | "ukr" => Script::Cyrillic,
        "armn" | "hy" => Script::Armenian,
        "hebr" | "he" | "yi" | "heb" => Script::Hebrew,
        "arab" | "ar" | "fa" | "ur" | "ara" => Script::Arabic,
        "deva" | "hi" | "sa" | "mr" | "ne" => Script::Devanagari,
        "thai" | "th" => Script::Thai,
        "geor" | "ka" => Script::Georgian,
        "hans" | "hant" | "jpan" | "kore" | "zh" | "ja" | "ko" => Script::EastAsian,
        _ => Script::Latin,
    }
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::*;

    fn forbidden(old: &str, new: &str, languages: &[&str]) -> bool {
        let languages = Languages(languages.iter().map(|tag| (*tag).to_owned()).collect());
        let page = TestPage::new("The long campaign was over.").ocr();
        Scripts::of(&page, &languages).forbidden(old, new).is_some()
    }

    #[test]
    fn invisible_and_foreign_characters_and_markup_are_forbidden() {
        for new in [
            "gar\u{200b}den",
            "gar\u{ad}den",
            "\u{202e}garden",
            "gar\u{7}den",
            "g\u{430}rden",
            "сад",
            "𝐠arden",
            "ｇarden",
            "<b>garden</b>",
            "**garden**",
            "`garden`",
            "garden\u{fe0f}",
            "gar\u{e000}den",
            "κῆπος",
            "garden ✅",
        ] {
            assert!(forbidden("qarden", new, &["en"]), "{new:?}");
        }
    }

    #[test]
    fn printed_characters_are_allowed() {
        for new in ["garden", "León,", "“cœur”", "to-day—", "1839", "ﬁnd", "4º", "*garden"] {
            assert!(!forbidden("qarden", new, &["en"]), "{new:?}");
        }
        assert!(!forbidden("χῆπος", "κῆπος", &["en", "grc"]));
        assert!(!forbidden("<b", "<b", &["en"]));
    }
}
