use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use shelf_runtime::inspect::BookState;
use shelf_runtime::plan::{Job, Plan, PlannedStage};
use shelf_runtime::run::{DryRun, Runtime};

use super::{Dispatcher, Question, Rehearsal, Rehearsed};

/// So many pages of a stage are looked into at most, evenly spread over the book: they stand for the others.
const SAMPLE: usize = 100;

/// Finds out what the stages of a plan would ask models, by stage: their functions run on the pages that can be made from what lies in
/// the library, up to the first question, which is counted and not sent. Nothing is written and nothing is spent.
#[must_use]
pub fn rehearse(
    runtime: &Runtime,
    llm: &Dispatcher,
    book: &BookState,
    plan: &Plan,
) -> BTreeMap<&'static str, Rehearsed> {
    let dry = DryRun::new(runtime, book);
    let asking = plan.stages.iter().filter(|stage| stage.model.is_some());
    let rehearsed = asking.map(|stage| {
        let name = stage.entry.row.name;
        let jobs: Vec<&Job> = plan.jobs.iter().filter(|job| job.page.stage == name).collect();
        let stage = Arc::new(stage.clone());
        let sample = sample(&jobs);
        let pages = sample.par_iter().filter_map(|job| questions(&dry, llm, &stage, job)).collect();
        (name, Rehearsed { jobs: jobs.len(), tried: sample.len(), pages })
    });
    rehearsed.collect()
}

fn sample<'a>(jobs: &[&'a Job]) -> Vec<&'a Job> {
    let sampled = jobs.len().min(SAMPLE);
    (0..sampled).map(|at| jobs[at * jobs.len() / sampled]).collect()
}

/// What a page's function would ask; `None` where that cannot be told, since something that it is made from does not exist yet.
fn questions(dry: &DryRun<'_>, llm: &Dispatcher, stage: &Arc<PlannedStage>, job: &Job) -> Option<Vec<Question>> {
    let rehearsal = Rehearsal::default();
    let made = dry.page(stage, job, llm.rehearsing(rehearsal.clone()))?;
    let questions = rehearsal.questions();
    (made.is_ok() || !questions.is_empty()).then_some(questions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf_runtime::events::PageOf;
    use shelf_runtime::plan::Why;

    #[test]
    fn a_sample_is_spread_over_the_book() {
        let job = |page| Job {
            page: PageOf { stage: "corrected", page: shelf_runtime::book::PageNumber::new(page) },
            why: Why::Missing,
            needs: Vec::new(),
        };
        let jobs: Vec<Job> = (1..=250).map(job).collect();
        let pages = |count: usize| -> Vec<u32> {
            let jobs: Vec<&Job> = jobs.iter().take(count).collect();
            sample(&jobs).iter().map(|job| job.page.page.unwrap().get()).collect()
        };
        assert!(pages(0).is_empty());
        assert_eq!(pages(3), [1, 2, 3]);
        assert_eq!((pages(250).len(), pages(250)[..3].to_vec(), pages(250)[99]), (SAMPLE, vec![1, 3, 6], 248));
    }
}
