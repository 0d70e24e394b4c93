use shelf_pages::LinesKind;

use super::chapter::{Chapter, ListedPages};
use crate::document::DocumentMetadata;
use crate::figure::jpeg_name;
use crate::xml::Xml;
use crate::{Block, BlockContent, ExportError, Inline};

/// Begins an XHTML document; its body is still to be opened.
pub(super) fn document(metadata: &DocumentMetadata, title: &str) -> Result<Xml<Vec<u8>>, ExportError> {
    let mut xml = Xml::document(Vec::new())?;
    xml.raw("<!DOCTYPE html>\n")?;
    let language = metadata.language();
    let html = [
        ("xmlns", "http://www.w3.org/1999/xhtml"),
        ("xmlns:epub", "http://www.idpf.org/2007/ops"),
        ("lang", language),
        ("xml:lang", language),
    ];
    xml.open("html", &html)?;
    xml.line()?;
    xml.open("head", &[])?;
    xml.element("title", &[], title)?;
    xml.empty("link", &[("rel", "stylesheet"), ("type", "text/css"), ("href", "style.css")])?;
    xml.close_line()?;
    Ok(xml)
}

/// The text of a chapter, written block by block.
pub(super) struct ChapterWriter {
    xml: Xml<Vec<u8>>,
    /// Whether a quotation is open, to which the next paragraph may belong.
    in_quotation: bool,
    listed: ListedPages,
}

/// A figure as it is referred to.
pub(super) struct FigureSize {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl ChapterWriter {
    pub(super) fn begin(
        chapter: &Chapter,
        title: &str,
        metadata: &DocumentMetadata,
        listed: ListedPages,
    ) -> Result<Self, ExportError> {
        let mut xml = document(metadata, title)?;
        xml.open("body", &[("epub:type", chapter.region())])?;
        xml.line()?;
        match chapter.semantics() {
            Some((kind, role)) => xml.open("section", &[("epub:type", kind), ("role", role), ("aria-label", title)])?,
            None => xml.open("section", &[])?,
        }
        xml.line()?;
        Ok(Self { xml, in_quotation: false, listed })
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, ExportError> {
        self.end_quotation()?;
        self.xml.finish()
    }

    /// Says that pages are missing.
    pub(super) fn notice(&mut self, notice: &str) -> Result<(), ExportError> {
        self.xml.element("p", &[("class", "notice")], notice)
    }

    /// Adds a block; a figure has its size if its picture is in the EPUB.
    pub(super) fn block(&mut self, block: &Block, figure: Option<&FigureSize>) -> Result<(), ExportError> {
        if !matches!(block.content, BlockContent::Quotation { .. } | BlockContent::PageBreak { .. }) {
            self.end_quotation()?;
        }
        match &block.content {
            BlockContent::Heading { level, number, title, .. } => self.heading(block.id, *level, number, title),
            BlockContent::Paragraph { text } => self.paragraph(text),
            BlockContent::Quotation { text } => {
                if !self.in_quotation {
                    self.xml.open("blockquote", &[])?;
                    self.in_quotation = true;
                }
                self.paragraph(text)
            }
            BlockContent::Epigraph { text } => {
                self.xml.open("blockquote", &[("epub:type", "epigraph"), ("role", "doc-epigraph")])?;
                self.paragraph(text)?;
                self.xml.close_line()
            }
            BlockContent::Verse { lines } => {
                self.xml.open("div", &[("class", "verse")])?;
                self.lines("verse-lines", lines)?;
                self.xml.close_line()
            }
            BlockContent::Lines { lines, part } => self.lines(lines_class(*part), lines),
            BlockContent::Table { rows } => self.table(rows),
            BlockContent::Figure { image_file, caption, .. } => {
                self.figure(block.page, image_file.as_deref().zip(figure), caption)
            }
            BlockContent::Note { mark, refers_to, text, .. } => self.note(block.id, mark.as_deref(), *refers_to, text),
            BlockContent::PageBreak { printed_page_number } => {
                self.page_break(block.page, printed_page_number.as_deref())?;
                self.xml.line()
            }
        }
    }

    fn heading(&mut self, id: u32, level: u32, number: &[Inline], title: &[Inline]) -> Result<(), ExportError> {
        let name = format!("h{}", level.min(6));
        self.xml.open(&name, &[("id", &format!("h{id}"))])?;
        if !number.is_empty() {
            self.xml.open("span", &[("class", "number")])?;
            self.inlines(number)?;
            self.xml.close()?;
            if !title.is_empty() {
                self.xml.text(" ")?;
            }
        }
        self.inlines(title)?;
        self.xml.close_line()
    }

    fn paragraph(&mut self, text: &[Inline]) -> Result<(), ExportError> {
        self.xml.open("p", &[])?;
        self.inlines(text)?;
        self.xml.close_line()
    }

    fn lines(&mut self, class: &str, lines: &[Vec<Inline>]) -> Result<(), ExportError> {
        self.xml.open("p", &[("class", &format!("lines {class}"))])?;
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.xml.empty("br", &[])?;
                self.xml.line()?;
            }
            self.inlines(line)?;
        }
        self.xml.close_line()
    }

    fn table(&mut self, rows: &[Vec<Vec<Inline>>]) -> Result<(), ExportError> {
        self.xml.open("table", &[])?;
        self.xml.line()?;
        for row in rows {
            self.xml.open("tr", &[])?;
            for cell in row {
                self.xml.open("td", &[])?;
                self.inlines(cell)?;
                self.xml.close()?;
            }
            self.xml.close_line()?;
        }
        self.xml.close_line()
    }

    fn figure(&mut self, page: u32, image: Option<(&str, &FigureSize)>, caption: &[Inline]) -> Result<(), ExportError> {
        self.xml.open("figure", &[])?;
        if let Some((image_file, size)) = image {
            let plain = Inline::plain(caption);
            let alt =
                if plain.is_empty() { format!("Figure without a caption on page {page} of the scans") } else { plain };
            let src = format!("images/{}", jpeg_name(image_file));
            let (width, height) = (size.width.to_string(), size.height.to_string());
            self.xml.empty("img", &[("src", &src), ("alt", &alt), ("width", &width), ("height", &height)])?;
        }
        if !caption.is_empty() {
            self.xml.open("figcaption", &[])?;
            self.inlines(caption)?;
            self.xml.close()?;
        }
        self.xml.close_line()
    }

    /// A note that is linked both ways, or one whose mark was not found.
    fn note(
        &mut self,
        id: u32,
        mark: Option<&str>,
        refers_to: Option<u32>,
        text: &[Inline],
    ) -> Result<(), ExportError> {
        let mark = mark.unwrap_or("*");
        if refers_to.is_some() {
            let attributes = [("epub:type", "footnote"), ("role", "doc-footnote"), ("id", &format!("n{id}"))];
            self.xml.open("aside", &attributes)?;
            self.xml.open("p", &[])?;
            self.xml.open("a", &[("role", "doc-backlink"), ("href", &format!("#r{id}"))])?;
            self.xml.text(mark)?;
            self.xml.close()?;
        } else {
            self.xml.open("aside", &[("id", &format!("n{id}")), ("aria-label", "Note")])?;
            self.xml.open("p", &[])?;
            self.xml.text(mark)?;
        }
        self.xml.text(" ")?;
        self.inlines(text)?;
        self.xml.close()?;
        self.xml.close_line()
    }

    fn inlines(&mut self, text: &[Inline]) -> Result<(), ExportError> {
        for inline in text {
            match inline {
                Inline::Text { text } => self.xml.text(text)?,
                Inline::NoteMark { note, mark } => {
                    let (id, href) = (format!("r{note}"), format!("#n{note}"));
                    let attributes = [
                        ("epub:type", "noteref"),
                        ("role", "doc-noteref"),
                        ("id", id.as_str()),
                        ("href", href.as_str()),
                    ];
                    self.xml.open("sup", &[])?;
                    self.xml.open("a", &attributes)?;
                    self.xml.text(mark)?;
                    self.xml.close()?;
                    self.xml.close()?;
                }
                Inline::PageBreak { page, printed_page_number, .. } => {
                    self.page_break(*page, printed_page_number.as_deref())?;
                }
            }
        }
        Ok(())
    }

    fn page_break(&mut self, page: u32, printed: Option<&str>) -> Result<(), ExportError> {
        let id = format!("p{page}");
        let Some(label) = self.listed.label(page, printed) else { return self.xml.empty("span", &[("id", &id)]) };
        let attributes = [("epub:type", "pagebreak"), ("role", "doc-pagebreak"), ("id", &id), ("aria-label", &label)];
        self.xml.empty("span", &attributes)
    }

    fn end_quotation(&mut self) -> Result<(), ExportError> {
        if std::mem::take(&mut self.in_quotation) {
            self.xml.close_line()?;
        }
        Ok(())
    }
}

fn lines_class(part: LinesKind) -> &'static str {
    match part {
        LinesKind::TitlePage => "title-page",
        LinesKind::Copyright => "copyright",
        LinesKind::Dedication => "dedication",
        LinesKind::TableOfContents => "contents",
        LinesKind::Index => "index",
        LinesKind::Table => "table",
        LinesKind::Other => "other",
    }
}
