use std::collections::BTreeMap;
use std::path::PathBuf;

use shelf_pages::{MergedPage, OcrPage};
use shelf_runtime::book::PageNumber;
use shelf_runtime::page::Timestamp;

use crate::placed_words::PlacedPage;
use crate::{ExportBook, ExportError};

/// Resolution of scans of other programs, of which none is known, dots per inch.
const DEFAULT_DPI: f64 = 300.0;

/// A page as it is on its scan, for the formats that keep the layout.
#[derive(Debug)]
pub(crate) struct ScannedPage {
    pub(crate) number: PageNumber,
    /// Its words; `None` for a page that failed or was not processed.
    pub(crate) text: Option<PlacedPage>,
    pub(crate) printed_page_number: Option<String>,
    /// The file of its scan; `None` if it is not in the library.
    pub(crate) scan: Option<PathBuf>,
    /// Resolution of the scan, dots per inch.
    pub(crate) dpi: f64,
}

/// All selected pages, ascending: those that were read, and those of which there is only a scan. They are read one after the other.
pub(crate) fn scanned_pages<'b>(book: &'b ExportBook) -> impl Iterator<Item = Result<ScannedPage, ExportError>> + 'b {
    let read = book.numbers().iter().map(|number| (*number, true));
    let missing = book.missing().iter().filter_map(|page| Some((PageNumber::new(page.page)?, false)));
    let pages: BTreeMap<PageNumber, bool> = read.chain(missing).collect();
    pages.into_iter().map(|(number, is_read)| scanned_page(book, number, is_read))
}

fn scanned_page(book: &ExportBook, number: PageNumber, is_read: bool) -> Result<ScannedPage, ExportError> {
    let merged = if is_read { Some(book.merged(number)?) } else { None };
    let text = match &merged {
        Some(merged) => Some(PlacedPage::new(merged, &book.ocr(number)?.unwrap_or_else(|| without_words(merged)))),
        None => None,
    };
    Ok(ScannedPage {
        number,
        text,
        printed_page_number: merged.and_then(|merged| merged.printed_page_number),
        scan: book.scan(number)?,
        dpi: book.scan_metadata(number)?.map_or(DEFAULT_DPI, |scan| scan.resolution.dpi),
    })
}

/// The page of `ocr` where it was removed: the size of the scan is all that is known.
fn without_words(merged: &MergedPage) -> OcrPage {
    OcrPage {
        page_number: merged.page_number,
        page_dimensions: merged.page_dimensions,
        orientation: None,
        expected_cer: None,
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: Vec::new(),
        images: Vec::new(),
    }
}
