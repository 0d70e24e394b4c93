use std::collections::{HashSet, VecDeque};

use shelf_pages::{Element, ElementContent, MergedPage, PageAnchor, Passage, span_text};
use shelf_runtime::book::PageNumber;

use super::passage_writer::PassageWriter;
use super::{Block, BlockContent, Inline};
use crate::{ExportBook, ExportError, ExportOptions};

/// Merged pages that are kept: a paragraph and the notes of its first page go on over few pages.
const KEPT_PAGES: usize = 4;

/// The blocks of a book, read page by page.
pub struct Blocks<'b> {
    book: &'b ExportBook<'b>,
    options: &'b ExportOptions<'b>,
    elements: std::slice::Iter<'b, Element>,
    anchors: std::iter::Peekable<std::slice::Iter<'b, PageAnchor>>,
    /// Blocks to be returned before the next element.
    ready: VecDeque<Block>,
    pages: VecDeque<MergedPage>,
    /// The elements that are exported: a mark whose note is on another page has no link.
    exported: HashSet<u32>,
    is_ended: bool,
}

impl<'b> Blocks<'b> {
    pub(crate) fn new(book: &'b ExportBook<'b>, options: &'b ExportOptions<'b>) -> Self {
        let structure = book.structure();
        let is_exported = |element: &&Element| {
            let passages = element.content.passages();
            let mut spans = passages.iter().flat_map(|passage| &passage.spans).peekable();
            match spans.peek() {
                None => book.contains(element.page),
                Some(_) => spans.any(|span| book.contains(span.page)),
            }
        };
        Self {
            book,
            options,
            elements: structure.elements.iter(),
            anchors: structure.anchors.iter().peekable(),
            ready: VecDeque::new(),
            pages: VecDeque::new(),
            exported: structure.elements.iter().filter(is_exported).map(|element| element.id).collect(),
            is_ended: false,
        }
    }

    fn block(&mut self, element: &Element) -> Result<Block, ExportError> {
        use ElementContent as From;
        // A heading or picture that begins a page is after the page break.
        let before = match &element.content {
            From::Note { .. } => Vec::new(),
            _ => self.page_breaks(element.page),
        };
        for inline in before {
            if let Inline::PageBreak { page, printed_page_number, .. } = inline {
                let content = BlockContent::PageBreak { printed_page_number };
                self.ready.push_back(Block { id: 0, page, content });
            }
        }
        let content = match &element.content {
            From::Heading { heading, level, number, title } => BlockContent::Heading {
                heading: *heading,
                level: *level,
                number: number.as_ref().map(|number| self.text(number)).transpose()?.unwrap_or_default(),
                title: self.text(title)?,
            },
            From::Paragraph { text } => BlockContent::Paragraph { text: self.text(text)? },
            From::Quotation { text } => BlockContent::Quotation { text: self.text(text)? },
            From::Epigraph { text } => BlockContent::Epigraph { text: self.text(text)? },
            From::Verse { lines } => BlockContent::Verse { lines: self.lines(lines)? },
            From::Lines { part, lines } => BlockContent::Lines { part: *part, lines: self.lines(lines)? },
            From::Table { rows } => {
                let row = |row: &shelf_pages::TableRow| {
                    row.cells.iter().map(|cell| self.text(&cell.text)).collect::<Result<Vec<_>, _>>()
                };
                BlockContent::Table { rows: rows.iter().map(row).collect::<Result<_, _>>()? }
            }
            From::Figure { image_file, bbox, plate, caption } => BlockContent::Figure {
                image_file: image_file.clone(),
                bbox: *bbox,
                plate: *plate,
                caption: self.text(caption)?,
            },
            From::Note { place, mark, refers_to, text } => BlockContent::Note {
                place: *place,
                mark: mark.clone(),
                refers_to: refers_to.filter(|id| self.exported.contains(id)),
                text: self.text(text)?,
            },
        };
        Ok(Block { id: element.id, page: element.page, content })
    }

    fn lines(&mut self, lines: &[Passage]) -> Result<Vec<Vec<Inline>>, ExportError> {
        lines.iter().map(|line| self.text(line)).collect()
    }

    fn text(&mut self, passage: &Passage) -> Result<Vec<Inline>, ExportError> {
        let mut writer = PassageWriter::default();
        for span in passage.spans.iter().filter(|span| self.book.contains(span.page)) {
            let page_breaks = self.page_breaks(span.page);
            let note = span.note.filter(|note| self.exported.contains(note));
            let book = self.book;
            let page = self.page(span.page)?;
            let Some(text) = span_text(page, span) else { return Err(book.stale(span.page)) };
            match note {
                Some(note) => {
                    let mark = text.trim().to_owned();
                    writer.add_mark(note, &mark);
                }
                None => writer.add(text, span.join, page_breaks),
            }
        }
        Ok(writer.finish())
    }

    /// The beginnings of the pages up to `page` that have not been returned.
    fn page_breaks(&mut self, page: u32) -> Vec<Inline> {
        let mut breaks = Vec::new();
        while let Some(anchor) = self.anchors.next_if(|anchor| anchor.page <= page) {
            if self.book.contains(anchor.page) {
                breaks.push(Inline::PageBreak {
                    page: anchor.page,
                    printed_page_number: anchor.printed_page_number.clone(),
                    within_word: false,
                });
            }
        }
        breaks
    }

    fn page(&mut self, number: u32) -> Result<&MergedPage, ExportError> {
        let found = self.pages.iter().position(|page| page.page_number == number);
        let at = if let Some(at) = found {
            at
        } else {
            let page = PageNumber::new(number).ok_or_else(|| self.book.stale(number))?;
            let merged = self.book.merged(page)?;
            self.options.done(page)?;
            if self.pages.len() == KEPT_PAGES {
                self.pages.pop_front();
            }
            self.pages.push_back(merged);
            self.pages.len() - 1
        };
        Ok(&self.pages[at])
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Block, ExportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(block) = self.ready.pop_front() {
            return Some(Ok(block));
        }
        let exported = &self.exported;
        match self.elements.find(|element| exported.contains(&element.id)) {
            Some(element) => match self.block(element) {
                Ok(block) => {
                    self.ready.push_back(block);
                    self.ready.pop_front().map(Ok)
                }
                Err(error) => Some(Err(error)),
            },
            None if !self.is_ended => {
                self.is_ended = true;
                for inline in self.page_breaks(u32::MAX) {
                    if let Inline::PageBreak { page, printed_page_number, .. } = inline {
                        let content = BlockContent::PageBreak { printed_page_number };
                        self.ready.push_back(Block { id: 0, page, content });
                    }
                }
                self.ready.pop_front().map(Ok)
            }
            None => None,
        }
    }
}
