use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::decide::{Asked, Need};
use crate::book::ScanId;
use crate::events::{Blocker, PageOf};
use crate::failure::Failure;
use crate::inspect::BookState;
use crate::record::{Change, Hash, Input, RedoMarker};
use crate::registry::Entry;
use crate::stage::{OpenResources, ParsedOptions, ResourceContext, Resources};

/// Every page-stage pair that was asked for: to do with its reason, or settled.
pub struct Plan {
    /// The book.
    pub book: ScanId,
    /// The stages asked for, dependencies before dependants.
    pub stages: Vec<PlannedStage>,
    /// What is to do, page by page, dependencies before dependants.
    pub jobs: Vec<Job>,
    /// What needs nothing, or cannot be done.
    pub settled: BTreeMap<PageOf, Settled>,
    /// Pages of the book that are paid, and all that they were made from: what a release changes does not make them stale.
    pub paid: BTreeSet<PageOf>,
}

/// A stage in a plan.
#[derive(Clone)]
pub struct PlannedStage {
    /// The stage.
    pub entry: Arc<Entry>,
    /// Its options.
    pub options: ParsedOptions,
    /// The model that it asks first, where it asks any.
    pub model: Option<String>,
    /// The fingerprints of the resources that it takes.
    pub(crate) resources: BTreeMap<Input, Hash>,
    /// Pages that are done, and were made before the function was last edited.
    pub edited_since: usize,
    /// Pages that are kept as an earlier release made them, since they were paid, or others that were paid are made from them.
    pub earlier_release: usize,
    /// The `--redo` that the jobs of this stage belong to.
    pub redo: Option<RedoMarker>,
}

impl PlannedStage {
    /// What its pages' fingerprints have in common, with the options by name.
    pub(crate) fn asked<'a>(&'a self, options: &'a Map<String, Value>) -> Asked<'a> {
        Asked { options, model: self.model.as_deref(), resources: &self.resources }
    }

    /// Opens the resources that it takes, unless its pages are made in worker processes, which open them there.
    pub(crate) async fn open(
        &self,
        book: &BookState,
        resources: &Resources,
        in_workers: bool,
    ) -> Result<OpenResources, Failure> {
        if in_workers && self.entry.row.isolated.is_some() {
            return Ok(resources.none_open());
        }
        let context = ResourceContext::new(book.shared(), &*self.options.value, resources);
        context.open_all(self.entry.row.inputs).await
    }

    /// The options by name.
    #[must_use]
    pub fn option_values(&self) -> Map<String, Value> {
        self.options.json.as_object().cloned().unwrap_or_default()
    }
}

/// A page that may have to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The page.
    pub page: PageOf,
    /// Why.
    pub why: Why,
    /// Jobs of this plan that have to end first.
    pub needs: Vec<Need>,
}

/// Why a page is to be made.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// It is not there.
    Missing,
    /// Its file is no page.
    Damaged(String),
    /// It was made from something else.
    Stale(Vec<Change>),
    /// It failed, and that may have passed.
    Failed(String),
    /// `--redo`.
    Redo,
    /// Something that it is made from is to be made; it may turn out to need nothing.
    Upstream(PageOf),
}

/// A page that no job stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It is done.
    Kept,
    /// It is stale, and was asked to be left alone.
    LeftStale(Vec<Change>),
    /// It failed for good, and nothing has changed since.
    Failed(Failure),
    /// It failed for good, nothing has changed since, and its stage leaves such pages out.
    Skipped(Failure),
    /// It cannot be made.
    Blocked(Blocker),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("not made yet"),
            Self::Damaged(problem) => write!(f, "its file {problem}"),
            Self::Stale(changes) => {
                f.write_str(&changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            Self::Failed(error) => write!(f, "failed before: {error}"),
            Self::Redo => f.write_str("to be made again"),
            Self::Upstream(page) => write!(f, "{page} is to be made"),
        }
    }
}
