use super::paginate::paginate;
use super::{DrawnPage, PageFormat};

/// The content of a book before it is typeset: texts with their roles.
///
/// In all texts, `_words_` between underscores are set in italics.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub(crate) elements: Vec<Element>,
    pub(crate) running_heads: Option<RunningHeads>,
    pub(crate) drop_capitals: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct RunningHeads {
    pub(crate) verso: String,
    pub(crate) recto: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Element {
    TitlePage(TitlePage),
    Colophon(String),
    Contents,
    BlankPage,
    Preface(String),
    /// Chapters are numbered from 1 when they are paginated.
    Chapter(String),
    Section(String),
    Paragraph {
        text: String,
        notes: Vec<Footnote>,
    },
    Quote(String),
    Verse(String),
    /// Rows of cells.
    Table(Vec<Vec<String>>),
    Plate {
        figure: TestFigure,
        caption: String,
    },
    Figure {
        figure: TestFigure,
        caption: String,
    },
    /// Arabic numbers start here.
    Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Footnote {
    pub(crate) mark: char,
    pub(crate) text: String,
}

/// The lines of a title page, centred. Line breaks are kept, and empty lines are skipped.
#[derive(Debug, Clone, Default)]
pub struct TitlePage {
    /// In large bold capitals.
    pub title: String,
    /// In italics below it.
    pub subtitle: String,
    /// The author.
    pub author: String,
    /// Place, printer and year, at the foot.
    pub imprint: String,
}

/// A synthetic figure: an engraving of shelves with books, one connected component of dark pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestFigure {
    /// Width, mm.
    pub width_mm: f32,
    /// Height, mm.
    pub height_mm: f32,
    /// Determines the books.
    pub seed: u64,
}

impl Document {
    /// An empty document, without running heads and page numbers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a running head with the page number on every page: `verso` on even pages, `recto` on odd ones. The first page of a chapter
    /// has only its number, at the foot.
    #[must_use]
    pub fn running_heads(mut self, verso: &str, recto: &str) -> Self {
        self.running_heads = Some(RunningHeads { verso: verso.to_owned(), recto: recto.to_owned() });
        self
    }

    /// Begins every chapter with a drop capital of two lines; the rest of its word is in capitals.
    #[must_use]
    pub fn drop_capitals(mut self) -> Self {
        self.drop_capitals = true;
        self
    }

    /// A title page.
    #[must_use]
    pub fn title_page(self, page: TitlePage) -> Self {
        self.with(Element::TitlePage(page))
    }

    /// A separate page with a copyright notice, in small type at the foot.
    #[must_use]
    pub fn colophon(self, text: &str) -> Self {
        self.with(Element::Colophon(text.to_owned()))
    }

    /// A table of contents with the preface and the chapters, and their page numbers.
    #[must_use]
    pub fn contents(self) -> Self {
        self.with(Element::Contents)
    }

    /// A blank page.
    #[must_use]
    pub fn blank_page(self) -> Self {
        self.with(Element::BlankPage)
    }

    /// Begins a preface on a new page, with its title in capitals.
    #[must_use]
    pub fn preface(self, title: &str) -> Self {
        self.with(Element::Preface(title.to_owned()))
    }

    /// Ends the front matter, whose pages have roman numbers: the next page is an odd one with the arabic number 1 (after a blank
    /// page if it would be even).
    #[must_use]
    pub fn body(self) -> Self {
        self.with(Element::Body)
    }

    /// Begins a chapter on a new page: `CHAPTER I.` and its title.
    #[must_use]
    pub fn chapter(self, title: &str) -> Self {
        self.with(Element::Chapter(title.to_owned()))
    }

    /// A heading within a chapter.
    #[must_use]
    pub fn section(self, title: &str) -> Self {
        self.with(Element::Section(title.to_owned()))
    }

    /// Paragraphs separated by empty lines; line breaks within one are ignored. One that starts with `*`, `†` or `‡` and a space is a
    /// footnote to the mark in the paragraph before it.
    #[must_use]
    pub fn prose(mut self, text: &str) -> Self {
        for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
            match (footnote_of(paragraph), self.elements.last_mut()) {
                (Some(note), Some(Element::Paragraph { notes, .. })) => notes.push(note),
                _ => self.elements.push(Element::Paragraph { text: paragraph.to_owned(), notes: Vec::new() }),
            }
        }
        self
    }

    /// A quotation in smaller type, indented at both sides.
    #[must_use]
    pub fn quote(self, text: &str) -> Self {
        self.with(Element::Quote(text.to_owned()))
    }

    /// Verse, a line per line, indented; stanzas are separated by empty lines.
    #[must_use]
    pub fn verse(self, text: &str) -> Self {
        self.with(Element::Verse(text.to_owned()))
    }

    /// A table: a line per row, whose cells are separated by `|`.
    #[must_use]
    pub fn table(self, text: &str) -> Self {
        let rows = text.lines().map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect());
        self.with(Element::Table(rows.collect()))
    }

    /// A figure on a page of its own, with its caption below it; the page number is not printed.
    #[must_use]
    pub fn plate(self, figure: TestFigure, caption: &str) -> Self {
        self.with(Element::Plate { figure, caption: caption.to_owned() })
    }

    /// A figure with its caption: here, or at the top of the next page if it does not fit.
    #[must_use]
    pub fn figure(self, figure: TestFigure, caption: &str) -> Self {
        self.with(Element::Figure { figure, caption: caption.to_owned() })
    }

    /// Typesets the document and rasterizes its pages.
    #[must_use]
    pub fn typeset(&self, format: &PageFormat) -> Vec<DrawnPage> {
        paginate(self, format).iter().map(|page| page.rasterize(format)).collect()
    }

    fn with(mut self, element: Element) -> Self {
        self.elements.push(element);
        self
    }
}

fn footnote_of(paragraph: &str) -> Option<Footnote> {
    let mark = paragraph.chars().next().filter(|c| matches!(c, '*' | '†' | '‡'))?;
    let text = paragraph[mark.len_utf8()..].starts_with(char::is_whitespace).then(|| paragraph.to_owned())?;
    Some(Footnote { mark, text })
}

#[cfg(test)]
mod tests {
    use super::{Document, Element};

    #[test]
    fn prose_is_split_into_paragraphs_with_footnotes() {
        let document = Document::new().prose("One,* and\nmore.\n\n* A note.\n\nTwo.\n\n*not* a note");
        let paragraphs: Vec<(&str, usize)> = document
            .elements
            .iter()
            .map(|element| match element {
                Element::Paragraph { text, notes } => (text.as_str(), notes.len()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(paragraphs, [("One,* and\nmore.", 1), ("Two.", 0), ("*not* a note", 0)]);
    }
}
