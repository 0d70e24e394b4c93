use std::io::Write;

use shelf_pages::{ExcludedKind, HeadingKind, LinesKind, MergedPage, span_text};
use shelf_runtime::book::PageNumber;

use super::header::surface;
use crate::xml::Xml;
use crate::{Block, BlockContent, ExportBook, ExportError, Inline};

/// Writes the text into `front`, `body` and `back`, with nested divisions.
pub(super) struct BodyWriter<'x, 'b, W: Write> {
    xml: &'x mut Xml<W>,
    book: &'b ExportBook<'b>,
    part: Option<Part>,
    has_body: bool,
    /// Divisions of the part that is open.
    divisions: usize,
    /// The levels of the divisions that are open; 0 is one without a heading.
    open: Vec<u32>,
    /// Page breaks before a heading: they belong to its division.
    waiting: Vec<(u32, Option<String>)>,
}

/// `front`, `body` or `back`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Front,
    Body,
    Back,
}

impl<'x, 'b, W: Write> BodyWriter<'x, 'b, W> {
    pub(super) fn new(xml: &'x mut Xml<W>, book: &'b ExportBook<'b>) -> Self {
        Self { xml, book, part: None, has_body: false, divisions: 0, open: Vec::new(), waiting: Vec::new() }
    }

    pub(super) fn block(&mut self, block: &Block) -> Result<(), ExportError> {
        match &block.content {
            BlockContent::PageBreak { printed_page_number } => {
                self.waiting.push((block.page, printed_page_number.clone()));
                return Ok(());
            }
            BlockContent::Heading { heading, level, number, title } => {
                self.begin(part_of(*heading))?;
                while self.open.last().is_some_and(|open| *open == 0 || open >= level) {
                    self.open.pop();
                    self.xml.close_line()?;
                }
                self.xml.open("div", &[("type", heading_type(*heading))])?;
                self.xml.line()?;
                self.open.push(*level);
                self.divisions += 1;
                self.page_breaks()?;
                return self.heading(number, title);
            }
            BlockContent::Lines {
                part: LinesKind::TitlePage | LinesKind::Copyright | LinesKind::Dedication, ..
            } if self.part.is_none() => {
                self.begin(Part::Front)?;
            }
            _ => {}
        }
        if self.part.is_none() {
            self.begin(Part::Body)?;
        }
        if self.open.is_empty() {
            self.xml.open("div", &[])?;
            self.xml.line()?;
            self.open.push(0);
            self.divisions += 1;
        }
        self.page_breaks()?;
        self.content(block)
    }

    /// Closes all, with an empty body if there is none.
    pub(super) fn finish(&mut self) -> Result<(), ExportError> {
        if self.open.is_empty() {
            self.begin(Part::Body)?;
        }
        self.page_breaks()?;
        if !self.has_body {
            self.begin(Part::Body)?;
        }
        while self.open.pop().is_some() {
            self.xml.close_line()?;
        }
        self.end_part()
    }

    /// Goes on to another part of the text; earlier parts cannot be written any more.
    fn begin(&mut self, part: Part) -> Result<(), ExportError> {
        if self.part.is_some_and(|current| current >= part) {
            return Ok(());
        }
        while self.open.pop().is_some() {
            self.xml.close_line()?;
        }
        self.end_part()?;
        if part == Part::Back && !self.has_body {
            self.begin(Part::Body)?;
            self.end_part()?;
        }
        let name = match part {
            Part::Front => "front",
            Part::Body => "body",
            Part::Back => "back",
        };
        self.has_body |= part == Part::Body;
        self.part = Some(part);
        self.divisions = 0;
        self.xml.open(name, &[])?;
        self.xml.line()
    }

    fn end_part(&mut self) -> Result<(), ExportError> {
        match self.part.take() {
            // A body is not empty.
            Some(Part::Body) if self.divisions == 0 => {
                self.xml.empty("anchor", &[])?;
                self.xml.close_line()
            }
            Some(_) => self.xml.close_line(),
            None => Ok(()),
        }
    }

    fn heading(&mut self, number: &[Inline], title: &[Inline]) -> Result<(), ExportError> {
        for (kind, text) in [("number", number), ("title", title)] {
            if !text.is_empty() {
                self.xml.open("head", &[("type", kind)])?;
                self.inlines(text)?;
                self.xml.close_line()?;
            }
        }
        Ok(())
    }

    fn content(&mut self, block: &Block) -> Result<(), ExportError> {
        match &block.content {
            BlockContent::Heading { .. } | BlockContent::PageBreak { .. } => Ok(()),
            BlockContent::Paragraph { text } => self.paragraph(text),
            BlockContent::Quotation { text } => self.quotation(&[], text),
            BlockContent::Epigraph { text } => self.quotation(&[("type", "epigraph")], text),
            BlockContent::Verse { lines } => {
                self.xml.open("lg", &[])?;
                self.xml.line()?;
                for line in lines {
                    self.xml.open("l", &[])?;
                    self.inlines(line)?;
                    self.xml.close_line()?;
                }
                self.xml.close_line()
            }
            BlockContent::Lines { part: LinesKind::TableOfContents, lines } => {
                self.xml.open("list", &[])?;
                for line in lines {
                    self.xml.open("item", &[])?;
                    self.inlines(line)?;
                    self.xml.close_line()?;
                }
                self.xml.close_line()
            }
            BlockContent::Lines { part, lines } => {
                self.xml.open("ab", &[("type", lines_type(*part))])?;
                for (at, line) in lines.iter().enumerate() {
                    if at > 0 {
                        self.xml.empty("lb", &[])?;
                        self.xml.line()?;
                    }
                    self.inlines(line)?;
                }
                self.xml.close_line()
            }
            BlockContent::Table { rows } => {
                self.xml.open("table", &[])?;
                self.xml.line()?;
                for row in rows {
                    self.xml.open("row", &[])?;
                    for cell in row {
                        self.xml.open("cell", &[])?;
                        self.inlines(cell)?;
                        self.xml.close()?;
                    }
                    self.xml.close_line()?;
                }
                self.xml.close_line()
            }
            BlockContent::Figure { image_file, caption, .. } => {
                self.xml.open("figure", &[])?;
                if let Some(image_file) = image_file {
                    self.xml.empty("graphic", &[("url", &format!("images/{image_file}"))])?;
                }
                if !caption.is_empty() {
                    self.xml.open("head", &[])?;
                    self.inlines(caption)?;
                    self.xml.close()?;
                }
                self.xml.close_line()
            }
            BlockContent::Note { mark, refers_to, text, .. } => {
                let (id, target) = (format!("n{}", block.id), format!("#r{}", block.id));
                let mut attributes = vec![("place", "foot"), ("xml:id", id.as_str())];
                attributes.extend(mark.as_deref().map(|mark| ("n", mark)));
                if refers_to.is_some() {
                    attributes.push(("target", &target));
                }
                self.xml.open("note", &attributes)?;
                self.inlines(text)?;
                self.xml.close_line()
            }
        }
    }

    fn paragraph(&mut self, text: &[Inline]) -> Result<(), ExportError> {
        self.xml.open("p", &[])?;
        self.inlines(text)?;
        self.xml.close_line()
    }

    fn quotation(&mut self, attributes: &[(&str, &str)], text: &[Inline]) -> Result<(), ExportError> {
        self.xml.open("quote", attributes)?;
        self.paragraph(text)?;
        self.xml.close_line()
    }

    fn inlines(&mut self, text: &[Inline]) -> Result<(), ExportError> {
        for inline in text {
            match inline {
                Inline::Text { text } => self.xml.text(text)?,
                Inline::NoteMark { note, mark } => {
                    let (id, target) = (format!("r{note}"), format!("#n{note}"));
                    self.xml.open("ref", &[("xml:id", &id), ("type", "note"), ("target", &target)])?;
                    self.xml.text(mark)?;
                    self.xml.close()?;
                }
                Inline::PageBreak { page, printed_page_number, within_word } => {
                    self.page_break(*page, printed_page_number.as_deref(), *within_word)?;
                }
            }
        }
        Ok(())
    }

    fn page_breaks(&mut self) -> Result<(), ExportError> {
        for (page, printed) in std::mem::take(&mut self.waiting) {
            self.page_break(page, printed.as_deref(), false)?;
            self.xml.line()?;
        }
        Ok(())
    }

    /// The page break, with the running heads and page number that are printed on the page.
    fn page_break(&mut self, page: u32, printed: Option<&str>, within_word: bool) -> Result<(), ExportError> {
        let facs = format!("#{}", surface(page));
        let mut attributes = vec![("facs", facs.as_str())];
        attributes.extend(printed.map(|printed| ("n", printed)));
        if within_word {
            attributes.push(("break", "no"));
        }
        self.xml.empty("pb", &attributes)?;
        let excluded = self.book.anchors().find(|anchor| anchor.page == page).map(|anchor| &anchor.excluded);
        let Some((excluded, number)) = excluded.filter(|excluded| !excluded.is_empty()).zip(PageNumber::new(page))
        else {
            return Ok(());
        };
        let merged: MergedPage = self.book.merged(number)?;
        for text in excluded {
            let Some((kind, place)) = forme_work(text.kind) else { continue };
            let printed = span_text(&merged, &text.span).ok_or_else(|| self.book.stale(page))?;
            self.xml.open("fw", &[("type", kind), ("place", place)])?;
            self.xml.text(&shelf_pages::join_lines(printed))?;
            self.xml.close()?;
        }
        Ok(())
    }
}

fn part_of(heading: HeadingKind) -> Part {
    match heading {
        HeadingKind::FrontMatter => Part::Front,
        HeadingKind::Part | HeadingKind::Chapter | HeadingKind::Section => Part::Body,
        HeadingKind::BackMatter => Part::Back,
    }
}

fn heading_type(heading: HeadingKind) -> &'static str {
    match heading {
        HeadingKind::FrontMatter => "front_matter",
        HeadingKind::Part => "part",
        HeadingKind::Chapter => "chapter",
        HeadingKind::Section => "section",
        HeadingKind::BackMatter => "back_matter",
    }
}

fn lines_type(part: LinesKind) -> &'static str {
    match part {
        LinesKind::TitlePage => "title_page",
        LinesKind::Copyright => "copyright",
        LinesKind::Dedication => "dedication",
        LinesKind::TableOfContents => "contents",
        LinesKind::Index => "index",
        LinesKind::Table => "table",
        LinesKind::Other => "other",
    }
}

/// `type` and `place` of `fw`; none for what is not forme work.
fn forme_work(kind: ExcludedKind) -> Option<(&'static str, &'static str)> {
    match kind {
        ExcludedKind::Header => Some(("header", "top")),
        ExcludedKind::Footer => Some(("footer", "bottom")),
        ExcludedKind::PageNumber => Some(("pageNum", "margin")),
        ExcludedKind::Catchword => Some(("catch", "bottom")),
        ExcludedKind::FigureLabel | ExcludedKind::Artifact => None,
    }
}
