use image::GrayImage;
use serde::Serialize;

use super::Bbox;

/// A page as it was drawn: the picture and its ground truth.
#[derive(Debug, Clone)]
pub struct DrawnPage {
    /// The picture, 8-bit grey.
    pub image: GrayImage,
    /// Resolution of the picture, dots per inch.
    pub dpi: u32,
    /// The content in reading order: running head, text, footnotes, folio at the foot.
    pub blocks: Vec<DrawnBlock>,
    /// Where the figures are.
    pub figures: Vec<Bbox>,
    /// The printed page number, if any.
    pub folio: Option<Folio>,
    /// The part of the book.
    pub region: PageRegion,
}

impl DrawnPage {
    /// The page's text, a line per paragraph: words split on the page are joined, running head and folio are included.
    #[must_use]
    pub fn text(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(DrawnBlock::text).collect();
        blocks.join("\n")
    }

    /// All lines, in reading order.
    pub fn lines(&self) -> impl Iterator<Item = &DrawnLine> {
        self.blocks.iter().flat_map(DrawnBlock::lines)
    }

    /// The blocks of one kind, in reading order.
    pub fn blocks_of(&self, kind: BlockKind) -> impl Iterator<Item = &DrawnBlock> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

/// Adjacent paragraphs of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnBlock {
    /// What the block is.
    pub kind: BlockKind,
    /// Its paragraphs, at least one.
    pub paragraphs: Vec<DrawnParagraph>,
}

impl DrawnBlock {
    /// The block's text, a line per paragraph.
    #[must_use]
    pub fn text(&self) -> String {
        let paragraphs: Vec<String> = self.paragraphs.iter().map(DrawnParagraph::text).collect();
        paragraphs.join("\n")
    }

    /// The block's lines.
    pub fn lines(&self) -> impl Iterator<Item = &DrawnLine> {
        self.paragraphs.iter().flat_map(|paragraph| &paragraph.lines)
    }

    /// The bounding box of the block's ink, px; `None` without ink.
    #[must_use]
    pub fn bbox(&self) -> Option<Bbox> {
        Bbox::bounding(self.lines().filter_map(DrawnLine::bbox))
    }
}

/// A paragraph, or the part of it that is on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnParagraph {
    /// Its lines, at least one.
    pub lines: Vec<DrawnLine>,
}

impl DrawnParagraph {
    /// The paragraph as one line: words split at a line end are joined, real hyphens stay. A word split at the
    /// page's end keeps its hyphen.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let last = self.lines.len().saturating_sub(1);
        for (number, line) in self.lines.iter().enumerate() {
            text.push_str(&line.text());
            match line.end {
                _ if number == last => {}
                LineEnd::Space => text.push(' '),
                LineEnd::SplitHyphen => drop(text.pop()),
                LineEnd::RealHyphen | LineEnd::Dash => {}
            }
        }
        text
    }
}

/// A line as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnLine {
    /// Its words, from left to right.
    pub words: Vec<DrawnWord>,
    /// The separator before the next line.
    pub end: LineEnd,
}

impl DrawnLine {
    /// The line as printed, with its hyphen if it ends in one.
    #[must_use]
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The bounding box of the line's ink, px; `None` without ink.
    #[must_use]
    pub fn bbox(&self) -> Option<Bbox> {
        Bbox::bounding(self.words.iter().map(|word| word.bbox))
    }
}

/// A word as it is printed, with the punctuation that touches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnWord {
    /// The printed characters; ligatures are spelled as letters.
    pub text: String,
    /// The bounding box of the word's ink, px.
    pub bbox: Bbox,
}

/// The separator between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    /// A space, or the paragraph's end.
    Space,
    /// The hyphen of a compound (`self-aware`): it belongs to the word.
    RealHyphen,
    /// A hyphen that is there only because the line ended (`cam-` `paign`).
    SplitHyphen,
    /// A dash, with no space after it.
    Dash,
}

/// What a block is, by the names of the page formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names of the page formats say it")]
pub enum BlockKind {
    TitlePage,
    Copyright,
    TableOfContents,
    Preface,
    ChapterHeading,
    SectionHeading,
    Body,
    Verse,
    Quote,
    Table,
    Footnote,
    Header,
    PageNumber,
    Caption,
}

impl BlockKind {
    /// The classification as page files spell it: `CHAPTER_HEADING`. Verse is labelled as the body that it is part of.
    #[must_use]
    pub fn classification(self) -> &'static str {
        match self {
            Self::TitlePage => "TITLE_PAGE",
            Self::Copyright => "COPYRIGHT",
            Self::TableOfContents => "TABLE_OF_CONTENTS",
            Self::Preface => "PREFACE",
            Self::ChapterHeading => "CHAPTER_HEADING",
            Self::SectionHeading => "SECTION_HEADING",
            Self::Body | Self::Verse => "BODY",
            Self::Quote => "QUOTE",
            Self::Table => "TABLE",
            Self::Footnote => "FOOTNOTE",
            Self::Header => "HEADER",
            Self::PageNumber => "PAGE_NUMBER",
            Self::Caption => "CAPTION",
        }
    }
}

/// A printed page number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folio {
    /// As printed: `ix`, `45`.
    pub printed: String,
    /// Its numerals.
    pub style: NumberingStyle,
    /// Its position.
    pub place: FolioPlace,
}

/// How pages are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberingStyle {
    /// `i`, `ii`, `iii`.
    Roman,
    /// `1`, `2`, `3`.
    Arabic,
}

impl NumberingStyle {
    /// `number`, 1 or more, in this style.
    #[must_use]
    pub fn print(self, number: u32) -> String {
        match self {
            Self::Arabic => number.to_string(),
            Self::Roman => shelf_runtime::book::format_roman(number),
        }
    }
}

/// The position of a folio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FolioPlace {
    /// In the running head.
    Header,
    /// Alone, below the text.
    Footer,
}

/// The part of a book that a page is in, by the names of the page formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageRegion {
    /// Title page, colophon, preface.
    FrontMatter,
    /// The table of contents.
    TocArea,
    /// The chapters.
    Body,
}

#[cfg(test)]
mod tests {
    use super::{Bbox, BlockKind, DrawnLine, DrawnParagraph, DrawnWord, LineEnd, NumberingStyle};

    fn line(text: &str, end: LineEnd) -> DrawnLine {
        let bbox = Bbox { x: 0, y: 0, width: 1, height: 1 };
        DrawnLine { words: text.split(' ').map(|word| DrawnWord { text: word.to_owned(), bbox }).collect(), end }
    }

    #[test]
    fn a_paragraph_flows_over_its_line_ends() {
        let lines = vec![
            line("a self-", LineEnd::RealHyphen),
            line("aware cam-", LineEnd::SplitHyphen),
            line("paign—", LineEnd::Dash),
            line("over, exami-", LineEnd::SplitHyphen),
        ];
        assert_eq!(DrawnParagraph { lines }.text(), "a self-aware campaign—over, exami-");
    }

    #[test]
    fn front_matter_is_numbered_in_roman() {
        let roman = |number| NumberingStyle::Roman.print(number);
        assert_eq!([4, 9, 14, 40, 1888].map(roman), ["iv", "ix", "xiv", "xl", "mdccclxxxviii"]);
    }

    #[test]
    fn the_classification_is_the_serialised_name() {
        for kind in [BlockKind::TableOfContents, BlockKind::PageNumber, BlockKind::Body] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.classification());
        }
    }
}
