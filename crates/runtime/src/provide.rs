//! How crates above the runtime add to a run: a language model, or whatever else stages share.
//!
//! A [`Provider`] lives as long as the program and serves all pages. For every page of a stage that asks for it, it makes a [`Handle`], which the
//! stage's function takes as a parameter: the crate of the provider implements [`FromCx`](crate::stage::FromCx) for it with
//! [`Cx::provided`](crate::stage::Cx::provided).

use std::any::Any;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::book::{ScanId, Unit};
use crate::failure::{Cause, Failure};
use crate::registry::Entry;
use crate::stage::{Handle, Handles, Resource, Resources, Row};
use crate::store::{Store, StoreError};

/// Something that stages share, and that a crate above the runtime provides. Every method but [`handle`](Self::handle) may be left out.
pub trait Provider: Any + Send + Sync {
    /// The handle of a page, made before its first attempt; `None` where the stage does not use it.
    fn handle(&self, page: &HandleRequest<'_>) -> Option<Arc<dyn Handle>>;

    /// Prepares a book that was just locked, before it is planned.
    ///
    /// # Errors
    /// The store failed.
    fn open_book(&self, _store: &dyn Store, _book: &ScanId) -> Result<(), StoreError> {
        Ok(())
    }

    /// The model that a stage with these options asks first: a part of its pages' fingerprints. `None` where it asks none.
    fn model(&self, _stage: &Entry, _options: &Map<String, Value>) -> Option<String> {
        None
    }

    /// Calls that it takes at a time, where it limits them.
    fn concurrency(&self) -> Option<usize> {
        None
    }

    /// Called when a run begins.
    fn started(&self) {}

    /// Called when a run stops early: calls in flight are finished, nothing new begins.
    fn stopping(&self) {}

    /// Why nothing more can be made with it in this run, if so.
    fn abort(&self) -> Option<Abort> {
        None
    }
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
    /// The request that the page be made anew, if there is one: the id of a `--redo`, or when the page failed permanently. What was paid for an earlier one
    /// is not used again.
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
    /// What is put in the place of resources; none of it is open.
    resources: Resources,
}

impl Abort {
    /// The abort that a page's failure tells of.
    #[must_use]
    pub fn of(failure: &Failure) -> Option<Self> {
        (failure.cause == Cause::Aborted).then(|| Self { failure: failure.clone(), is_budget: false })
    }
}

impl Providers {
    /// Adds one, in place of the one of the same type.
    #[must_use]
    pub fn with(mut self, provider: impl Into<Arc<dyn Provider>>) -> Self {
        let provider = provider.into();
        let type_of = |provider: &Arc<dyn Provider>| (&**provider as &dyn Any).type_id();
        self.providers.retain(|other| type_of(other) != type_of(&provider));
        self.providers.push(provider);
        self
    }

    /// Puts `resource` in the place of the one that stages would open.
    #[must_use]
    pub fn with_resource<R: Resource>(mut self, resource: R) -> Self {
        self.resources.replace(resource);
        self
    }

    /// Nothing but `provider`, and the same resources.
    pub(crate) fn replaced_by(&self, provider: impl Into<Arc<dyn Provider>>) -> Self {
        Self { providers: vec![provider.into()], resources: self.resources.clone() }
    }

    /// The resources of a run, none of which is open yet.
    pub(crate) fn resources(&self) -> Resources {
        self.resources.for_run()
    }

    pub(crate) fn handles(&self, request: &HandleRequest<'_>) -> Handles {
        self.providers.iter().filter_map(|provider| provider.handle(request)).collect()
    }

    pub(crate) fn open_book(&self, store: &dyn Store, book: &ScanId) -> Result<(), StoreError> {
        self.providers.iter().try_for_each(|provider| provider.open_book(store, book))
    }

    pub(crate) fn model(&self, stage: &Entry, options: &Map<String, Value>) -> Option<String> {
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

    /// Why nothing more can be made in this run, if so.
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
