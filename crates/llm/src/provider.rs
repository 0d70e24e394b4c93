use std::sync::Arc;

use serde_json::{Map, Value};
use shelf_runtime::book::ScanId;
use shelf_runtime::provide::{Abort, HandleRequest, Provider};
use shelf_runtime::registry::Entry;
use shelf_runtime::stage::{Handle, Parallelism};
use shelf_runtime::store::{Store, StoreError};

use super::ledger::settle_lost;
use super::tally::Tally;
use super::{Caller, Dispatcher, Llm, LlmSettings};

impl Provider for Dispatcher {
    fn handle(&self, page: &HandleRequest<'_>) -> Option<Arc<dyn Handle>> {
        if page.row.parallelism != Parallelism::Llm {
            return None;
        }
        let caller = Caller {
            store: Arc::clone(page.store),
            book: page.book.clone(),
            stage: page.row.name,
            page: page.page,
            round: page.retry_epoch.map(ToOwned::to_owned),
        };
        Some(Arc::new(Llm::new(self.clone(), caller, page.row.model, Tally::default())))
    }

    fn open_book(&self, store: &dyn Store, book: &ScanId) -> Result<(), StoreError> {
        settle_lost(store, book)
    }

    fn model(&self, stage: &Entry, _options: &Map<String, Value>) -> Option<String> {
        let settings = self.settings().filter(|_| stage.row.parallelism == Parallelism::Llm)?;
        Some(settings.asked_first(stage.row.model).to_owned())
    }

    fn concurrency(&self) -> Option<usize> {
        self.settings().map(|settings| settings.in_flight)
    }

    fn started(&self) {
        self.stop(false);
    }

    fn stopping(&self) {
        self.stop(true);
    }

    fn abort(&self) -> Option<Abort> {
        let halt = self.halted()?;
        let is_budget = halt.is_budget();
        Some(Abort { failure: halt.into_failure(), is_budget })
    }
}

/// Asks as the settings say.
///
/// # Panics
/// Where models cannot be asked so: see [`Dispatcher::start`].
impl From<LlmSettings> for Arc<dyn Provider> {
    fn from(settings: LlmSettings) -> Self {
        Dispatcher::start(settings).expect("models can be asked as these settings say").into()
    }
}

impl From<Dispatcher> for Arc<dyn Provider> {
    fn from(dispatcher: Dispatcher) -> Self {
        Arc::new(dispatcher)
    }
}
