use rapidfuzz::fuzz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::edge::is_division;
use super::folio::{Folio, bare};
use shelf::book::parse_roman;

/// What the text of a page belongs to. A page without anything special has the book's own text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "a variant's doc comment would change the schema; the names are those of a book's parts"
)]
pub enum Matter {
    #[default]
    Text,
    TitlePage,
    Copyright,
    Dedication,
    TableOfContents,
    Preface,
    Foreword,
    Introduction,
    Acknowledgments,
    Epilogue,
    Appendix,
    Endnotes,
    Bibliography,
    References,
    Glossary,
    Index,
}

/// Headings, in letters alone, and what they open.
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

/// As much of a heading's letters must be right, 0..=1: one in eight may be misread.
const ALIKE: f64 = 0.87;

impl Matter {
    /// What a heading opens: its words, without the page's number; `CHAPTER I.` opens the text. None where it says nothing that is known.
    #[must_use]
    pub fn opened_by(heading: &str) -> Option<Self> {
        let words: Vec<&str> = heading.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
        if is_numbered_division(heading) {
            return Some(Self::Text);
        }
        let letters: String = words
            .iter()
            .filter(|word| Folio::parse(word).is_none())
            .flat_map(|word| word.chars())
            .filter(|c| c.is_alphabetic())
            .flat_map(char::to_lowercase)
            .collect();
        let appended =
            |matter| words.first().is_some_and(|word| Self::of_letters(&word.to_lowercase()) == Some(matter));
        Self::of_letters(&letters).or_else(|| appended(Self::Appendix).then_some(Self::Appendix))
    }

    /// Whether it stands before the book's own text.
    #[must_use]
    pub fn is_front(self) -> bool {
        matches!(
            self,
            Self::TitlePage
                | Self::Copyright
                | Self::Dedication
                | Self::TableOfContents
                | Self::Preface
                | Self::Foreword
        )
    }

    /// Whether it stands behind the book's own text.
    #[must_use]
    pub fn is_back(self) -> bool {
        matches!(
            self,
            Self::Appendix
                | Self::Endnotes
                | Self::Bibliography
                | Self::References
                | Self::Glossary
                | Self::Index
                | Self::Epilogue
        )
    }

    fn of_letters(letters: &str) -> Option<Self> {
        let alike = |heading: &str| match heading.len() {
            ..7 => heading == letters,
            _ => fuzz::ratio(heading.chars(), letters.chars()) >= ALIKE,
        };
        HEADINGS.iter().find(|(heading, _)| alike(heading)).map(|(_, matter)| *matter)
    }
}

/// Whether a heading is the name of a part of the book with its number, and may go on: `CHAPTER II`, `Part One`, `BOOK 3. The Sea`.
#[must_use]
pub fn is_numbered_division(heading: &str) -> bool {
    let mut words = heading.split_whitespace().map(bare);
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
    fn headings_open_what_they_say() {
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
            assert_eq!(Matter::opened_by(heading), matter, "{heading}");
        }
    }
}
