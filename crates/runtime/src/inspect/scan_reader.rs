use std::path::Path;

use crate::book::{PageNumber, ScanMetadata};
use crate::failure::Failure;
use crate::worker::WorkerPool;

/// How a crate that opens images finds out what a scan is of which the book has no metadata: file, file name in `source/`, page.
pub struct ScanReader(pub fn(&WorkerPool, &Path, &str, PageNumber) -> Result<ScanMetadata, Failure>);

inventory::collect!(ScanReader);

/// What the linked scan reader says of a scan, such as one of a book from another tool.
///
/// # Errors
/// The file is not a supported image, or the program cannot open images.
pub fn describe_scan(
    workers: &WorkerPool,
    file: &Path,
    image: &str,
    page: PageNumber,
) -> Result<ScanMetadata, Failure> {
    let reader = inventory::iter::<ScanReader>().next();
    let reader = reader.ok_or_else(|| {
        Failure::new("this program cannot open images").hint("build `shelf` with its feature `scans`")
    })?;
    reader.0(workers, file, image, page)
}
