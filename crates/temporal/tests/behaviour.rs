//! What a stage's attribute and a request say means the same in a local run and in a job: one table of cases, two drivers. The driver of jobs does
//! the parts that the workflow starts, in its order, as activities. It needs no server.

#![expect(missing_docs, reason = "the stages of tests say nothing to anybody")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use serde_json::json;
use shelf::book::ScanId;
use shelf::events::Event;
use shelf::extension::{Session, Share};
use shelf::inspect::{PageState, look};
use shelf::llm::Usd;
use shelf::prelude::*;
use shelf::registry::Registry;
use shelf::run::{self, Settings, Stop};
use shelf::stage::{Row, Stage as _};
use shelf::testing::{ScriptedModel, ScriptedReply};
use shelf_temporal::activities::Parts;
use shelf_temporal::job::{Job, JobEnd, Limit, divide, job_phases};
use shelf_temporal::library_id;
use shelf_temporal::stage_table::stage_table;
use temporalio_sdk::activities::ActivityError;
use temporalio_sdk::testing::{ActivityEnvironment, ActivityEnvironmentError};

#[page]
#[derive(Debug, Default)]
pub struct Word {
    pub word: String,
}

/// What was called, in which order: `stage page`.
static CALLED: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// One case at a time uses it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn called(what: impl Into<String>) {
    CALLED.lock().unwrap().push(what.into());
}

fn word(stage: &str, page: PageNumber) -> Word {
    called(format!("{stage} {page}"));
    Word { word: format!("{stage} {page}") }
}

#[stage(name = "base", parallelism = cpu)]
pub fn base(page: PageNumber) -> Result<Word> {
    Ok(word("base", page))
}

#[stage(name = "windowed", deps = [base], parallelism = cpu, before = open, after = close)]
pub fn windowed(page: PageNumber, base: Window<Word>) -> Result<Word> {
    let _ = word("windowed", page);
    let of = |word: Option<&Word>| word.map_or("-", |word| &word.word).to_owned();
    Ok(Word { word: format!("{} | {}", of(base.previous()), of(base.next())) })
}

#[expect(clippy::unnecessary_wraps, reason = "a hook returns a result")]
fn open(_run: &StageRun) -> Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "a hook returns a result")]
fn close(run: &mut StageRun) -> Result<()> {
    called("after windowed");
    run.metadata.status = Some(format!("{} done, {} failed", run.done, run.failed));
    Ok(())
}

#[stage(name = "whole", scope = book, deps = [windowed], parallelism = cpu)]
pub fn whole(windowed: Pages<Word>) -> Result<Word> {
    called("whole");
    let words: Vec<String> = windowed.iter().map(|page| Ok(page?.1.word)).collect::<Result<_>>()?;
    Ok(Word { word: words.len().to_string() })
}

#[stage(name = "follows", deps = [whole], parallelism = cpu)]
pub fn follows(page: PageNumber, whole: Word) -> Result<Word> {
    let _ = word("follows", page);
    Ok(whole)
}

#[stage(name = "skipping", deps = [base], on_error = skip, parallelism = cpu)]
pub fn skipping(page: PageNumber, base: Word) -> Result<Word> {
    let _ = word("skipping", page);
    if page.get() == 3 { Err(Failure::new("three")) } else { Ok(base) }
}

#[stage(name = "copying", deps = [base], on_error = copy(base), parallelism = cpu)]
pub fn copying(page: PageNumber, base: Word) -> Result<Word> {
    let _ = word("copying", page);
    if page.get() == 4 { Err(Failure::new("four")) } else { Ok(Word { word: base.word + "!" }) }
}

#[stage(name = "failing", deps = [base], parallelism = cpu)]
pub fn failing(page: PageNumber, base: Word) -> Result<Word> {
    let _ = word("failing", page);
    if page.get() == 2 { Err(Failure::new("two")) } else { Ok(base) }
}

#[stage(name = "after_failing", deps = [failing, skipping, copying], parallelism = cpu)]
pub fn after_failing(failing: Word, skipping: Option<Word>, copying: Word) -> Result<Word> {
    Ok(Word { word: format!("{} {} {}", failing.word, skipping.is_some(), copying.word) })
}

#[stage(name = "limited", max_failed = "20%", parallelism = cpu)]
pub fn limited(page: PageNumber) -> Result<Word> {
    let _ = word("limited", page);
    Err(Failure::new("always"))
}

#[stage(name = "asked", parallelism = llm)]
pub async fn asked(page: PageNumber, llm: Llm) -> Result<Word> {
    llm.ask().user(format!("page {page}")).reply().await
}

/// A case: a book, stages, and what becomes of it in a run, and in another one.
struct Case {
    name: &'static str,
    stages: &'static [&'static Row],
    pages: u32,
    arguments: &'static [&'static str],
    runs: &'static [Run],
}

/// A run, and what is expected after it.
struct Run {
    redo: Option<&'static str>,
    /// The pages that are there, by stage; the failures; the metadata's status.
    book: &'static str,
    /// How many functions were called, hooks included.
    calls: usize,
}

const CASES: &[Case] = &[
    Case {
        name: "windows, book stages and hooks",
        stages: &[base::ROW, windowed::ROW, whole::ROW, follows::ROW],
        pages: 7,
        arguments: &[],
        runs: &[
            Run {
                redo: None,
                book: "base: 1 2 3 4 5 6 7; follows: 1 2 3 4 5 6 7; whole: book; windowed: 1 2 3 4 5 6 7; status: 7 done, 0 failed",
                calls: 3 * 7 + 2,
            },
            // Nothing is left to do.
            Run {
                redo: None,
                book: "base: 1 2 3 4 5 6 7; follows: 1 2 3 4 5 6 7; whole: book; windowed: 1 2 3 4 5 6 7; status: 7 done, 0 failed",
                calls: 0,
            },
            // `whole` comes out the same, so `follows` is kept where it is not asked for itself; here it is.
            Run {
                redo: Some("again"),
                book: "base: 1 2 3 4 5 6 7; follows: 1 2 3 4 5 6 7; whole: book; windowed: 1 2 3 4 5 6 7; status: 7 done, 0 failed",
                calls: 3 * 7 + 2,
            },
        ],
    },
    Case {
        name: "failures are skipped, copied, or block",
        stages: &[base::ROW, skipping::ROW, copying::ROW, failing::ROW, after_failing::ROW],
        pages: 5,
        arguments: &[],
        runs: &[Run {
            redo: None,
            book: "after_failing: 1 3 4 5; base: 1 2 3 4 5; copying: 1 2 3 4 5; failing: 1 3 4 5 failed 2; skipping: 1 2 4 5 failed 3",
            calls: 4 * 5,
        }],
    },
    Case {
        name: "some stages of some pages",
        stages: &[base::ROW, skipping::ROW],
        pages: 6,
        arguments: &["--stages=base", "--pages=2-4"],
        runs: &[Run { redo: None, book: "base: 2 3 4; skipping:", calls: 3 }],
    },
    Case {
        name: "a failure limit holds for all parts together",
        stages: &[limited::ROW],
        pages: 10,
        arguments: &[],
        // 3 of 10 are more than 20 %.
        runs: &[Run { redo: None, book: "limited: failed 3 pages", calls: 3 }],
    },
];

fn library(pages: u32) -> tempfile::TempDir {
    let library = tempfile::tempdir().unwrap();
    fs::create_dir(library.path().join("book")).unwrap();
    let metadata = json!({ "title": "A Book", "total_pages": pages });
    fs::write(library.path().join("book/metadata.json"), metadata.to_string()).unwrap();
    library
}

fn session(library: &tempfile::TempDir, case: &Case) -> Session {
    Session::open(library.path(), Registry::of(case.stages.iter().copied()).unwrap()).unwrap()
}

fn book() -> ScanId {
    "book".parse().unwrap()
}

/// What is in the book, in words.
fn found(session: &Session) -> String {
    let state = look(session.store(), session.registry(), &book()).unwrap();
    let mut stages: Vec<&str> = session.registry().names().collect();
    stages.sort_unstable();
    let mut parts = Vec::new();
    for name in stages {
        let stage = state.stage(name);
        let mut text = format!("{name}:");
        for (unit, _) in stage.pages.iter().filter(|(_, page)| matches!(page, PageState::Valid(_))) {
            let _ = write!(text, " {}", unit.page().map_or_else(|| "book".to_owned(), |page| page.to_string()));
        }
        let failed: Vec<String> = stage.failed.keys().filter_map(|unit| Some(unit.page()?.to_string())).collect();
        match failed.len() {
            0 => {}
            // Which pages of `limited` come first depends on the shards.
            3.. => write!(text, " failed {} pages", failed.len()).unwrap(),
            _ => write!(text, " failed {}", failed.join(" ")).unwrap(),
        }
        parts.push(text);
    }
    parts.extend(state.metadata.status.map(|status| format!("status: {status}")));
    parts.join("; ")
}

/// `shelf process`.
fn run_here(session: &Session, arguments: &[String], redo: Option<&str>) {
    let processing = session.processing(arguments).unwrap();
    let mut request = processing.request().clone();
    request.redo = redo.map(ToOwned::to_owned);
    let share = Share { runs: NonZeroUsize::MIN, limit: None };
    let runtime = processing.runtime(session.worker_pool(1).unwrap(), true, share).unwrap();
    let settings = Settings::workers(1);
    run::process(&runtime, &book(), &request, &settings, &|_: &Event| {}, &Stop::default()).unwrap();
}

fn job(session: &Session, arguments: &[String], pages: u32, redo: Option<&str>, limit: Option<Limit>) -> Job {
    let processing = session.processing(arguments).unwrap();
    let entries = processing.request().stages(session.registry()).unwrap();
    let names: Vec<String> = entries.iter().map(|entry| entry.row.name.to_owned()).collect();
    let phases = job_phases(session.registry(), &names);
    let (shards, book_shard) = divide(&book(), pages as usize, 2, phases.len());
    assert!(shards > 1);
    Job {
        library: library_id(session).unwrap(),
        book: "book".to_owned(),
        arguments: arguments.to_vec(),
        redo: redo.map(ToOwned::to_owned),
        limit,
        stages: stage_table(session.registry(), &processing, names.iter().map(String::as_str)),
        phases,
        shards,
        book_shard,
        heartbeat_s: 1,
    }
}

fn environment(session: &Session) -> ActivityEnvironment {
    let parts = Parts::new(session.clone(), NonZeroUsize::MIN, std::sync::Arc::default());
    ActivityEnvironment::builder().register_activities(parts).build()
}

/// `shelf submit` and workers: the parts of the job in the workflow's order.
async fn run_job(session: &Session, job: &Job) -> JobEnd {
    let environment = environment(session);
    let mut end = JobEnd::default();
    if job.redo.is_some() {
        environment.run(Parts::begin_redo, job.last_part(&BTreeMap::new())).await.unwrap();
    }
    for group in job.groups() {
        for shard in 1..=job.shards {
            for phase in group {
                if let Some(part) = job.part(phase, shard, &end.failed)
                    && end.stopped.is_none()
                {
                    end.add(environment.run(Parts::part, part).await.unwrap());
                }
            }
        }
    }
    if end.stopped.is_none() {
        end.add(environment.run(Parts::part, job.last_part(&end.failed)).await.unwrap());
    }
    end
}

fn calls() -> usize {
    std::mem::take(&mut *CALLED.lock().unwrap()).len()
}

#[test]
fn jobs_behave_as_local_runs() {
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let tokio = tokio::runtime::Runtime::new().unwrap();
    for case in CASES {
        let (here, there) = (library(case.pages), library(case.pages));
        let (here, there) = ((session(&here, case), here), (session(&there, case), there));
        let arguments: Vec<String> = case.arguments.iter().map(ToString::to_string).collect();
        for (number, run) in case.runs.iter().enumerate() {
            let name = format!("{}, run {}", case.name, number + 1);
            calls();
            run_here(&here.0, &arguments, run.redo);
            assert_eq!((found(&here.0).as_str(), calls()), (run.book, run.calls), "{name}, local");
            let job = job(&there.0, &arguments, case.pages, run.redo, None);
            let end = tokio.block_on(run_job(&there.0, &job));
            assert_eq!((found(&there.0).as_str(), calls()), (run.book, run.calls), "{name}, job");
            assert_eq!(end.stopped, None, "{name}");
        }
    }
}

fn model() -> ScriptedModel {
    ScriptedModel::with_script(|asked| {
        let usage = json!({ "prompt_tokens": 10, "completion_tokens": 5, "cost": 0.01 });
        ScriptedReply::text(json!({ "word": asked.user }).to_string()).usage(Some(usage))
    })
    .listing(&json!({ "data": [{ "id": "m", "pricing": { "prompt": "0", "completion": "0.0001" } }] }))
}

const ASKED: Case = Case { name: "asked", stages: &[asked::ROW], pages: 8, arguments: &[], runs: &[] };

fn asking(model: &ScriptedModel) -> Vec<String> {
    let url = format!("--llm-base-url={}", model.base_url());
    vec![url, "--llm-model=m".to_owned(), "--llm-max-tokens=100".to_owned(), "--llm-in-flight=1".to_owned()]
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_ask_each_question_once() {
    let (library, model) = (library(8), model());
    let session = session(&library, &ASKED);
    let job = job(&session, &asking(&model), 8, None, None);
    for _ in 0..2 {
        assert_eq!(run_job(&session, &job).await.stopped, None);
        assert_eq!(model.requests().len(), 8);
    }
    assert_eq!(found(&session), "asked: 1 2 3 4 5 6 7 8");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_holds_for_all_parts_together() {
    let (library, model) = (library(8), model());
    let session = session(&library, &ASKED);
    let limit = Some(Limit { spent_before: 0.0, limit: 0.035 });
    let job = job(&session, &asking(&model), 8, None, limit);
    let end = run_job(&session, &job).await;
    let stop = end.stopped.expect("the budget does not suffice");
    assert!(stop.reason.contains("budget of this run"), "{stop:?}");
    assert_eq!(end.exit, shelf::Exit::Stopped as u8);
    assert_eq!(model.requests().len(), 3);
    // What earlier jobs have spent is not its.
    let spent_before = shelf::llm::spent_on_all(session.store()).unwrap();
    assert_eq!(spent_before, Usd(0.03));
    let again = Job { limit: Some(Limit { spent_before: spent_before.0, limit: 1.0 }), ..job };
    assert_eq!(run_job(&session, &again).await.stopped, None);
    assert_eq!(model.requests().len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_refuses_ends_the_job() {
    let (library, model) = (library(8), ScriptedModel::with_script(|_| ScriptedReply::status(401)));
    let session = session(&library, &ASKED);
    let end = run_job(&session, &job(&session, &asking(&model), 8, None, None)).await;
    assert!(end.stopped.is_some() && end.exit == shelf::Exit::Failed as u8, "{end:?}");
    assert_eq!(model.requests().len(), 1);
}

/// The type of an activity's failure, its message, and whether it is tried again.
fn failure<T: std::fmt::Debug>(result: Result<T, ActivityEnvironmentError>) -> (String, String, bool) {
    match result.unwrap_err() {
        ActivityEnvironmentError::Activity(ActivityError::Application(failure)) => (
            failure.type_name().unwrap_or_default().to_owned(),
            failure.source_error().to_string(),
            !failure.is_non_retryable(),
        ),
        error => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_with_other_stages_refuses_the_part_and_names_the_stage() {
    let (library, case) = (library(4), &CASES[1]);
    let session = session(&library, case);
    let mut job = job(&session, &[], 4, None, None);
    job.stages.insert("copying".to_owned(), "other".to_owned());
    let (kind, message, again) = failure(environment(&session).run(Parts::part, job.last_part(&BTreeMap::new())).await);
    assert_eq!((kind.as_str(), again), ("StageTable", false));
    assert!(message.starts_with("stage `copying` of this worker is not the one that was submitted"), "{message}");
    // Parts without this stage are done.
    let part = job.phases.iter().filter_map(|phase| job.part(phase, job.book_shard, &BTreeMap::new()));
    let other = part.map(|mut part| {
        part.stages.retain(|stage, _| stage == "base");
        part
    });
    assert!(environment(&session).run(Parts::part, other.into_iter().next().unwrap()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_another_library_is_refused() {
    let (library, case) = (library(4), &CASES[1]);
    let session = session(&library, case);
    let job = Job { library: "another".to_owned(), ..job(&session, &[], 4, None, None) };
    let (kind, _, again) = failure(environment(&session).run(Parts::part, job.last_part(&BTreeMap::new())).await);
    assert_eq!((kind.as_str(), again), ("Refused", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_in_use_is_tried_again() {
    use shelf::store::Store as _;
    let (library, case) = (library(4), &CASES[1]);
    let session = session(&library, case);
    let job = job(&session, &[], 4, None, None);
    let held = session.store().lock(&book()).unwrap();
    let part = || job.part(&job.phases[0], 1, &BTreeMap::new()).unwrap();
    let (kind, message, again) = failure(environment(&session).run(Parts::part, part()).await);
    assert_eq!((kind.as_str(), again), ("Locked", true));
    assert!(message.contains("`book` is in use by process"), "{message}");
    drop(held);
    assert!(environment(&session).run(Parts::part, part()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_part_ends_as_cancelled() {
    let (library, model) = (
        library(8),
        ScriptedModel::with_script(|_| {
            let slow = std::time::Duration::from_millis(400);
            ScriptedReply::text(json!({ "word": "slow" }).to_string()).delayed(slow, slow)
        }),
    );
    let session = session(&library, &ASKED);
    let job = job(&session, &asking(&model), 8, None, None);
    let environment = environment(&session);
    let (ended, ()) = tokio::join!(environment.run(Parts::part, job.last_part(&BTreeMap::new())), async {
        while model.requests().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        environment.cancel();
    });
    assert!(matches!(ended, Err(ActivityEnvironmentError::Activity(ActivityError::Cancelled { .. }))), "{ended:?}");
    // The page that was asked about is finished, and the others are not begun.
    assert!(model.requests().len() < 8);
    let finished = found(&session).split(' ').count() - 1;
    assert_eq!(finished, model.requests().len());
}
