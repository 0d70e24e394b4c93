//! Which page of which stage runs, is kept, fails or is blocked, and why: the event logs of runs over small books.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use shelf::plan::{Request, Settled};
use shelf::prelude::*;
use shelf::run::{Stop, Stopped};
use shelf::testing::TestBook;

/// A page's number and a word.
#[page]
#[derive(Debug, PartialEq)]
pub struct Said {
    pub page_number: u32,
    pub said: String,
    #[serde(default)]
    pub made: Timestamp,
}

/// What `said` is told.
#[derive(Debug, clap::Args, Serialize)]
pub struct SayOptions {
    /// The word.
    #[arg(long, default_value = "yes")]
    pub word: String,
}

/// Says the word; `said` is the same for every word of three letters.
#[stage(name = "first", parallelism = cpu, options = SayOptions)]
pub fn first(page: PageNumber, options: &SayOptions) -> Result<Said> {
    let said = options.word.len().to_string();
    Ok(Said { page_number: page.get(), said, made: Timestamp::default() })
}

/// Repeats it.
#[stage(name = "second", deps = [first], parallelism = cpu)]
pub fn second(page: PageNumber, first: Said) -> Result<Said> {
    Ok(Said { page_number: page.get(), said: format!("{0}{0}", first.said), made: Timestamp::default() })
}

/// Repeats it with its neighbours.
#[stage(name = "around", deps = [second], parallelism = io)]
pub async fn around(page: PageNumber, second: Window<Said>) -> Result<Said> {
    let said =
        [second.previous(), Some(&second.page), second.next()].into_iter().flatten().map(|near| near.said.as_str());
    Ok(Said { page_number: page.get(), said: said.collect::<Vec<_>>().join(" "), made: Timestamp::default() })
}

/// The words of the book.
#[page]
#[derive(Debug, PartialEq)]
pub struct Words {
    pub words: BTreeMap<u32, String>,
}

/// Collects them all.
#[stage(name = "whole", scope = book, deps = [second], parallelism = cpu)]
pub fn whole(second: Pages<Said>) -> Result<Words> {
    let words = second.iter().map(|page| page.map(|(number, said)| (number.get(), said.said)));
    Ok(Words { words: words.collect::<Result<_>>()? })
}

/// Is made from the whole book, page by page.
#[stage(name = "last", deps = [whole], parallelism = fixed(2))]
pub fn last(page: PageNumber, whole: Words) -> Result<Said> {
    Ok(Said { page_number: page.get(), said: whole.words.len().to_string(), made: Timestamp::default() })
}

/// Fails for good on page 2, and panics on page 3.
#[stage(name = "brittle", parallelism = cpu)]
pub fn brittle(page: PageNumber) -> Result<Said> {
    match page.get() {
        2 => Err(Failure::new("page 2 is torn").hint("scan it again")),
        3 => panic!("page 3 is glued"),
        number => Ok(Said { page_number: number, said: String::new(), made: Timestamp::default() }),
    }
}

/// Follows `brittle`.
#[stage(name = "follower", deps = [brittle], parallelism = cpu)]
pub fn follower(brittle: Said) -> Result<Said> {
    Ok(brittle)
}

/// Follows the follower.
#[stage(name = "third", deps = [follower], parallelism = cpu)]
pub fn third(follower: Said) -> Result<Said> {
    Ok(follower)
}

fn request(stages: &[&str]) -> Request {
    Request::of_stages(stages.iter().copied())
}

fn rows<const N: usize>(rows: [&'static shelf::stage::Row; N]) -> [&'static shelf::stage::Row; N] {
    rows
}

macro_rules! row {
    ($stage:ident) => {
        <$stage as shelf::stage::Stage>::ROW
    };
}

#[test]
fn a_page_goes_through_all_stages_before_the_next_is_begun() {
    let book = TestBook::of_pages(2);
    let run = book.process(&rows([row!(second)]), &Request::default());
    let done: Vec<_> = run.events.iter().filter(|line| line.ends_with("done")).collect();
    assert_eq!(done, ["first page 1: done", "second page 1: done", "first page 2: done", "second page 2: done"]);
    assert!(run.summary.complete());
}

#[test]
fn a_second_run_does_nothing() {
    let book = TestBook::of_pages(3);
    book.process(&rows([row!(around), row!(last)]), &Request::default());
    let again = book.process(&rows([row!(around), row!(last)]), &Request::default());
    assert_eq!(again.events, Vec::<String>::new());
    assert_eq!(again.summary.stages.iter().map(|stage| stage.kept).sum::<usize>(), 3 + 3 + 3 + 1 + 3);
}

#[test]
fn remaking_the_same_content_makes_nothing_stale() {
    let book = TestBook::of_pages(2);
    book.process(&rows([row!(second)]), &Request::default());
    let book = book.options::<first>(SayOptions { word: "odd".to_owned() });
    let run = book.process(&rows([row!(second)]), &Request::default());
    let ends: Vec<_> = run.events.iter().filter(|line| !line.ends_with("started")).collect();
    assert_eq!(ends, ["first page 1: done", "second page 1: kept", "first page 2: done", "second page 2: kept"]);
    let book = book.options::<first>(SayOptions { word: "never".to_owned() });
    let plan = book.plan(&rows([row!(first)]), &Request::default());
    assert_eq!(plan.jobs[0].why.to_string(), "word odd → never");
    let run = book.process(&rows([row!(second)]), &Request::default());
    assert_eq!(run.summary.stages.iter().map(|stage| stage.done).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(book.page::<second>(1).said, "55");
}

#[test]
fn a_window_sees_its_neighbours_and_is_stale_when_one_changes() {
    let book = TestBook::of_pages(3).outputs::<second>(|page| Said {
        page_number: page,
        said: page.to_string(),
        made: Timestamp::default(),
    });
    book.run::<around>();
    let said = |page| book.page::<around>(page).said;
    assert_eq!([said(1), said(2), said(3)], ["1 2", "1 2 3", "2 3"]);
    book.put::<second>(1, &Said { page_number: 1, said: "new".to_owned(), made: Timestamp::default() });
    let plan = book.plan(&rows([row!(around)]), &request(&["around"]));
    let why: Vec<_> = plan.jobs.iter().map(|job| format!("{}: {}", job.page, job.why)).collect();
    assert_eq!(why, ["around page 1: second page 1 changed", "around page 2: second page 1 changed"]);
}

#[test]
fn a_window_without_a_neighbour_is_made_and_remade_when_the_neighbour_appears() {
    let book = TestBook::of_pages(3);
    for page in [1, 3] {
        book.put::<second>(page, &Said { page_number: page, said: page.to_string(), made: Timestamp::default() });
    }
    let run = book.run::<around>();
    assert_eq!(run.summary.stages[0].done, 2);
    assert_eq!(run.summary.stages[0].blocked[0].1.to_string(), "second page 2 is not made");
    assert_eq!(book.page::<around>(1).said, "1");
    book.put::<second>(2, &Said { page_number: 2, said: "2".to_owned(), made: Timestamp::default() });
    let plan = book.plan(&rows([row!(around)]), &request(&["around"]));
    assert_eq!(plan.jobs[0].why.to_string(), "second page 2 is new");
    assert_eq!(book.run::<around>().summary.stages[0].done, 3);
    assert_eq!(book.page::<around>(1).said, "1 2");
}

#[test]
fn a_book_stage_waits_for_all_pages_and_pages_wait_for_it() {
    let book = TestBook::of_pages(2);
    let run = book.process(&rows([row!(last)]), &Request::default());
    let position = |line: &str| run.events.iter().position(|event| event == line).unwrap();
    assert!(position("whole: started") > position("second page 2: done"), "{:?}", run.events);
    assert!(position("last page 1: started") > position("whole: done"));
    assert_eq!(book.book_output::<whole>().words.len(), 2);
    assert_eq!(book.page::<last>(1).said, "2");
}

#[test]
fn a_failed_page_blocks_only_its_dependants() {
    let book = TestBook::of_pages(4);
    let run = book.process(&rows([row!(third)]), &Request::default());
    let [brittle_, follower_, third_] = &run.summary.stages[..] else { panic!("three stages") };
    assert_eq!((brittle_.done, brittle_.failed.len()), (2, 2));
    assert_eq!((follower_.done, follower_.blocked.len()), (2, 2));
    assert_eq!((third_.done, third_.blocked.len()), (2, 2));
    assert_eq!(brittle_.failed[0].1.to_string(), "page 2 is torn");
    assert_eq!(follower_.blocked[0].1.to_string(), "brittle page 2 failed");
    assert_eq!(third_.blocked[0].1.to_string(), "follower page 2 is blocked");
    let panicked = book.failure::<brittle>(3).unwrap().failure;
    assert!(
        panicked.error.ends_with("page 3 is glued") && panicked.error.contains("scheduling.rs:"),
        "{}",
        panicked.error
    );
    assert!(panicked.backtrace.is_some());
    for stage in &run.summary.stages {
        assert_eq!(stage.done + stage.kept + stage.failed.len() + stage.blocked.len() + stage.left, stage.asked);
    }
}

#[test]
fn a_permanent_failure_is_retried_only_on_request() {
    let book = TestBook::of_pages(2);
    book.run::<brittle>();
    let again = book.run::<brittle>();
    assert!(!again.events.iter().any(|line| line.ends_with("started")), "{:?}", again.events);
    assert_eq!(again.summary.stages[0].failed.len(), 1);
    let retried = book.process(&rows([row!(brittle)]), &request(&["brittle"]).retry_failed());
    assert!(retried.events.contains(&"brittle page 2: started".to_owned()));
}

#[test]
fn a_transient_failure_is_retried_at_once_and_in_the_next_run() {
    static TRIES: Mutex<u32> = Mutex::new(0);

    /// Fails in passing, four times.
    #[stage(name = "flaky", parallelism = cpu)]
    fn flaky(page: PageNumber) -> Result<Said> {
        let mut tries = TRIES.lock().unwrap();
        *tries += 1;
        if *tries <= 4 {
            return Err(Failure::retry("the line is busy").after(std::time::Duration::from_millis(1)));
        }
        Ok(Said { page_number: page.get(), said: tries.to_string(), made: Timestamp::default() })
    }

    let book = TestBook::of_pages(1);
    let run = book.run::<flaky>();
    assert_eq!(run.events.iter().filter(|line| line.ends_with("started")).count(), 3);
    assert_eq!(book.failure::<flaky>(1).unwrap().attempts, 3);
    assert_eq!(book.run::<flaky>().summary.stages[0].done, 1);
    assert_eq!(book.page::<flaky>(1).said, "5");
    assert_eq!(book.record::<flaky>(1).operation.attempts, 2);
    assert!(book.failure::<flaky>(1).is_none(), "a page that is done has no failure");
}

#[test]
fn an_interrupted_redo_resumes() {
    static ASKED: Mutex<Option<Stop>> = Mutex::new(None);

    /// Stops the run on page 2.
    #[stage(name = "stopper", parallelism = cpu)]
    fn stopper(page: PageNumber) -> Result<Said> {
        if let (2, Some(stop)) = (page.get(), &*ASKED.lock().unwrap()) {
            stop.ask();
        }
        Ok(Said { page_number: page.get(), said: String::new(), made: Timestamp::default() })
    }

    let book = TestBook::of_pages(4);
    book.run::<stopper>();
    let before: Vec<_> = (1..=4).map(|page| book.record::<stopper>(page).operation.finished).collect();
    let stop = Stop::default();
    *ASKED.lock().unwrap() = Some(stop.clone());
    let redo = request(&["stopper"]).redo("a wish");
    let run = book.process_until(&rows([row!(stopper)]), &redo, &stop);
    assert_eq!(run.summary.stopped, Some(Stopped::Interrupted));
    assert_eq!((run.summary.stages[0].done, run.summary.stages[0].left), (2, 2));
    *ASKED.lock().unwrap() = None;
    let plan = book.plan(&rows([row!(stopper)]), &request(&["stopper"]));
    assert_eq!(
        plan.jobs.iter().map(|job| job.page.to_string()).collect::<Vec<_>>(),
        ["stopper page 3", "stopper page 4"]
    );
    book.process(&rows([row!(stopper)]), &request(&["stopper"]));
    assert!((1..=4).all(|page| book.record::<stopper>(page).operation.finished != before[page as usize - 1]));
    assert!(book.plan(&rows([row!(stopper)]), &request(&["stopper"])).jobs.is_empty(), "and it is over then");
}

#[test]
fn a_damaged_page_is_remade_with_the_reason() {
    let book = TestBook::of_pages(3);
    book.run::<first>();
    let whole = book.bytes("first/page_0001.json").unwrap();
    book.write("first/page_0001.json", &whole[..whole.len() / 2]);
    let changed = String::from_utf8(book.bytes("first/page_0002.json").unwrap()).unwrap().replacen("\"3\"", "\"4\"", 1);
    book.write("first/page_0002.json", changed.as_bytes());
    let plan = book.plan(&rows([row!(first)]), &Request::default());
    let why: Vec<_> = plan.jobs.iter().map(|job| job.why.to_string()).collect();
    assert!(why[0].starts_with("its file is not valid JSON"), "{why:?}");
    assert!(why[1].starts_with("its file was modified after it was written"), "{why:?}");
    assert_eq!(book.run::<first>().summary.stages[0].done, 2);
    assert_eq!(book.page::<first>(2).said, "3");
}

#[test]
fn pages_of_the_original_tool_count_as_done() {
    let book = TestBook::of_pages(1);
    book.write("first/page_0001.json", br#"{"page_number": 1, "said": "old", "unknown": true}"#);
    let plan = book.plan(&rows([row!(first)]), &Request::default());
    assert!(plan.settled.values().all(|settled| *settled == Settled::Kept) && plan.jobs.is_empty());
    book.run::<second>();
    assert_eq!(book.page::<second>(1).said, "oldold");
}

#[test]
fn only_missing_leaves_stale_pages_alone() {
    let book = TestBook::of_pages(2);
    book.run::<first>();
    book.remove("first/page_0002.json");
    let book = book.options::<first>(SayOptions { word: "never".to_owned() });
    let run = book.process(&rows([row!(first)]), &Request::default().only_missing());
    assert_eq!((run.summary.stages[0].done, run.summary.stages[0].left_stale), (1, 1));
    assert_eq!([book.page::<first>(1).said, book.page::<first>(2).said], ["3", "5"]);
}

#[test]
fn fields_filled_in_by_the_runtime_do_not_change_the_hash() {
    let book = TestBook::of_pages(1);
    book.run::<first>();
    let before = book.record::<first>(1);
    assert!(book.page::<first>(1).made.0.is_some());
    book.process(&rows([row!(first)]), &Request::default().redo("a wish"));
    let after = book.record::<first>(1);
    assert_eq!(before.output, after.output);
    assert_ne!(before.operation.finished, after.operation.finished);
}

#[test]
fn a_page_with_the_wrong_page_number_is_refused() {
    /// Gives every page the number of the next.
    #[stage(name = "off_by_one", parallelism = cpu)]
    fn off_by_one(page: PageNumber) -> Result<Said> {
        Ok(Said { page_number: page.get() + 1, said: String::new(), made: Timestamp::default() })
    }

    let run = TestBook::of_pages(1).run::<off_by_one>();
    assert_eq!(run.summary.stages[0].failed[0].1.to_string(), "the output of page 1 has page number 2");
}
