use std::path::Path;

use super::write::{ScanRequest, WRITE_SCAN};
use crate::formats::file_format::detect_format;
use crate::formats::opened_page::PageInFile;
use shelf_runtime::book::{Origin, PageNumber, ScanMetadata};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::worker::{Allowance, WorkerPool};

/// The metadata that `add` would have written for a scan that is in a book already, such as one by the original tool.
///
/// # Errors
/// The file is not an image that can be opened.
pub fn scan_metadata(
    worker_pool: &WorkerPool,
    file: &Path,
    image: &str,
    page: PageNumber,
) -> Result<ScanMetadata, Failure> {
    // A worker reads the image as if it were to be added; what it writes is thrown away.
    let discarded = tempfile::tempdir()?;
    let from = PageInFile { file: file.to_owned(), format: detect_format(file)?, page: 1, dpi: 300 };
    let request = ScanRequest::whole(from, discarded.path(), page);
    let scan = worker_pool.call(&WRITE_SCAN, request, Allowance::default())?;
    let bytes = std::fs::read(file)?;
    Ok(ScanMetadata {
        page_number: page.get(),
        image: image.to_owned(),
        hash: Hash::of(&bytes).as_str().to_owned(),
        bytes: bytes.len() as u64,
        width: scan.width,
        height: scan.height,
        resolution: scan.resolution,
        origin: Origin { file: image.to_owned(), page: None, half: None },
    })
}

/// For books from other tools: the runtime asks for the metadata of a scan that has none.
mod registered {
    use shelf_runtime::__private::inventory;
    use shelf_runtime::inspect::ScanReader;

    inventory::submit! { ScanReader(super::scan_metadata) }
}
