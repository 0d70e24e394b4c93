use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::book::{PageSet, Shard};
use crate::registry::{Entry, Registry};
use crate::stage::{ParsedOptions, Row};

/// A request of the user.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Request {
    /// The stages; all for `None`. Book stages that one of these is made from are included.
    pub stages: Option<Vec<String>>,
    /// The pages; all for `None`.
    pub pages: Option<PageSet>,
    /// Make done pages again; the id distinguishes this request from earlier ones.
    pub redo: Option<String>,
    /// Leave stale pages alone.
    pub only_missing: bool,
    /// Retry pages that failed permanently.
    pub retry_failed: bool,
    /// Make only the pages of this shard.
    pub shard: Option<Shard>,
    /// Options by stage; other stages use their defaults.
    pub options: BTreeMap<String, ParsedOptions>,
}

/// Why a request cannot be planned.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// A stage that does not exist.
    #[error("unknown stage `{found}`; the stages are {known}")]
    NoStage {
        /// The unknown stage.
        found: String,
        /// The existing stages.
        known: String,
    },
    /// Pages that the book does not have.
    #[error("{} out of range (the book has {total})", page_ranges(missing))]
    NoPages {
        /// Pages in the book.
        total: usize,
        /// The requested pages that do not exist.
        missing: Vec<u32>,
    },
    /// `--redo` for one of several shards, which would not know when the others are done with it.
    #[error("a shard cannot make finished pages again")]
    RedoOfShard,
}

impl PlanError {
    pub(super) fn unknown_stage(found: &str, registry: &Registry) -> Self {
        let known = registry.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Self::NoStage { found: found.to_owned(), known }
    }
}

impl Request {
    /// All pages of these stages.
    #[must_use]
    pub fn of_stages<S: Into<String>>(stages: impl IntoIterator<Item = S>) -> Self {
        Self { stages: Some(stages.into_iter().map(Into::into).collect()), ..Self::default() }
    }

    /// These pages only.
    #[must_use]
    pub fn pages(mut self, pages: impl Into<PageSet>) -> Self {
        self.pages = Some(pages.into());
        self
    }

    /// Also pages that are done; `id` tells this request from earlier ones, so that an interrupted one is resumed.
    #[must_use]
    pub fn redo(mut self, id: impl Into<String>) -> Self {
        self.redo = Some(id.into());
        self
    }

    /// Leaves stale pages alone.
    #[must_use]
    pub fn only_missing(mut self) -> Self {
        self.only_missing = true;
        self
    }

    /// Also pages that failed permanently.
    #[must_use]
    pub fn retry_failed(mut self) -> Self {
        self.retry_failed = true;
        self
    }

    /// Only the pages of this shard: others run at the same time or later.
    #[must_use]
    pub fn shard(mut self, shard: Shard) -> Self {
        self.shard = Some(shard);
        self
    }

    /// The requested stages and the book stages they are made from, dependencies before dependants.
    pub fn stages(&self, registry: &Registry) -> Result<Vec<Arc<Entry>>, PlanError> {
        let Some(names) = &self.stages else { return Ok(registry.stages().to_vec()) };
        if let Some(unknown) = names.iter().find(|name| registry.get(name).is_none()) {
            return Err(PlanError::unknown_stage(unknown, registry));
        }
        let mut wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        for entry in registry.stages().iter().rev().filter(|entry| self.names(entry.row) || entry.row.book) {
            if wanted.contains(entry.row.name) {
                wanted.extend(entry.row.deps.iter().filter(|dep| dep.row.book).map(|dep| dep.row.name));
            }
        }
        Ok(registry.stages().iter().filter(|entry| wanted.contains(entry.row.name)).cloned().collect())
    }

    /// Whether a stage is requested itself.
    pub(super) fn names(&self, row: &Row) -> bool {
        self.stages.as_ref().is_none_or(|names| names.iter().any(|name| name == row.name))
    }
}

/// `page 99 is`, `pages 4–5, 9 are`.
fn page_ranges(pages: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for page in pages {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *page => *last = *page,
            _ => ranges.push((*page, *page)),
        }
    }
    let shown =
        |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    let ranges = ranges.iter().map(shown).collect::<Vec<_>>().join(", ");
    if pages.len() == 1 { format!("page {ranges} is") } else { format!("pages {ranges} are") }
}
