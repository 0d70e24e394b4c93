use schemars::JsonSchema;
use serde::Serialize;
use shelf_runtime::book::{PageNumber, ScanId, Unit};
use shelf_runtime::record::FailedRecord;
use shelf_runtime::registry::Registry;
use shelf_runtime::store::Store;

use crate::ExportError;

/// A page that is not in the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissingPage {
    /// The number of its scan.
    pub page: u32,
    /// Why: the failure of a stage, or that it has not been processed.
    pub reason: String,
}

/// Why a page is missing: the first stage that failed on it.
pub(super) fn missing_page(
    store: &dyn Store,
    registry: &Registry,
    book: &ScanId,
    page: PageNumber,
) -> Result<MissingPage, ExportError> {
    let stages = registry.stages().iter().filter(|entry| !entry.row.book).map(|entry| entry.row.name);
    for stage in ["source"].into_iter().chain(stages) {
        let Some(bytes) = store.read(&FailedRecord::path(book, stage, Unit::Page(page))?)? else { continue };
        if let Ok(record) = serde_json::from_slice::<FailedRecord>(&bytes) {
            let what = if stage == "source" { "the scan" } else { stage };
            return Ok(MissingPage { page: page.get(), reason: format!("{what} failed: {}", record.failure) });
        }
    }
    Ok(MissingPage { page: page.get(), reason: "not processed".to_owned() })
}
