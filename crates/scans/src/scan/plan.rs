use std::path::Path;

use super::source::{Source, SourceImage};
use super::write::{ScanRequest, SpreadHalf, WRITE_SCAN, WrittenScan};
use crate::formats::file_format::FileFormat;
use crate::spread::reading_order;
use shelf_runtime::book::{Origin, PageNumber};
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Allowance, WorkerPool};

/// A page that is to be written, and where it comes from.
pub(crate) struct PlannedPage<'a> {
    pub(crate) number: PageNumber,
    pub(crate) source: &'a Source,
    /// The page in the file, from 1.
    pub(crate) page: u32,
    pub(crate) image: &'a SourceImage,
    pub(crate) half: Option<SpreadHalf>,
}

impl PlannedPage<'_> {
    /// What is recorded of the page's origin.
    pub(crate) fn origin(&self) -> Origin {
        let has_several = self.source.images.len() > 1 || self.source.input.format == FileFormat::Pdf;
        Origin {
            file: self.source.name.clone(),
            page: has_several.then_some(self.page),
            half: self.half.map(|half| half.side),
        }
    }

    /// Writes the page, with the text that comes with it, as page `number` of the book in this folder.
    pub(crate) fn write(
        &self,
        worker_pool: &WorkerPool,
        book: &Path,
        number: PageNumber,
        dpi: u32,
    ) -> Result<WrittenScan, Failure> {
        // A text that cannot be read does not cost the scan.
        let (text, unreadable) = match self.source.text(book) {
            Ok(text) => (Some(text), None),
            Err(failure) => (None, Some(Err(failure))),
        };
        let whole = ScanRequest::whole(self.source.page(self.page, dpi), &book.join("source"), number);
        let request = ScanRequest { half: self.half, text, ..whole };
        let scan = worker_pool.call(&WRITE_SCAN, request, Allowance::pixels(self.image.estimate.pixels))?;
        Ok(WrittenScan { text: unreadable.or(scan.text), ..scan })
    }
}

/// Numbers the pages, those of a spread in the order in which a book in this language is read.
pub(crate) fn plan_pages<'a>(sources: &'a [Source], language: Option<&str>) -> Vec<PlannedPage<'a>> {
    let sides = reading_order(language);
    let images =
        sources.iter().flat_map(|source| source.images.iter().zip(1..).map(move |(image, page)| (source, page, image)));
    let pages = images.flat_map(|(source, page, image)| {
        let halves = match image.gutter {
            Some(gutter) => sides.map(|side| Some(SpreadHalf { gutter, side })).to_vec(),
            None => vec![None],
        };
        halves.into_iter().map(move |half| (source, page, image, half))
    });
    let numbers = (1..).map_while(PageNumber::new);
    pages
        .zip(numbers)
        .map(|((source, page, image, half), number)| PlannedPage { number, source, page, image, half })
        .collect()
}
