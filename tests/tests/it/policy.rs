//! What a stage's attribute says of failures and of losses is what a run does.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::sync::Mutex;
use std::time::{Duration, Instant};

use shelf::plan::{Request, Settled};
use shelf::prelude::*;
use shelf::record::Hash;
use shelf::registry::Registry;
use shelf::report;
use shelf::stage::{Cause, Row, Stage as _};
use shelf::testing::TestBook;

/// Paragraphs of one block, by number.
#[page]
#[derive(Debug, PartialEq)]
pub struct Text {
    pub paragraphs: Vec<u32>,
}

impl Paragraphs for Text {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        self.paragraphs.iter().map(|paragraph| ParagraphId { block: 0, paragraph: *paragraph }).collect()
    }
}

/// Three paragraphs.
#[stage(name = "text", parallelism = cpu)]
pub fn text() -> Result<Text> {
    Ok(Text { paragraphs: vec![0, 1, 2] })
}

/// Turns the order round; loses one on page 2, and doubles one on page 3.
#[stage(name = "turned", deps = [text], conserves = text, parallelism = cpu)]
pub fn turned(page: PageNumber, mut text: Text) -> Result<Text> {
    text.paragraphs.reverse();
    match page.get() {
        2 => text.paragraphs.truncate(2),
        3 => text.paragraphs.push(1),
        _ => {}
    }
    Ok(text)
}

/// Fails on page 2, and leaves it out.
#[stage(name = "picky", deps = [text], on_error = skip, parallelism = cpu)]
pub fn picky(page: PageNumber, text: Text) -> Result<Text> {
    if page.get() == 2 { Err(Failure::new("nothing to see here")) } else { Ok(text) }
}

/// Follows `picky`.
#[stage(name = "after_picky", deps = [picky], parallelism = cpu)]
pub fn after_picky(picky: Text) -> Result<Text> {
    Ok(picky)
}

/// Follows the follower.
#[stage(name = "after_that", deps = [after_picky], parallelism = cpu)]
pub fn after_that(after_picky: Text) -> Result<Text> {
    Ok(after_picky)
}

/// A text in better words.
#[page]
#[derive(Debug, PartialEq)]
pub struct Better {
    pub paragraphs: Vec<u32>,
    pub better: bool,
}

impl From<Text> for Better {
    fn from(text: Text) -> Self {
        Self { paragraphs: text.paragraphs, better: false }
    }
}

/// What `bettered` measures.
#[derive(PageMetrics, Report)]
pub struct BetterMetrics {
    /// Paragraphs.
    pub count: usize,
}

/// Fails on page 2, which is then as it was; and leaves a file beside it that nobody wants.
#[stage(name = "bettered", deps = [text], on_error = copy(text), parallelism = cpu)]
pub fn bettered(page: PageNumber, text: Text, files: PageFiles) -> Result<(Better, BetterMetrics)> {
    files.add("unwanted.png", vec![1]);
    if page.get() == 2 {
        return Err(Failure::new("no better words"));
    }
    let count = text.paragraphs.len();
    Ok((Better { paragraphs: text.paragraphs, better: true }, BetterMetrics { count }))
}

/// Follows `bettered`.
#[stage(name = "after_bettered", deps = [bettered], parallelism = cpu)]
pub fn after_bettered(bettered: Better) -> Result<Better> {
    Ok(bettered)
}

/// Loses everything, on tokio.
#[stage(name = "emptied", deps = [text], conserves = text, parallelism = io)]
pub async fn emptied(text: Text) -> Result<Text> {
    Ok(Text { paragraphs: text.paragraphs.into_iter().filter(|number| *number > 7).collect() })
}

#[test]
fn a_lost_or_doubled_paragraph_is_a_failed_page() {
    let book = TestBook::of_pages(3).outputs::<text>(|_| Text { paragraphs: vec![0, 1, 2] });
    let run = book.run::<turned>();
    assert_eq!(run.summary.stages[0].done, 1);
    assert_eq!(book.page::<turned>(1).paragraphs, [2, 1, 0]);
    let failure = |page| book.failure::<turned>(page).unwrap().failure;
    assert!(failure(2).error.ends_with("exactly once; lost: block 0 paragraph 0"), "{}", failure(2).error);
    assert!(failure(3).error.ends_with("exactly once; doubled: block 0 paragraph 1"), "{}", failure(3).error);
    assert_eq!((failure(2).cause, failure(2).transient), (Cause::Output, false));
    assert!(failure(2).hint.unwrap().contains("conserves = text"));
    assert_eq!(book.bytes("turned/page_0002.json"), None);
}

#[test]
fn an_async_stage_conserves_too() {
    let book = TestBook::of_pages(1).outputs::<text>(|_| Text { paragraphs: vec![4] });
    assert_eq!(book.run::<emptied>().summary.stages[0].failed.len(), 1);
}

fn all(rows: &[&'static Row], book: &TestBook) -> shelf::testing::TestRun {
    book.process(rows, &Request::default())
}

#[test]
fn a_skipped_page_is_left_out_and_blocks_what_is_made_from_it() {
    let book = TestBook::of_pages(3);
    let run = all(&[after_that::ROW], &book);
    let [_, picky_, follower, last] = &run.summary.stages[..] else { panic!("four stages") };
    assert_eq!((picky_.done, picky_.skipped.len(), picky_.failed.len()), (2, 1, 0));
    assert_eq!(picky_.skipped[0].1.error, "nothing to see here");
    for stage in [follower, last] {
        assert_eq!(stage.blocked[0].1.to_string(), "picky page 2 was skipped");
        assert!(!stage.is_blocked(), "nothing is to be done about it");
    }
    assert!(book.failure::<picky>(2).unwrap().skipped);
    let again = all(&[after_that::ROW], &book);
    assert!(!again.events.iter().any(|line| line.ends_with("started")), "{:?}", again.events);
    assert_eq!((again.summary.stages[1].kept, again.summary.stages[1].skipped.len()), (2, 1));
    assert_eq!(again.summary.stages[3].blocked[0].1.to_string(), "picky page 2 was skipped");
    let plan = book.plan(&[picky::ROW], &Request::default().retry_failed());
    assert_eq!(plan.jobs[0].why.to_string(), "failed before: nothing to see here");
}

#[test]
fn a_copied_page_is_recorded_as_a_copy() {
    let book = TestBook::of_pages(3);
    let run = all(&[after_bettered::ROW], &book);
    let [_, bettered_, after] = &run.summary.stages[..] else { panic!("three stages") };
    assert_eq!((bettered_.done, bettered_.copied.len(), bettered_.failed.len(), after.done), (3, 1, 0, 3));
    assert!(run.events.contains(&"bettered page 2: copied: no better words".to_owned()), "{:?}", run.events);
    assert_eq!(book.page::<bettered>(2), Better { paragraphs: vec![0, 1, 2], better: false });
    let copied = book.record::<bettered>(2).copied.unwrap();
    assert_eq!((copied.from.as_str(), copied.failure.error.as_str()), ("text", "no better words"));
    assert_eq!(book.record::<bettered>(1).copied, None);
    assert_eq!(book.report::<bettered>(), "page_num,count,copied\n1,3,\n2,,text\n3,3,\n");
    assert!(book.bytes("bettered/page_0001_unwanted.png").is_some());
    assert!(book.bytes("bettered/page_0002_unwanted.png").is_none());
    assert!(book.failure::<bettered>(2).is_none());
}

#[test]
fn a_copy_is_kept_until_it_is_asked_to_be_tried_again() {
    let book = TestBook::of_pages(2);
    all(&[bettered::ROW], &book);
    let plan = book.plan(&[bettered::ROW], &Request::default());
    assert!(plan.settled.values().all(|settled| *settled == Settled::Kept) && plan.jobs.is_empty());
    let plan = book.plan(&[bettered::ROW], &Request::default().retry_failed());
    let why: Vec<_> = plan.jobs.iter().map(|job| format!("{}: {}", job.page, job.why)).collect();
    assert_eq!(why, ["bettered page 2: failed before: no better words"]);
}

#[test]
fn retries_are_counted_by_the_stage() {
    /// Is always busy.
    #[stage(name = "busy", retries = 1, parallelism = cpu)]
    fn busy() -> Result<Text> {
        Err(Failure::retry("busy").after(Duration::from_millis(1)))
    }

    /// Has no patience.
    #[stage(name = "impatient", retries = 0, parallelism = cpu)]
    fn impatient() -> Result<Text> {
        Err(Failure::retry("busy"))
    }

    let book = TestBook::of_pages(1);
    book.run::<busy>();
    book.run::<impatient>();
    assert_eq!(book.failure::<busy>(1).unwrap().attempts, 2);
    assert_eq!(book.failure::<impatient>(1).unwrap().attempts, 1);
}

#[test]
fn a_failed_page_has_the_time_of_all_its_attempts() {
    const ATTEMPT: Duration = Duration::from_millis(3);

    /// Works hard, to no avail.
    #[stage(name = "diligent", retries = 2, parallelism = cpu)]
    fn diligent() -> Result<Text> {
        let begun = Instant::now();
        while begun.elapsed() < ATTEMPT {}
        Err(Failure::retry("busy").after(Duration::from_millis(1)))
    }

    let book = TestBook::of_pages(2);
    book.run::<diligent>();
    let failed = book.failure::<diligent>(1).unwrap();
    assert!(failed.processing_time_seconds >= 3.0 * ATTEMPT.as_secs_f64(), "{failed:?}");
    let stages = Registry::of([diligent::ROW]).unwrap();
    let report = report::read(book.store(), &stages.stages()[0], book.id()).unwrap();
    let stats = report::stats(&report, &[]);
    assert_eq!((stats.pages, stats.failed), (0, 2));
    assert_eq!(stats.metrics[0].summary.measured, 2, "{stats:?}");
}

#[test]
fn an_async_stage_that_times_out_fails_transiently() {
    /// Never comes back.
    #[stage(name = "endless", timeout = "20ms", retries = 0)]
    async fn endless() -> Result<Text> {
        std::future::pending().await
    }

    let book = TestBook::of_pages(1);
    book.run::<endless>();
    let failure = book.failure::<endless>(1).unwrap().failure;
    assert_eq!((failure.cause, failure.transient), (Cause::Timeout, true));
    assert_eq!(failure.error, "the page was not done within 20ms");
}

#[test]
fn a_stage_stops_at_its_failure_limit() {
    static CALLED: Mutex<Vec<u32>> = Mutex::new(Vec::new());

    /// Fails on even pages.
    #[stage(name = "odd", max_failed = "20%", parallelism = cpu)]
    fn odd(page: PageNumber) -> Result<Text> {
        CALLED.lock().unwrap().push(page.get());
        if page.get().is_multiple_of(2) { Err(Failure::new("even")) } else { Ok(Text { paragraphs: Vec::new() }) }
    }

    /// Follows it.
    #[stage(name = "after_odd", deps = [odd], parallelism = cpu)]
    fn after_odd(odd: Text) -> Result<Text> {
        Ok(odd)
    }

    let book = TestBook::of_pages(10);
    let run = all(&[after_odd::ROW], &book);
    let [odd_, after] = &run.summary.stages[..] else { panic!("two stages") };
    assert_eq!(*CALLED.lock().unwrap(), [1, 2, 3, 4, 5, 6]);
    assert_eq!((odd_.done, odd_.failed.len(), odd_.left), (3, 3, 4));
    assert_eq!(
        odd_.failure_limit_reached.as_deref(),
        Some("3 of 10 pages failed; the limit is `max_failed = \"20%\"`")
    );
    assert_eq!((after.done, after.blocked.len()), (3, 7));
    assert_eq!(after.blocked[6].1.to_string(), "odd page 10 is left to do");
    CALLED.lock().unwrap().clear();
    let again = all(&[odd::ROW], &book);
    assert_eq!(again.summary.stages[0].done, 2, "a new run goes on");
    assert_eq!(*CALLED.lock().unwrap(), [7, 8, 9, 10]);
}

static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
static CLOSED: Mutex<bool> = Mutex::new(true);

async fn look_first(run: &StageRun) -> Result<()> {
    let pages = run.pages.len();
    let title = run.metadata.title.clone();
    tokio_like_pause().await;
    SAID.lock().unwrap().push(format!("before {pages} pages of {}", title.unwrap_or_default()));
    Ok(())
}

async fn rename(run: &mut StageRun) -> Result<()> {
    tokio_like_pause().await;
    SAID.lock().unwrap().push(format!("after: {} done, {} failed", run.done, run.failed));
    run.metadata.title = Some("Renamed".to_owned());
    if *CLOSED.lock().unwrap() { Err(Failure::new("the office is closed")) } else { Ok(()) }
}

/// Comes back at the second look.
async fn tokio_like_pause() {
    let mut looked = false;
    std::future::poll_fn(|task| {
        task.waker().wake_by_ref();
        if std::mem::replace(&mut looked, true) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// Has hooks.
#[stage(name = "hooked", before = look_first, after = rename, parallelism = cpu)]
pub fn hooked() -> Result<Text> {
    Ok(Text { paragraphs: Vec::new() })
}

/// Depends on the book's title.
#[stage(name = "titled", deps = [hooked], parallelism = cpu)]
pub fn titled(hooked: Text, book: BookMetadata) -> Result<Text> {
    let mut text = hooked;
    text.paragraphs.push(book.title.map_or(0, |title| title.len() as u32));
    Ok(text)
}

#[test]
fn an_after_hook_that_failed_is_called_again_when_there_is_nothing_to_do() {
    let title = |book: &TestBook| book.metadata().title.unwrap();
    let book = TestBook::of_pages(2);
    let run = book.run::<hooked>();
    assert_eq!(*SAID.lock().unwrap(), ["before 2 pages of A test", "after: 2 done, 0 failed"]);
    let error = run.summary.stages[0].hook_error.as_deref();
    assert_eq!(error, Some("the stage's `after` hook failed: the office is closed"));
    assert_eq!(title(&book), "A test", "a hook that failed changes nothing");
    assert!(book.bytes("hooked/after.json").is_some());
    *CLOSED.lock().unwrap() = false;
    SAID.lock().unwrap().clear();
    let again = book.run::<hooked>();
    assert_eq!((again.summary.stages[0].kept, again.summary.stages[0].hook_error.as_deref()), (2, None));
    assert_eq!(*SAID.lock().unwrap(), ["after: 2 done, 0 failed"]);
    assert_eq!(title(&book), "Renamed");
    assert!(book.bytes("hooked/after.json").is_none());
    SAID.lock().unwrap().clear();
    book.run::<hooked>();
    assert!(SAID.lock().unwrap().is_empty(), "it is not due any more");
    let fresh = TestBook::of_pages(1);
    all(&[titled::ROW], &fresh);
    assert!(fresh.plan(&[titled::ROW], &Request::default()).jobs.is_empty());
    assert_eq!(fresh.page::<titled>(1).paragraphs, [7], "what a hook has changed is what later pages are made from");
}

#[test]
fn a_before_hook_that_fails_stops_its_stage_before_a_page_is_begun() {
    fn refuse(run: &StageRun) -> Result<()> {
        Err(Failure::new(format!("{} pages are too many", run.pages.len())))
    }

    fn never(_: &StageRun) -> Result<()> {
        panic!("nothing was begun")
    }

    /// Never begins.
    #[stage(name = "refused", before = refuse, after = never, parallelism = cpu)]
    fn refused() -> Result<Text> {
        panic!("the hook failed")
    }

    let book = TestBook::of_pages(2);
    let run = book.run::<refused>();
    assert_eq!(run.summary.stages[0].blocked.len(), 2);
    let by = run.summary.stages[0].blocked[0].1.to_string();
    assert_eq!(by, "the stage's `before` hook failed: 2 pages are too many");
    assert!(book.bytes("refused/after.json").is_none() && run.summary.stages[0].hook_error.is_none());
}

/// Asks a model with constants.
#[stage(name = "asked", prompt = PROMPT, model = "large", parallelism = cpu)]
pub fn asked() -> Result<Text> {
    Ok(Text { paragraphs: vec![PROMPT.len() as u32] })
}

const PROMPT: &str = "Read the page.";

#[test]
fn another_prompt_or_model_makes_a_page_stale() {
    let book = TestBook::of_pages(1);
    book.run::<asked>();
    let mut page: serde_json::Value = serde_json::from_slice(&book.bytes("asked/page_0001.json").unwrap()).unwrap();
    let mut record = book.record::<asked>(1);
    let prompt = record.fingerprint.prompt.replace(Hash::known(&"0".repeat(64)));
    assert!(prompt.is_some() && record.fingerprint.model.as_deref() == Some("large"));
    record.fingerprint.model = Some("small".to_owned());
    page["_record"] = record.to_json().unwrap();
    book.write("asked/page_0001.json", &serde_json::to_vec(&page).unwrap());
    let plan = book.plan(&[asked::ROW], &Request::default());
    assert_eq!(plan.jobs[0].why.to_string(), "the prompt changed, model small → large");
}
