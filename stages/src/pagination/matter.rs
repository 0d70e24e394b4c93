use rapidfuzz::fuzz;
use shelf::book::parse_roman;
use shelf_pages::Matter;

use super::folio::{Folio, trim_punctuation};

/// Divisions of a book that are numbered.
const DIVISIONS: [&str; 22] = [
    "chapter", "chap", "book", "part", "volume", "vol", "section", "sect", "canto", "act", "scene", "letter",
    "lecture", "kapitel", "buch", "teil", "band", "chapitre", "livre", "tome", "capitolo", "parte",
];

/// Headings (letters only, in lower case), and the part of the book that each opens.
const HEADINGS: [(&str, Matter); 46] = [
    ("contents", Matter::TableOfContents),
    ("tableofcontents", Matter::TableOfContents),
    ("listofillustrations", Matter::TableOfContents),
    ("illustrations", Matter::TableOfContents),
    ("listofplates", Matter::TableOfContents),
    ("listofmaps", Matter::TableOfContents),
    ("listoftables", Matter::TableOfContents),
    ("inhalt", Matter::TableOfContents),
    ("inhaltsverzeichnis", Matter::TableOfContents),
    ("tabledesmatières", Matter::TableOfContents),
    ("indicegenerale", Matter::TableOfContents),
    ("preface", Matter::Preface),
    ("authorspreface", Matter::Preface),
    ("préface", Matter::Preface),
    ("avantpropos", Matter::Preface),
    ("vorwort", Matter::Preface),
    ("vorrede", Matter::Preface),
    ("prefazione", Matter::Preface),
    ("tothereader", Matter::Preface),
    ("foreword", Matter::Foreword),
    ("geleitwort", Matter::Foreword),
    ("introduction", Matter::Introduction),
    ("introductory", Matter::Introduction),
    ("einleitung", Matter::Introduction),
    ("introduzione", Matter::Introduction),
    ("dedication", Matter::Dedication),
    ("acknowledgments", Matter::Acknowledgments),
    ("acknowledgements", Matter::Acknowledgments),
    ("danksagung", Matter::Acknowledgments),
    ("epilogue", Matter::Epilogue),
    ("afterword", Matter::Epilogue),
    ("nachwort", Matter::Epilogue),
    ("appendix", Matter::Appendix),
    ("anhang", Matter::Appendix),
    ("notes", Matter::Endnotes),
    ("endnotes", Matter::Endnotes),
    ("anmerkungen", Matter::Endnotes),
    ("bibliography", Matter::Bibliography),
    ("literaturverzeichnis", Matter::Bibliography),
    ("bibliographie", Matter::Bibliography),
    ("workscited", Matter::Bibliography),
    ("references", Matter::References),
    ("glossary", Matter::Glossary),
    ("index", Matter::Index),
    ("generalindex", Matter::Index),
    ("namenregister", Matter::Index),
];

/// Minimum similarity of a heading with a known one, 0..=1: one letter in eight may be misread.
const MIN_SIMILARITY: f64 = 0.87;

/// Shorter headings must be exact.
const MIN_FUZZY_CHARS: usize = 7;

/// The part of a book that a heading opens, disregarding page numbers; `CHAPTER I.` opens the main text. `None` for unknown headings.
#[must_use]
pub fn matter_opened_by(heading: &str) -> Option<Matter> {
    let words: Vec<&str> = heading.split_whitespace().map(trim_punctuation).filter(|word| !word.is_empty()).collect();
    if is_numbered_division(heading) {
        return Some(Matter::Text);
    }
    let letters: String = words
        .iter()
        .filter(|word| Folio::parse(word).is_none())
        .flat_map(|word| word.chars())
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    let is_appendix = || words.first().and_then(|word| known_heading(&word.to_lowercase())) == Some(Matter::Appendix);
    known_heading(&letters).or_else(|| is_appendix().then_some(Matter::Appendix))
}

fn known_heading(letters: &str) -> Option<Matter> {
    let is_similar = |heading: &str| match heading.len() {
        ..MIN_FUZZY_CHARS => heading == letters,
        _ => fuzz::ratio(heading.chars(), letters.chars()) >= MIN_SIMILARITY,
    };
    HEADINGS.iter().find(|(heading, _)| is_similar(heading)).map(|(_, matter)| *matter)
}

/// Whether a word is a division of a book that is numbered: `CHAPTER`, `Book`, `Kapitel`.
#[must_use]
pub fn is_division(word: &str) -> bool {
    let word = trim_punctuation(word).to_lowercase();
    DIVISIONS.contains(&word.as_str())
}

/// Whether a heading begins with a division and its number: `CHAPTER II`, `Part One`, `BOOK 3. The Sea`.
#[must_use]
pub fn is_numbered_division(heading: &str) -> bool {
    let mut words = heading.split_whitespace().map(trim_punctuation);
    let is_number = |word: &str| {
        let spelled =
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "first", "last", "the"];
        let lower = word.to_lowercase();
        let like_roman = !word.is_empty() && word.chars().all(|c| "IVXLCivxlc1lT".contains(c));
        word.parse::<u32>().is_ok() || parse_roman(word).is_some() || like_roman || spelled.contains(&lower.as_str())
    };
    words.next().is_some_and(is_division) && words.next().is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_open_their_part() {
        for (heading, matter) in [
            ("CHAPTER I.", Some(Matter::Text)),
            ("CHAPTER 11,", Some(Matter::Text)),
            ("Part One", Some(Matter::Text)),
            ("CONTENTS", Some(Matter::TableOfContents)),
            ("CONTENTS. vii", Some(Matter::TableOfContents)),
            ("TABLE OF CONTENTS.", Some(Matter::TableOfContents)),
            ("PREFACE.", Some(Matter::Preface)),
            ("INTRODUCTI0N", Some(Matter::Introduction)),
            ("4 INTRODUCTION.", Some(Matter::Introduction)),
            ("APPENDIX B. The Treaty", Some(Matter::Appendix)),
            ("INDEX", Some(Matter::Index)),
            ("THE INDEX OF PRICES", None),
            ("A LARGE PART", None),
            ("Part of the way", None),
            ("", None),
        ] {
            assert_eq!(matter_opened_by(heading), matter, "{heading}");
        }
    }
}
