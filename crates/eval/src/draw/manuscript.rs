use super::make_up::make_up;
use super::{DrawnPage, PageFormat};

/// What a book says, before it is a book: text, and what each piece of it is.
///
/// In all texts `_so_` is set in italics, and the underscores are not printed.
#[derive(Debug, Clone, Default)]
pub struct Manuscript {
    pub(crate) elements: Vec<Element>,
    pub(crate) running_heads: Option<RunningHeads>,
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
    /// Chapters are numbered again from 1 by the make-up.
    Chapter(String),
    Section(String),
    Paragraph {
        text: String,
        notes: Vec<Note>,
    },
    Quote(String),
    Figure {
        figure: Figure,
        caption: String,
    },
    /// Arabic numbers start here.
    Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) mark: char,
    pub(crate) text: String,
}

/// The lines of a title page, each in the middle. A line break in one stays, and an empty one is left out.
#[derive(Debug, Clone, Default)]
pub struct TitlePage {
    /// In large bold capitals.
    pub title: String,
    /// In italics below it.
    pub subtitle: String,
    /// Who wrote it.
    pub author: String,
    /// Place, printer and year, at the foot.
    pub imprint: String,
}

/// A figure that is drawn by code.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Figure {
    /// An engraving of shelves with books, one connected dark region.
    Bookcase {
        /// Width, mm.
        width_mm: f32,
        /// Height, mm.
        height_mm: f32,
        /// Which books stand in it.
        seed: u64,
    },
}

impl Manuscript {
    /// An empty manuscript: no running heads, and no page numbers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Prints a running head with the page's number on every page but openings: `verso` on even pages, `recto` on odd ones. Pages
    /// that open a chapter have their number at the foot instead.
    #[must_use]
    pub fn running_heads(mut self, verso: &str, recto: &str) -> Self {
        self.running_heads = Some(RunningHeads { verso: verso.to_owned(), recto: recto.to_owned() });
        self
    }

    /// A title page.
    #[must_use]
    pub fn title_page(self, page: TitlePage) -> Self {
        self.with(Element::TitlePage(page))
    }

    /// A page of its own that says who made the book, in small type at the foot: a copyright notice.
    #[must_use]
    pub fn colophon(self, text: &str) -> Self {
        self.with(Element::Colophon(text.to_owned()))
    }

    /// A table of contents with the preface and the chapters, and their pages as they come out.
    #[must_use]
    pub fn contents(self) -> Self {
        self.with(Element::Contents)
    }

    /// A page with nothing on it.
    #[must_use]
    pub fn blank_page(self) -> Self {
        self.with(Element::BlankPage)
    }

    /// Opens a preface on a new page, its title in capitals.
    #[must_use]
    pub fn preface(self, title: &str) -> Self {
        self.with(Element::Preface(title.to_owned()))
    }

    /// Ends the front matter: pages before this have roman numbers, the next is an odd page with the arabic
    /// number 1 (after a blank one where it would be an even page).
    #[must_use]
    pub fn body(self) -> Self {
        self.with(Element::Body)
    }

    /// Opens a chapter on a new page: `CHAPTER I.` and its title.
    #[must_use]
    pub fn chapter(self, title: &str) -> Self {
        self.with(Element::Chapter(title.to_owned()))
    }

    /// A heading within a chapter.
    #[must_use]
    pub fn section(self, title: &str) -> Self {
        self.with(Element::Section(title.to_owned()))
    }

    /// Paragraphs, parted by empty lines; line breaks within one do not count. One that starts with `*`, `†` or `‡` and a space is the
    /// footnote of the paragraph before it, in which the mark stands.
    #[must_use]
    pub fn prose(mut self, text: &str) -> Self {
        for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
            match (note_of(paragraph), self.elements.last_mut()) {
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

    /// A figure with its caption: here, or at the head of the next page where there is no room.
    #[must_use]
    pub fn figure(self, figure: Figure, caption: &str) -> Self {
        self.with(Element::Figure { figure, caption: caption.to_owned() })
    }

    /// Sets the manuscript and draws its pages.
    #[must_use]
    pub fn typeset(&self, format: &PageFormat) -> Vec<DrawnPage> {
        make_up(self, format).iter().map(|page| page.print(format)).collect()
    }

    fn with(mut self, element: Element) -> Self {
        self.elements.push(element);
        self
    }
}

fn note_of(paragraph: &str) -> Option<Note> {
    let mark = paragraph.chars().next().filter(|c| matches!(c, '*' | '†' | '‡'))?;
    let text = paragraph[mark.len_utf8()..].starts_with(char::is_whitespace).then(|| paragraph.to_owned())?;
    Some(Note { mark, text })
}

#[cfg(test)]
mod tests {
    use super::{Element, Manuscript};

    #[test]
    fn prose_is_paragraphs_with_their_notes() {
        let manuscript = Manuscript::new().prose("One,* and\nmore.\n\n* A note.\n\nTwo.\n\n*not* a note");
        let paragraphs: Vec<(&str, usize)> = manuscript
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
