use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use shelf_pages::{OutlineEntry, TextRole};

use super::alto::{AltoFile, labels};
use super::division::MetsDivision;
use super::hocr::HocrFile;
use super::mets::{MetsPage, PageFormat, write_mets};
use super::page::{LayoutBook, LayoutPage};
use super::page_xml::write_page_xml;
use crate::catalogue::elements;
use crate::output::flush;
use crate::scanned_page::{ScannedPage, scanned_pages};
use crate::{DocumentMetadata, ExportBook, ExportError, ExportOptions, Format, Output};

pub(crate) const HOCR: Format = Format {
    name: "hocr",
    extension: "hocr.html",
    about: "hOCR: words with boxes and confidence, one file",
    write: write_hocr,
};

pub(crate) const ALTO: Format = Format {
    name: "alto",
    extension: "alto.xml",
    about: "ALTO 4: words with boxes and confidence, one file",
    write: write_alto,
};

pub(crate) const METS: Format = Format {
    name: "mets",
    extension: "mets.xml",
    about: "METS with the parts of the book, the scans and an ALTO file for each page, in a folder",
    write: |book, output, options| write_folder(PageFormat::Alto, book, output, options),
};

pub(crate) const PAGE: Format = Format {
    name: "page",
    extension: "page.mets.xml",
    about: "PAGE XML for each page and the scans in a folder, with METS",
    write: |book, output, options| write_folder(PageFormat::PageXml, book, output, options),
};

fn write_hocr(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let mut file = HocrFile::start(output.main()?, &layout_book(book))?;
    for page in scanned_pages(book) {
        let page = page?;
        if let Some(layout) = layout_page(&page) {
            file.add_page(&layout)?;
            options.done(page.number)?;
        }
    }
    flush(file.finish()?)
}

fn write_alto(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    // Labels come before the pages that have them.
    let mut all = BTreeSet::new();
    for number in book.numbers() {
        let merged = book.merged(*number)?;
        let labels = merged.blocks.iter().map(|block| block.classification);
        all.extend(labels.filter(|label| label.role() != TextRole::Noise).map(super::hocr::label));
    }
    let mut file = AltoFile::start(output.main()?, &layout_book(book), None, &all)?;
    for page in scanned_pages(book) {
        let page = page?;
        if let Some(layout) = layout_page(&page) {
            file.add_page(&layout)?;
            options.done(page.number)?;
        }
    }
    flush(file.finish()?)
}

/// Writes the scans and the texts of the pages into the folder, and METS as the main file.
fn write_folder(
    format: PageFormat,
    book: &ExportBook,
    output: &mut Output,
    options: &ExportOptions,
) -> Result<(), ExportError> {
    let layout_book = layout_book(book);
    let mut pages = Vec::new();
    for page in scanned_pages(book) {
        let page = page?;
        let mut files = MetsPage { number: page.number.get(), ..MetsPage::default() };
        files.printed_page_number.clone_from(&page.printed_page_number);
        if let (Some(path), Some(name)) = (&page.scan, scan_name(&page)) {
            copy(path, output, name)?;
            files.scan = Some(output.link(name));
        }
        if let Some(layout) = layout_page(&page) {
            let name = format!("{}.xml", page.number.stem());
            let out = output.beside(&name)?;
            flush(match format {
                PageFormat::Alto => {
                    let mut file = AltoFile::start(out, &layout_book, layout.scan, &labels(&layout))?;
                    file.add_page(&layout)?;
                    file.finish()?
                }
                PageFormat::PageXml => write_page_xml(out, &layout_book, &layout)?,
            })?;
            files.text = Some(output.link(&name));
        }
        pages.push(files);
        options.done(page.number)?;
    }
    let outline: Vec<&OutlineEntry> = book.outline().collect();
    let numbers: Vec<u32> = pages.iter().map(|page| page.number).collect();
    let divisions = MetsDivision::of(&outline, &book.structure().elements, &numbers);
    flush(write_mets(output.main()?, &layout_book, format, &pages, &divisions)?)
}

fn copy(scan: &Path, output: &Output, name: &str) -> Result<(), ExportError> {
    let mut file = output.beside(name)?;
    let copied = File::open(scan).and_then(|mut scan| io::copy(&mut scan, &mut file));
    copied.map_err(|source| ExportError::Io { path: scan.to_owned(), source })?;
    flush(file)
}

fn layout_book(book: &ExportBook) -> LayoutBook {
    let metadata = DocumentMetadata::of(book);
    let has_field = |element: &str| ["title", "creator", "publisher", "date", "language"].contains(&element);
    LayoutBook {
        further: elements(&metadata).into_iter().filter(|(element, _)| !has_field(element)).collect(),
        notice: metadata.missing_notice(),
        date: metadata.date().to_owned(),
        title: metadata.title,
        author: metadata.author,
        publisher: metadata.publisher,
        year: metadata.year,
        languages: metadata.languages,
        producer: metadata.generator,
    }
}

/// `None` for a page without text.
fn layout_page(page: &ScannedPage) -> Option<LayoutPage<'_>> {
    Some(LayoutPage {
        number: page.number.get(),
        scan: scan_name(page),
        dpi: Some(page.dpi),
        printed_page_number: page.printed_page_number.as_deref(),
        text: page.text.as_ref()?,
    })
}

fn scan_name(page: &ScannedPage) -> Option<&str> {
    page.scan.as_deref()?.file_name()?.to_str()
}
