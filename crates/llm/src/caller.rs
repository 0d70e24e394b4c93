use std::sync::Arc;

use shelf_runtime::book::{ScanId, Unit};
use shelf_runtime::store::Store;

/// Who asks: a page of a stage, or a hook.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) book: ScanId,
    pub(crate) stage: &'static str,
    /// `None` for the whole book and for hooks.
    pub(crate) unit: Unit,
    /// The request to make the page anew, if there is one: the id of a `--redo`, or when the page failed permanently. Only replies
    /// of the same epoch are reused, so an interrupted run pays for none twice.
    pub(crate) retry_epoch: Option<String>,
}
