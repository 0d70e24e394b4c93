use std::sync::Arc;

use serde_json::{Map, Value};
use shelf_runtime::book::ScanId;
use shelf_runtime::provide::{Abort, AskedModel, HandleRequest, Provider};
use shelf_runtime::registry::Entry;
use shelf_runtime::stage::{Handle, Parallelism};
use shelf_runtime::store::{Store, StoreError};

use crate::caller::Caller;
use crate::cost::{UsageCounter, settle_unfinished};
use crate::dispatch::Dispatcher;
use crate::handle::Llm;
use crate::settings::LlmSettings;

impl Provider for Dispatcher {
    fn handle(&self, page: &HandleRequest<'_>) -> Option<Arc<dyn Handle>> {
        if page.row.parallelism != Parallelism::Llm {
            return None;
        }
        let caller = Caller {
            store: Arc::clone(page.store),
            book: page.book.clone(),
            stage: page.row.name,
            unit: page.unit,
            retry_epoch: page.retry_epoch.map(ToOwned::to_owned),
        };
        Some(Arc::new(Llm::new(self.clone(), caller, page.row.model, UsageCounter::default())))
    }

    fn open_book(&self, store: &dyn Store, book: &ScanId) -> Result<(), StoreError> {
        settle_unfinished(store, book)
    }

    fn model(&self, stage: &Entry, _options: &Map<String, Value>) -> Option<AskedModel> {
        let settings = self.settings().filter(|_| stage.row.parallelism == Parallelism::Llm)?;
        let (name, own) = (settings.first_model(stage.row.model).to_owned(), stage.row.model);
        Some(AskedModel { name, is_default: settings.is_default(own) })
    }

    fn concurrency(&self) -> Option<usize> {
        self.settings().map(|settings| settings.in_flight)
    }

    fn started(&self) {
        self.begin();
    }

    fn stopping(&self) {
        self.set_stopping(true);
    }

    fn abort(&self) -> Option<Abort> {
        let reason = self.abort_reason()?;
        let is_budget = reason.is_budget();
        Some(Abort { failure: reason.into_failure(), is_budget })
    }
}

/// A dispatcher with these settings.
///
/// # Panics
/// [`Dispatcher::start`] fails.
impl From<LlmSettings> for Arc<dyn Provider> {
    fn from(settings: LlmSettings) -> Self {
        Dispatcher::start(settings).expect("the settings are valid").into()
    }
}

impl From<Dispatcher> for Arc<dyn Provider> {
    fn from(dispatcher: Dispatcher) -> Self {
        Arc::new(dispatcher)
    }
}
