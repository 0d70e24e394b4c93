use std::sync::Arc;

use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::store::Store;

/// Who asks: a page on its way through a stage, or a hook.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) book: ScanId,
    pub(crate) stage: &'static str,
    pub(crate) page: Option<PageNumber>,
    /// The wish that the page be asked anew, if there is one: the id of a `--redo`, or when the page failed for good. Then only replies
    /// that belong to the same wish are used again, so that an interrupted run pays none twice.
    pub(crate) round: Option<String>,
}

impl Caller {
    /// The page's number; 0 for the whole book.
    pub(super) fn page_number(&self) -> u32 {
        self.page.map_or(0, PageNumber::get)
    }
}
