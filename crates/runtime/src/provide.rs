//! How crates above the runtime add to a run: a language model, or other services that stages share.
//!
//! A [`Provider`] lives as long as the program and serves all pages. For every page of a stage that uses it, it makes a [`Handle`], which the
//! stage's function takes as a parameter. The provider's crate implements [`FromCx`](crate::stage::FromCx) for it with
//! [`Cx::provided`](crate::stage::Cx::provided).

use std::any::Any;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::book::{ScanId, Unit};
use crate::failure::{Cause, Failure};
use crate::registry::Entry;
use crate::stage::{Resource, Resources, Row};
use crate::store::{Store, StoreError};

pub use crate::stage::{Handle, Handles, Usage};

/// A service that a crate above the runtime provides to stages. All methods except [`handle`](Self::handle) have defaults.
pub trait Provider: Any + Send + Sync {
    /// The handle of a page, made before its first attempt; `None` if the stage does not use it.
    fn handle(&self, page: &HandleRequest<'_>) -> Option<Arc<dyn Handle>>;

    /// Prepares a book that was just locked, before it is planned.
    ///
    /// # Errors
    /// The store failed.
    fn open_book(&self, _store: &dyn Store, _book: &ScanId) -> Result<(), StoreError> {
        Ok(())
    }

    /// The model that a stage with these options asks first, which is part of its pages' fingerprints; `None` if it asks none.
    fn model(&self, _stage: &Entry, _options: &Map<String, Value>) -> Option<AskedModel> {
        None
    }

    /// The maximum number of concurrent calls, if limited.
    fn concurrency(&self) -> Option<usize> {
        None
    }

    /// Called when a run begins.
    fn started(&self) {}

    /// Called when a run stops early: calls in flight are finished, no new ones begin.
    fn stopping(&self) {}

    /// Why it cannot be used any more in this run, if so.
    fn abort(&self) -> Option<Abort> {
        None
    }
}

/// The model that a stage asks first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedModel {
    /// Its name.
    pub name: String,
    /// Whether nobody has chosen it, neither the user nor the stage. Then pages that another model made are as good, and a release may change
    /// the default.
    pub is_default: bool,
}

/// The page, or the hook of a book, that a handle is for.
pub struct HandleRequest<'a> {
    /// Where the book is stored.
    pub store: &'a Arc<dyn Store>,
    /// The book.
    pub book: &'a ScanId,
    /// The stage.
    pub row: &'static Row,
    /// The page or the book.
    pub unit: Unit,
    /// Set if the page is to be made anew: the id of a `--redo`, or the time of a permanent failure. Replies paid for earlier are
    /// not reused.
    pub retry_epoch: Option<&'a str>,
}

/// Why a run was aborted: a provider is no longer available.
#[derive(Debug, Clone, PartialEq)]
pub struct Abort {
    /// What happened, with a hint.
    pub failure: Failure,
    /// Whether only the budget is used up.
    pub is_budget: bool,
}

/// All providers of a program.
#[derive(Clone, Default)]
pub struct Providers {
    providers: Vec<Arc<dyn Provider>>,
    /// Replacements for resources, not opened yet.
    resources: Resources,
}

impl Abort {
    /// The abort behind a page's failure, if any.
    #[must_use]
    pub fn of(failure: &Failure) -> Option<Self> {
        (failure.cause == Cause::Aborted).then(|| Self { failure: failure.clone(), is_budget: false })
    }
}

impl Providers {
    /// Adds a provider, replacing one of the same type.
    #[must_use]
    pub fn with(mut self, provider: impl Into<Arc<dyn Provider>>) -> Self {
        let provider = provider.into();
        let type_of = |provider: &Arc<dyn Provider>| (&**provider as &dyn Any).type_id();
        self.providers.retain(|other| type_of(other) != type_of(&provider));
        self.providers.push(provider);
        self
    }

    /// Replaces the resource that stages would open.
    #[must_use]
    pub fn with_resource<R: Resource>(mut self, resource: R) -> Self {
        self.resources.replace(resource);
        self
    }

    /// Only `provider`, with the same resources.
    pub(crate) fn replaced_by(&self, provider: impl Into<Arc<dyn Provider>>) -> Self {
        Self { providers: vec![provider.into()], resources: self.resources.clone() }
    }

    /// The resources of a run, not opened yet.
    pub(crate) fn resources(&self) -> Resources {
        self.resources.for_run()
    }

    pub(crate) fn handles(&self, request: &HandleRequest<'_>) -> Handles {
        self.providers.iter().filter_map(|provider| provider.handle(request)).collect()
    }

    pub(crate) fn open_book(&self, store: &dyn Store, book: &ScanId) -> Result<(), StoreError> {
        self.providers.iter().try_for_each(|provider| provider.open_book(store, book))
    }

    pub(crate) fn model(&self, stage: &Entry, options: &Map<String, Value>) -> Option<AskedModel> {
        self.providers.iter().find_map(|provider| provider.model(stage, options))
    }

    pub(crate) fn concurrency(&self) -> Option<usize> {
        self.providers.iter().filter_map(|provider| provider.concurrency()).max()
    }

    pub(crate) fn started(&self) {
        self.providers.iter().for_each(|provider| provider.started());
    }

    pub(crate) fn stopping(&self) {
        self.providers.iter().for_each(|provider| provider.stopping());
    }

    /// Why no more pages can be made in this run, if so.
    #[must_use]
    pub fn abort(&self) -> Option<Abort> {
        self.providers.iter().find_map(|provider| provider.abort())
    }
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} providers", self.providers.len())
    }
}
