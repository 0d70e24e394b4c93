//! What a stage's attribute says of failures and of losses is what a run does.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::sync::Mutex;
use std::time::Duration;

use shelf::plan::{Request, Settled};
use shelf::prelude::*;
use shelf::stage::{Cause, Row, Stage as _};
use shelf::testing::TestBook;

/// Paragraphs of one block, by number.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
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
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
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
    files.image(format!("{page}.png"), vec![1]);
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
    assert!(failure(2).error.ends_with("once each; lost: block 0 paragraph 0"), "{}", failure(2).error);
    assert!(failure(3).error.ends_with("once each; doubled: block 0 paragraph 1"), "{}", failure(3).error);
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
        assert!(!stage.is_held_up(), "nothing is to be done about it");
    }
    assert!(book.failure::<picky>(2).unwrap().skipped);
    let again = all(&[after_that::ROW], &book);
    assert!(!again.events.iter().any(|line| line.ends_with("started")), "{:?}", again.events);
    assert_eq!((again.summary.stages[1].kept, again.summary.stages[1].skipped.len()), (2, 1));
    assert_eq!(again.summary.stages[3].blocked[0].1.to_string(), "picky page 2 was skipped");
    let plan = book.plan(&[picky::ROW], &Request { retry_failed: true, ..Request::default() });
    assert_eq!(plan.jobs[0].why.to_string(), "failed before: nothing to see here");
}

#[test]
fn a_copied_page_says_that_it_is_one() {
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
    assert!(book.bytes("images/1.png").is_some() && book.bytes("images/2.png").is_none());
    assert!(book.failure::<bettered>(2).is_none());
}

#[test]
fn a_copy_is_kept_until_it_is_asked_to_be_tried_again() {
    let book = TestBook::of_pages(2);
    all(&[bettered::ROW], &book);
    let plan = book.plan(&[bettered::ROW], &Request::default());
    assert!(plan.settled.values().all(|settled| *settled == Settled::Kept) && plan.jobs.is_empty());
    let plan = book.plan(&[bettered::ROW], &Request { retry_failed: true, ..Request::default() });
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
fn an_async_stage_that_takes_too_long_fails_in_passing() {
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
fn a_stage_that_fails_too_often_stops() {
    static CALLED: Mutex<Vec<u32>> = Mutex::new(Vec::new());

    /// Fails on even pages.
    #[stage(name = "odd", max_failed = "20%", parallelism = cpu)]
    fn odd(page: PageNumber) -> Result<Text> {
        CALLED.lock().unwrap().push(page.get());
        if page.get() % 2 == 0 { Err(Failure::new("even")) } else { Ok(Text { paragraphs: Vec::new() }) }
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
    assert_eq!(odd_.gave_up.as_deref(), Some("3 of 10 pages failed, and it says `max_failed = \"20%\"`"));
    assert_eq!((after.done, after.blocked.len()), (3, 7));
    assert_eq!(after.blocked[6].1.to_string(), "odd page 10 is left to do");
    CALLED.lock().unwrap().clear();
    let again = all(&[odd::ROW], &book);
    assert_eq!(again.summary.stages[0].done, 2, "a new run goes on");
    assert_eq!(*CALLED.lock().unwrap(), [7, 8, 9, 10]);
}
