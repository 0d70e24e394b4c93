use std::io::Write as _;

use shelf_pages::HeadingKind;

use super::archive::Archive;
use super::chapter::{Chapter, ListedPages, NavEntry, PageEntry};
use super::cover::{Cover, cover};
use super::nav::{Navigation, nav};
use super::package::{CONTAINER, Package};
use super::xhtml::{ChapterWriter, FigureSize, document};
use crate::document::DocumentMetadata;
use crate::figure::{jpeg, jpeg_name};
use crate::{Block, BlockContent, ExportBook, ExportError, ExportOptions, Format, Inline, Output};

/// EPUB 3.
pub(crate) const EPUB: Format = Format {
    name: "epub",
    extension: "epub",
    about: "EPUB 3 for e-readers, with notes, figures and page numbers",
    write,
};

fn write(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let metadata = DocumentMetadata::of(book);
    let mut archive = Archive::new(output.main()?)?;
    archive.text("META-INF/container.xml", CONTAINER.as_bytes())?;
    archive.text("EPUB/style.css", include_bytes!("style.css"))?;
    let cover = cover(book, &metadata)?;
    archive.picture(&format!("EPUB/{}", cover.file), &cover.bytes)?;
    archive.text("EPUB/cover.xhtml", &cover_page(&metadata, &cover)?)?;
    let mut text = Text::new(book, &metadata);
    for block in book.blocks(options) {
        text.add(&block?, &mut archive)?;
    }
    text.finish(&mut archive)?;
    let Text { chapters, entries, pages, figures, has_captions, .. } = text;
    let first = chapters.first().map(|chapter| chapter.file.clone()).unwrap_or_default();
    let body = chapters.iter().find(|chapter| chapter.region() == "bodymatter");
    let body = body.map_or_else(|| first.clone(), |chapter| chapter.file.clone());
    let navigation = Navigation { entries: &entries, pages: &pages, first: &first, body: &body };
    archive.text("EPUB/nav.xhtml", &nav(&metadata, &navigation)?)?;
    let package = Package {
        metadata: &metadata,
        cover: &cover,
        chapters: &chapters,
        figures: &figures,
        has_captions,
        has_page_list: !pages.is_empty(),
    };
    archive.text("EPUB/package.opf", &package.document()?)?;
    Ok(archive.finish()?.flush()?)
}

fn cover_page(metadata: &DocumentMetadata, cover: &Cover) -> Result<Vec<u8>, ExportError> {
    let mut xml = document(metadata, &metadata.title)?;
    xml.open("body", &[("epub:type", "cover")])?;
    xml.open("section", &[("class", "cover"), ("aria-label", "Cover")])?;
    let alt = format!("Cover of {}", metadata.title);
    xml.empty("img", &[("role", "doc-cover"), ("src", cover.file), ("alt", &alt)])?;
    xml.finish()
}

/// The text as it is divided into chapters.
struct Text<'b> {
    book: &'b ExportBook<'b>,
    metadata: &'b DocumentMetadata,
    chapters: Vec<Chapter>,
    current: Option<ChapterWriter>,
    /// Page breaks before a heading: they belong to its chapter.
    waiting: Vec<Block>,
    entries: Vec<NavEntry>,
    pages: Vec<PageEntry>,
    figures: Vec<String>,
    has_captions: bool,
    listed: ListedPages,
}

impl<'b> Text<'b> {
    fn new(book: &'b ExportBook<'b>, metadata: &'b DocumentMetadata) -> Self {
        Self {
            book,
            metadata,
            chapters: Vec::new(),
            current: None,
            waiting: Vec::new(),
            entries: Vec::new(),
            pages: Vec::new(),
            figures: Vec::new(),
            has_captions: true,
            listed: if book.anchors().any(|anchor| anchor.printed_page_number.is_some()) {
                ListedPages::Numbered
            } else {
                ListedPages::All
            },
        }
    }

    fn add(
        &mut self,
        block: &Block,
        archive: &mut Archive<impl std::io::Write + std::io::Seek>,
    ) -> Result<(), ExportError> {
        match &block.content {
            BlockContent::PageBreak { .. } => {
                self.waiting.push(block.clone());
                return Ok(());
            }
            BlockContent::Heading { heading, .. } if *heading != HeadingKind::Section => {
                self.end_chapter(archive)?;
                self.begin_chapter(Some(*heading), &self.label(block))?;
            }
            _ => {}
        }
        self.open_chapter()?;
        for page_break in std::mem::take(&mut self.waiting) {
            self.write(&page_break, None)?;
        }
        if let BlockContent::Heading { level, .. } = &block.content {
            let href = format!("{}#h{}", self.file(), block.id);
            self.entries.push(NavEntry { level: *level, label: self.label(block), href });
        }
        let mut size = None;
        if let BlockContent::Figure { image_file: Some(image_file), caption, .. } = &block.content {
            self.has_captions &= !caption.is_empty();
            if let Some(path) = self.book.figure(image_file)? {
                let (name, picture) = (jpeg_name(image_file), jpeg(&path)?);
                archive.picture(&format!("EPUB/images/{name}"), &picture.bytes)?;
                self.figures.push(name);
                size = Some(FigureSize { width: picture.width, height: picture.height });
            }
        }
        self.write(block, size.as_ref())
    }

    fn write(&mut self, block: &Block, size: Option<&FigureSize>) -> Result<(), ExportError> {
        let file = self.file().to_owned();
        for (page, printed) in page_breaks(block) {
            if let Some(label) = self.listed.label(page, printed) {
                self.pages.push(PageEntry { label, href: format!("{file}#p{page}") });
            }
        }
        match &mut self.current {
            Some(current) => current.block(block, size),
            None => Ok(()),
        }
    }

    /// Number and title of a heading on one line.
    fn label(&self, block: &Block) -> String {
        let entry = self.book.structure().outline.iter().find(|entry| entry.element == block.id);
        let label = entry.map(shelf_pages::OutlineEntry::label).filter(|label| !label.is_empty());
        label.unwrap_or_else(|| format!("[{}]", block.page))
    }

    fn file(&self) -> &str {
        self.chapters.last().map_or("", |chapter| chapter.file.as_str())
    }

    fn open_chapter(&mut self) -> Result<(), ExportError> {
        if self.current.is_none() {
            self.begin_chapter(None, &self.metadata.title)?;
        }
        Ok(())
    }

    fn begin_chapter(&mut self, heading: Option<HeadingKind>, title: &str) -> Result<(), ExportError> {
        let chapter = Chapter::new(self.chapters.len() + 1, heading);
        let mut writer = ChapterWriter::begin(&chapter, title, self.metadata, self.listed)?;
        if let Some(notice) = self.metadata.missing_notice().filter(|_| self.chapters.is_empty()) {
            writer.notice(&notice)?;
        }
        self.chapters.push(chapter);
        self.current = Some(writer);
        Ok(())
    }

    /// Adds the chapter to the archive.
    fn end_chapter(&mut self, archive: &mut Archive<impl std::io::Write + std::io::Seek>) -> Result<(), ExportError> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let name = format!("EPUB/{}", self.file());
        archive.text(&name, &current.finish()?)
    }

    /// Ends the text: the last pages may have none, and an EPUB needs a chapter.
    fn finish(&mut self, archive: &mut Archive<impl std::io::Write + std::io::Seek>) -> Result<(), ExportError> {
        self.open_chapter()?;
        for page_break in std::mem::take(&mut self.waiting) {
            self.write(&page_break, None)?;
        }
        self.end_chapter(archive)
    }
}

/// The pages that begin in a block.
fn page_breaks(block: &Block) -> Vec<(u32, Option<&str>)> {
    let texts: Vec<&[Inline]> = match &block.content {
        BlockContent::PageBreak { printed_page_number } => return vec![(block.page, printed_page_number.as_deref())],
        BlockContent::Heading { number, title, .. } => vec![number, title],
        BlockContent::Paragraph { text }
        | BlockContent::Quotation { text }
        | BlockContent::Epigraph { text }
        | BlockContent::Note { text, .. } => vec![text],
        BlockContent::Verse { lines } | BlockContent::Lines { lines, .. } => lines.iter().map(Vec::as_slice).collect(),
        BlockContent::Table { rows } => rows.iter().flatten().map(Vec::as_slice).collect(),
        BlockContent::Figure { caption, .. } => vec![caption],
    };
    let breaks = texts.into_iter().flatten().filter_map(|inline| match inline {
        Inline::PageBreak { page, printed_page_number, .. } => Some((*page, printed_page_number.as_deref())),
        _ => None,
    });
    breaks.collect()
}
