//! What a job consists of. All of it is in Temporal's history: ids, hashes, options and counts, and no text of a book.

use crate::stage_table::StageTable;
use serde::{Deserialize, Serialize};
use shelf::book::{ScanId, Shard, Unit};
use shelf::extension::{CliError, Result};
use shelf::plan::{Division, phases};
use shelf::registry::Registry;
use std::collections::BTreeMap;

/// A job: the input of the workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The library's id.
    pub library: String,
    /// The book.
    pub book: String,
    /// The options, as arguments of `shelf process`.
    pub arguments: Vec<String>,
    /// The id of `--redo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
    /// What may be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The hashes of the stages.
    pub stages: StageTable,
    /// When which stages run.
    pub phases: Vec<JobPhase>,
    /// The number of shards into which the pages are divided.
    pub shards: u32,
    /// The shard that runs the book stages.
    pub book_shard: u32,
    /// A worker that is not heard of for so long counts as dead, s.
    pub heartbeat_s: u64,
}

/// What all processes may spend together from the submission on, USD.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// What the library's books had cost before.
    pub spent_before: f64,
    /// What may be spent from then on.
    pub limit: f64,
}

/// Stages that each shard can run without waiting for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobPhase {
    /// The stages.
    pub stages: Vec<String>,
    /// The queue of its parts.
    pub queue: Queue,
    /// Whether it begins when all shards have ended the phase before.
    pub waits_for_all: bool,
    /// Whether only the shard that runs the book stages has something to do.
    pub book_only: bool,
}

/// What a part mostly waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Queue {
    /// The cores of the machine
    Cpu,
    /// Language models
    Llm,
}

/// A part of a job: the input of an activity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The library's id.
    pub library: String,
    /// The book.
    pub book: String,
    /// The options, as arguments of `shelf process`.
    pub arguments: Vec<String>,
    /// The id of `--redo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
    /// What may be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The stages and their hashes.
    pub stages: StageTable,
    /// Which pages.
    pub scope: Scope,
    /// How many pages of each stage have failed in other parts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<String, usize>,
}

/// Which pages a part is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Those of one shard.
    Shard {
        /// Its number, counted from 1.
        number: u32,
        /// The number of shards.
        count: u32,
    },
    /// All, with the book locked exclusively: what other parts have left, the reports, the hooks that are due.
    Book,
}

/// How a part ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEnd {
    /// How many pages of each stage were made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub made: BTreeMap<String, usize>,
    /// How many failed permanently in this job.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<String, usize>,
    /// Why the job cannot go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<JobStop>,
    /// The exit code of `shelf process`.
    pub exit: u8,
}

/// Why a job cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStop {
    /// The reason, such as that the budget is used up.
    pub reason: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// How a job ended: the result of the workflow.
pub type JobEnd = PartEnd;

impl PartEnd {
    /// Adds how another part ended.
    pub fn add(&mut self, other: Self) {
        for (sum, more) in [(&mut self.made, other.made), (&mut self.failed, other.failed)] {
            for (stage, pages) in more {
                *sum.entry(stage).or_default() += pages;
            }
        }
        if self.stopped.is_none() {
            self.stopped = other.stopped;
            self.exit = other.exit;
        }
    }
}

/// Parts of a book are not smaller than makes this many of them: its history stays far below Temporal's limit of 51,200 events.
const MAX_PARTS: usize = 2_000;

/// When which stages of a request run, in which order.
pub fn job_phases(registry: &Registry, stages: &[String]) -> Vec<JobPhase> {
    let is_book = |name: &str| registry.get(name).is_some_and(|entry| entry.row.book);
    let job_phase = |phase: shelf::plan::Phase| JobPhase {
        book_only: phase.stages.iter().all(|name| is_book(name)),
        queue: if phase.asks_models { Queue::Llm } else { Queue::Cpu },
        waits_for_all: phase.waits_for_all,
        stages: phase.stages.into_iter().map(ToOwned::to_owned).collect(),
    };
    phases(registry, Some(stages), Division::Pages).into_iter().map(job_phase).collect()
}

/// The number of shards for so many pages, and the shard that runs the book stages.
pub fn divide(book: &ScanId, pages: usize, pages_per_part: usize, phases: usize) -> (u32, u32) {
    let smallest = (pages * phases.max(1)).div_ceil(MAX_PARTS);
    let shards = pages.div_ceil(pages_per_part.max(smallest).max(1)).max(1) as u32;
    let any = Shard::new(1, shards).expect("there is at least one shard");
    (shards, any.owner(book, Unit::Book).number())
}

impl Job {
    /// The id of the workflow: equal for equal jobs, so that the server joins them.
    #[must_use]
    pub fn workflow_id(&self) -> String {
        let limit = self.limit.map(|limit| limit.limit);
        let phases: Vec<_> = self.phases.iter().map(|phase| &phase.stages).collect();
        let configuration =
            serde_json::json!([self.arguments, self.redo.is_some(), limit, self.stages, phases, self.shards]);
        let hash = blake3::hash(configuration.to_string().as_bytes()).to_hex();
        format!("shelf/{}/{}/{}", self.library, self.book, &hash[..16])
    }

    /// The phases in groups: a shard does those of a group one after the other, and all shards end a group before the next begins.
    #[must_use]
    pub fn groups(&self) -> Vec<&[JobPhase]> {
        self.phases.chunk_by(|_, next| !next.waits_for_all).collect()
    }

    /// A phase on the pages of a shard; `None` if it has nothing to do.
    #[must_use]
    pub fn part(&self, phase: &JobPhase, shard: u32, failed: &BTreeMap<String, usize>) -> Option<Part> {
        if phase.book_only && shard != self.book_shard {
            return None;
        }
        let is_of_phase = |stage: &&String| phase.stages.contains(*stage);
        let stages = self.stages.iter().filter(|(stage, _)| is_of_phase(stage));
        let stages: StageTable = stages.map(|(stage, hash)| (stage.clone(), hash.clone())).collect();
        let failed = failed.iter().filter(|(stage, _)| is_of_phase(stage)).map(|(stage, n)| (stage.clone(), *n));
        let scope = Scope::Shard { number: shard, count: self.shards };
        Some(Part { failed: failed.collect(), ..self.whole(stages, scope) })
    }

    /// The last part: all stages on all pages.
    #[must_use]
    pub fn last_part(&self, failed: &BTreeMap<String, usize>) -> Part {
        Part { failed: failed.clone(), ..self.whole(self.stages.clone(), Scope::Book) }
    }

    fn whole(&self, stages: StageTable, scope: Scope) -> Part {
        Part {
            library: self.library.clone(),
            book: self.book.clone(),
            arguments: self.arguments.clone(),
            redo: self.redo.clone(),
            limit: self.limit,
            stages,
            scope,
            failed: BTreeMap::new(),
        }
    }

    /// The queue of the last part, which may do what others have left.
    #[must_use]
    pub fn last_queue(&self) -> Queue {
        self.phases.iter().map(|phase| phase.queue).max().unwrap_or(Queue::Cpu)
    }
}

impl Queue {
    /// The name of the task queue for parts of a library.
    #[must_use]
    pub fn task_queue(self, library: &str) -> String {
        match self {
            Self::Cpu => format!("shelf-{library}-cpu"),
            Self::Llm => format!("shelf-{library}-llm"),
        }
    }
}

/// The name of the task queue for jobs of a library, which all workers serve.
#[must_use]
pub fn job_queue(library: &str) -> String {
    format!("shelf-{library}-jobs")
}

/// The book that a job names.
pub(crate) fn book_of(name: &str) -> Result<ScanId> {
    name.parse().map_err(|error: <ScanId as std::str::FromStr>::Err| CliError::failed(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_book_has_larger_parts_and_not_more() {
        let book: ScanId = "florida".parse().unwrap();
        assert_eq!(divide(&book, 20, 10, 5).0, 2);
        assert_eq!(divide(&book, 0, 10, 5).0, 1);
        let (shards, book_shard) = divide(&book, 1_000_000, 10, 5);
        assert!(shards as usize * 5 <= MAX_PARTS && (1..=shards).contains(&book_shard), "{shards}");
    }

    fn phase(stages: &[&str], waits_for_all: bool, book_only: bool) -> JobPhase {
        let stages = stages.iter().map(|stage| (*stage).to_owned()).collect();
        JobPhase { stages, queue: Queue::Cpu, waits_for_all, book_only }
    }

    fn job(phases: Vec<JobPhase>) -> Job {
        let stages = phases.iter().flat_map(|phase| &phase.stages).map(|stage| (stage.clone(), "0".to_owned()));
        Job {
            library: "l".to_owned(),
            book: "florida".to_owned(),
            arguments: Vec::new(),
            redo: None,
            limit: None,
            stages: stages.collect(),
            phases,
            shards: 3,
            book_shard: 2,
            heartbeat_s: 30,
        }
    }

    #[test]
    fn groups_end_where_all_shards_are_waited_for() {
        let job = job(vec![
            phase(&["a"], false, false),
            phase(&["b"], false, false),
            phase(&["c"], true, true),
            phase(&["d"], true, false),
        ]);
        assert_eq!(job.groups().iter().map(|group| group.len()).collect::<Vec<_>>(), [2, 1, 1]);
        let parts = |phase: usize| -> Vec<Part> {
            (1..=3).filter_map(|shard| job.part(&job.phases[phase], shard, &BTreeMap::new())).collect()
        };
        assert_eq!(parts(0).len(), 3);
        let [of_book] = &parts(2)[..] else { panic!("one shard has the book stages") };
        assert_eq!(of_book.scope, Scope::Shard { number: 2, count: 3 });
        assert_eq!(of_book.stages.keys().collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn equal_jobs_have_one_id() {
        let first = job(vec![phase(&["a"], false, false)]);
        let again = Job { limit: None, ..first.clone() };
        assert_eq!(first.workflow_id(), again.workflow_id());
        let other = Job { arguments: vec!["--lang=deu".to_owned()], ..first.clone() };
        assert_ne!(first.workflow_id(), other.workflow_id());
        // When `--redo` was said does not matter.
        let redo = |id: &str| Job { redo: Some(id.to_owned()), ..first.clone() }.workflow_id();
        assert_eq!(redo("1"), redo("2"));
        assert_ne!(redo("1"), first.workflow_id());
    }
}
