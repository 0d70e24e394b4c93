use std::path::Path;

use super::kind::kind_of;
use super::opened::FilePage;
use super::scan::{ScanOrder, WRITE_SCAN};
use shelf_runtime::book::{Origin, PageNumber, SourcePage};
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Allowance, WorkerPool};

/// What `add` would have noted of a scan that lies in a book already, such as one of the original tool.
///
/// # Errors
/// The file is no picture that can be opened.
pub fn note(worker_pool: &WorkerPool, file: &Path, image: &str, page: PageNumber) -> Result<SourcePage, Failure> {
    // A worker reads the picture as if it were to be added; what it writes is thrown away.
    let elsewhere = tempfile::tempdir()?;
    let from = FilePage { file: file.to_owned(), kind: kind_of(file)?, page: 1, dpi: 300 };
    let order = ScanOrder { from, cut: None, turn: None, folder: elsewhere.path().to_owned(), number: page };
    let scan = worker_pool.call(&WRITE_SCAN, order, Allowance::default())?;
    let bytes = std::fs::read(file)?;
    Ok(SourcePage {
        page_number: page.get(),
        image: image.to_owned(),
        hash: blake3::hash(&bytes).to_hex().to_string(),
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

    inventory::submit! { ScanReader(super::note) }
}
