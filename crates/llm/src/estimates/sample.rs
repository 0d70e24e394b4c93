use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use shelf_runtime::inspect::BookState;
use shelf_runtime::plan::{Job, Plan, PlannedStage};
use shelf_runtime::run::{DryRun, Runtime};

use crate::dispatch::{Dispatcher, RequestLog, RequestSize};

/// The requests of a stage, found by a dry run over a sample of its pages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StageRequests {
    /// Pages to make.
    pub jobs: usize,
    /// Pages in the sample.
    pub sampled: usize,
    /// The requests of each page in the sample whose inputs exist.
    pub pages: Vec<Vec<RequestSize>>,
}

/// Maximum number of sampled pages per stage, evenly spread over the book.
const MAX_SAMPLE: usize = 100;

/// Finds out what the stages of a plan would ask models, by stage: runs their functions on pages whose inputs exist, up to the first
/// request, which is measured but not sent. Nothing is written, and nothing is spent.
#[must_use]
pub fn dry_run(
    runtime: &Runtime,
    llm: &Dispatcher,
    book: &BookState,
    plan: &Plan,
) -> BTreeMap<&'static str, StageRequests> {
    let dry = DryRun::new(runtime, book);
    let asking = plan.stages.iter().filter(|stage| stage.model.is_some());
    let requests = asking.map(|stage| {
        let name = stage.entry.row.name;
        let jobs: Vec<&Job> = plan.jobs.iter().filter(|job| job.page.stage == name).collect();
        let stage = Arc::new(stage.clone());
        let sample = sample(&jobs);
        let pages = sample.par_iter().filter_map(|job| requests_of(&dry, llm, &stage, job)).collect();
        (name, StageRequests { jobs: jobs.len(), sampled: sample.len(), pages })
    });
    requests.collect()
}

fn sample<'a>(jobs: &[&'a Job]) -> Vec<&'a Job> {
    let sampled = jobs.len().min(MAX_SAMPLE);
    (0..sampled).map(|at| jobs[at * jobs.len() / sampled]).collect()
}

/// What a page would ask; `None` if it is not known, because the page's inputs do not exist yet.
fn requests_of(dry: &DryRun<'_>, llm: &Dispatcher, stage: &Arc<PlannedStage>, job: &Job) -> Option<Vec<RequestSize>> {
    let log = RequestLog::default();
    let made = dry.page(stage, job, llm.for_dry_run(log.clone()))?;
    let requests = log.requests();
    (made.is_ok() || !requests.is_empty()).then_some(requests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf_runtime::events::PageOf;
    use shelf_runtime::plan::Why;

    #[test]
    fn sample_is_spread_evenly() {
        let job = |page| Job {
            page: PageOf { stage: "corrected", unit: shelf_runtime::book::Unit::of_number(page) },
            why: Why::Missing,
            needs: Vec::new(),
        };
        let jobs: Vec<Job> = (1..=250).map(job).collect();
        let pages = |count: usize| -> Vec<u32> {
            let jobs: Vec<&Job> = jobs.iter().take(count).collect();
            sample(&jobs).iter().map(|job| job.page.unit.number()).collect()
        };
        assert!(pages(0).is_empty());
        assert_eq!(pages(3), [1, 2, 3]);
        assert_eq!((pages(250).len(), pages(250)[..3].to_vec(), pages(250)[99]), (MAX_SAMPLE, vec![1, 3, 6], 248));
    }
}
