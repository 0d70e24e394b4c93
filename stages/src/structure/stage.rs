use shelf::prelude::*;
use shelf_pages::{ElementContent, ExcludedKind, Structure};

use super::book_builder::{BookBuilder, excluded};
use crate::corrected::rules::word_across_pages;
use crate::merged::{MergedPage, merged};
use crate::ocr::{OcrPage, ocr};
use crate::vocabulary::InstalledDictionary;

/// Metrics of `structure` for a book.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct StructureMetrics {
    /// Headings.
    pub headings: usize,
    /// Paragraphs, quotations included.
    pub paragraphs: usize,
    /// Paragraphs joined across pages.
    pub joined_paragraphs: u32,
    /// Notes.
    pub notes: u32,
    /// Notes with a mark that was not found in the text.
    pub unlinked_notes: u32,
    /// Tables with rows and cells.
    pub tables: usize,
    /// Figures and plates.
    pub figures: usize,
    /// Pieces of verse.
    pub verses: usize,
    /// Running heads and feet that were left out.
    pub running_heads: usize,
    /// Page numbers that were left out.
    pub page_numbers: usize,
    /// Catchwords that were left out.
    pub catchwords: usize,
    /// Differences between the printed table of contents and the headings.
    #[report(flag(above = 0))]
    pub contents_differences: usize,
}

/// Finds the chapters, paragraphs, notes, tables and figures of the whole book, in reading order.
#[stage(name = "structure", version = 5, deps = [ocr, merged], scope = book)]
pub fn structure(
    ocr: Pages<OcrPage>,
    merged: Pages<MergedPage>,
    dictionary: &InstalledDictionary,
    warnings: Warnings,
) -> Result<(Structure, StructureMetrics)> {
    let whole = |before: &str, after: &str| word_across_pages(before, after, dictionary.get());
    let mut builder = BookBuilder::new(&whole);
    let mut pages = merged.iter().peekable();
    while let Some(page) = pages.next() {
        let (number, page) = page?;
        let next = match pages.peek() {
            Some(Ok((_, next))) => Some(next),
            _ => None,
        };
        builder.add(&page, &ocr.get(number)?, next);
    }
    let (book, differences, counts) = builder.finish();
    let count = |is_meant: fn(&ElementContent) -> bool| {
        book.elements.iter().filter(|element| is_meant(&element.content)).count()
    };
    let metrics = StructureMetrics {
        headings: book.outline.len(),
        paragraphs: count(|content| {
            matches!(content, ElementContent::Paragraph { .. } | ElementContent::Quotation { .. })
        }),
        joined_paragraphs: counts.joined,
        notes: counts.notes,
        unlinked_notes: counts.unlinked_notes,
        tables: count(|content| matches!(content, ElementContent::Table { .. })),
        figures: count(|content| matches!(content, ElementContent::Figure { .. })),
        verses: count(|content| matches!(content, ElementContent::Verse { .. })),
        running_heads: excluded(&book, ExcludedKind::Header) + excluded(&book, ExcludedKind::Footer),
        page_numbers: excluded(&book, ExcludedKind::PageNumber),
        catchwords: excluded(&book, ExcludedKind::Catchword),
        contents_differences: differences.len(),
    };
    for difference in differences {
        warnings.push(difference);
    }
    Ok((book, metrics))
}
