use std::sync::Arc;

use tracing::subscriber::NoSubscriber;

use super::Runtime;
use super::page_attempt::{PageAttempt, open};
use crate::failure::Failure;
use crate::inspect::BookState;
use crate::page::JsonPage;
use crate::plan::{Job, PlannedStage, fingerprint};
use crate::provide::Provider;
use crate::stage::{PageCache, Resources};

/// Calls stages on the pages of a plan without writing anything, to find out how they would use a provider.
pub struct DryRun<'a> {
    runtime: &'a Runtime,
    book: &'a BookState,
    cache: Arc<PageCache>,
    resources: Resources,
}

impl<'a> DryRun<'a> {
    /// A dry run over a book.
    #[must_use]
    pub fn new(runtime: &'a Runtime, book: &'a BookState) -> Self {
        Self { runtime, book, cache: Arc::default(), resources: runtime.providers.resources() }
    }

    /// Calls the function on a page with `provider` in place of the run's providers; `None` if an input
    /// does not exist yet.
    #[must_use]
    pub fn page(
        &self,
        stage: &Arc<PlannedStage>,
        job: &Job,
        provider: impl Into<Arc<dyn Provider>>,
    ) -> Option<Result<JsonPage, Failure>> {
        if job.needs.iter().any(|need| need.is_required() && self.book.hash(need.page).is_none()) {
            return None;
        }
        let runtime = Runtime { providers: self.runtime.providers.replaced_by(provider), ..self.runtime.clone() };
        let row = stage.entry.row;
        let handles = runtime.handles(self.book, row, job.page.unit, None);
        let now = fingerprint(&stage.entry, stage.asked(&stage.option_values()), self.book, job.page.unit, &|of| {
            self.book.hash(of)
        });
        let attempt = PageAttempt::new(job.page, stage, self.book, now, &runtime, &self.cache, handles);
        let attempt = match open(stage, self.book, &runtime, &self.resources) {
            Ok(resources) => attempt.with_resources(resources),
            Err(failure) => return Some(Err(failure)),
        };
        Some(tracing::subscriber::with_default(NoSubscriber::default(), || attempt.here().made))
    }
}
