use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fingerprint::Asked;
use super::need::Need;
use crate::book::{ScanId, Shard};
use crate::events::{Blocker, PageOf};
use crate::failure::Failure;
use crate::inspect::BookState;
use crate::provide::AskedModel;
use crate::record::{Change, Hash, Input, RedoMarker};
use crate::registry::Entry;
use crate::stage::{OpenResources, ParsedOptions, ResourceContext, Resources};

/// Every requested pair of page and stage: a job with a reason, or settled.
pub struct Plan {
    /// The book.
    pub book: ScanId,
    /// The requested stages, dependencies before dependants.
    pub stages: Vec<PlannedStage>,
    /// The jobs, page by page, dependencies before dependants.
    pub jobs: Vec<Job>,
    /// Pages that need nothing or cannot be made.
    pub settled: BTreeMap<PageOf, Settled>,
    /// Settled pages that are kept although a release has changed how they are made, and what it has changed.
    pub earlier_release: BTreeMap<PageOf, Vec<Change>>,
    /// Paid pages of the book, and all pages they were made from: changes of a release do not make them stale.
    pub paid: BTreeSet<PageOf>,
    /// The requested pages of other shards, which are in none of the lists above.
    pub other_shards: OtherShards,
}

/// The requested pages that other shards make.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OtherShards {
    /// The shard of this plan; `None` if it makes all pages.
    pub shard: Option<Shard>,
    /// Pages that have to be made.
    pub jobs: BTreeSet<PageOf>,
    /// Pages that need nothing or cannot be made.
    pub settled: BTreeMap<PageOf, Settled>,
}

impl OtherShards {
    /// The number of a stage's requested pages that belong to other shards.
    pub(crate) fn pages_of(&self, stage: &str) -> usize {
        self.jobs.iter().chain(self.settled.keys()).filter(|page| page.stage == stage).count()
    }
}

/// A stage in a plan.
#[derive(Clone)]
pub struct PlannedStage {
    /// The stage.
    pub entry: Arc<Entry>,
    /// Its options.
    pub options: ParsedOptions,
    /// The model that it asks first, if any.
    pub model: Option<AskedModel>,
    /// The fingerprints of the resources that it takes.
    pub(crate) resources: BTreeMap<Input, Hash>,
    /// Done pages that were made before the function was last edited.
    pub edited_since: usize,
    /// Pages of an earlier release that are kept, since they or pages made from them were paid for.
    pub earlier_release: usize,
    /// The `--redo` that the jobs of this stage belong to.
    pub redo: Option<RedoMarker>,
}

impl PlannedStage {
    /// The shared parts of its pages' fingerprints, with the options by name.
    pub(crate) fn asked<'a>(&'a self, options: &'a Map<String, Value>) -> Asked<'a> {
        Asked { options, model: self.model.as_ref(), resources: &self.resources }
    }

    /// Opens its resources, unless its pages are made in worker processes, which open their own.
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
    /// Jobs of this plan that must end first.
    pub needs: Vec<Need>,
}

/// Why a page is to be made.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// It does not exist.
    Missing,
    /// Its file is not a valid page.
    Damaged(String),
    /// It is stale.
    Stale(Vec<Change>),
    /// It failed, but may succeed now.
    Failed(String),
    /// `--redo`.
    Redo,
    /// One of its inputs is to be made; it is kept if that input does not change.
    Upstream(PageOf),
}

/// A page without a job.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It is done.
    Kept,
    /// It is stale, but stale pages are to be left alone.
    LeftStale(Vec<Change>),
    /// It failed permanently, and nothing has changed since.
    Failed(Failure),
    /// It failed permanently, nothing has changed since, and its stage skips such pages.
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
