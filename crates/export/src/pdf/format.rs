use std::fs;

use shelf_pages::OutlineEntry;

use super::{OutlineItem, PdfDocument, PdfError, PdfInfo, PdfPage};
use crate::scanned_page::scanned_pages;
use crate::{DocumentMetadata, ExportBook, ExportError, ExportOptions, Format, Output};

pub(crate) const PDF: Format =
    Format { name: "pdf", extension: "pdf", about: "searchable PDF (PDF/A-2b): the scans with invisible text", write };

fn write(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let metadata = DocumentMetadata::of(book);
    let mut document = PdfDocument::start(output.main()?, info_of(&metadata))?.with_images(options.pdf_images);
    let mut numbers = Vec::new();
    if let Some(notice) = metadata.missing_notice() {
        document.add_notice(&notice)?;
        // The notice has no scan, but it is a page of the PDF.
        numbers.push(0);
    }
    for page in scanned_pages(book) {
        let page = page?;
        // A page whose scan is missing is left out, and was reported as missing.
        let Some(path) = &page.scan else { continue };
        let scan = fs::read(path).map_err(|source| ExportError::Io { path: path.clone(), source })?;
        let label = page.printed_page_number.clone().unwrap_or_else(|| format!("scan {}", page.number));
        let text = page.text.as_ref();
        let added = document.add_page(&PdfPage { scan: &scan, dpi: page.dpi, text, label: Some(&label) });
        added.map_err(|error| match error {
            PdfError::Io(error) => ExportError::Write(error),
            PdfError::Image(source) => ExportError::Scan { page: page.number.get(), source },
        })?;
        numbers.push(page.number.get());
        options.done(page.number)?;
    }
    let entries: Vec<&OutlineEntry> = book.outline().collect();
    document.finish(&bookmarks(&entries, &numbers))?;
    Ok(())
}

fn info_of(metadata: &DocumentMetadata) -> PdfInfo {
    let is_known = |language: &&String| *language != "und";
    let isbn = metadata.isbn.as_ref().map(|isbn| format!("urn:isbn:{isbn}"));
    PdfInfo {
        title: Some(metadata.title.clone()),
        author: metadata.author.clone(),
        publisher: metadata.publisher.clone(),
        year: metadata.year,
        contributors: metadata.contributors.iter().map(ToString::to_string).collect(),
        rights: metadata.rights.clone(),
        description: metadata.missing_notice(),
        languages: metadata.languages.iter().filter(is_known).cloned().collect(),
        identifier: Some(isbn.unwrap_or_else(|| format!("urn:uuid:{}", metadata.uuid))),
        producer: metadata.generator.clone(),
    }
}

/// The headings as a tree: each is below the last one before it that has a lower level. `pages` are the numbers of the scans in the PDF.
fn bookmarks(entries: &[&OutlineEntry], pages: &[u32]) -> Vec<OutlineItem> {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(entry) = entries.get(at) {
        let below = entries[at + 1..].iter().take_while(|later| later.level > entry.level).count();
        let children = bookmarks(&entries[at + 1..=at + below], pages);
        at += 1 + below;
        if let Ok(page) = pages.binary_search(&entry.page) {
            items.push(OutlineItem { title: title_of(entry), page, children });
        }
    }
    items
}

fn title_of(entry: &OutlineEntry) -> String {
    let parts = [entry.number.as_deref(), Some(entry.title.as_str())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use shelf_pages::HeadingKind;

    use super::*;

    #[test]
    fn bookmarks_are_nested_by_level() {
        let entry = |level, title: &str, page| OutlineEntry {
            element: 1,
            heading: HeadingKind::Chapter,
            level,
            number: (level == 1).then(|| "I.".to_owned()),
            title: title.to_owned(),
            page,
            printed_page_number: None,
        };
        let entries = [entry(2, "Preface", 3), entry(1, "One", 4), entry(2, "A", 4), entry(3, "B", 5), entry(1, "", 9)];
        let found = bookmarks(&entries.iter().collect::<Vec<_>>(), &[3, 4, 5, 9]);
        let item = |title: &str, page, children| OutlineItem { title: title.to_owned(), page, children };
        let one = item("I. One", 1, vec![item("A", 1, vec![item("B", 2, vec![])])]);
        assert_eq!(found, [item("Preface", 0, vec![]), one, item("I.", 3, vec![])]);
    }
}
