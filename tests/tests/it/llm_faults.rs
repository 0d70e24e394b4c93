//! Language models with failing servers and killed runs: no page is lost, and nothing is paid for twice.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use shelf::llm::{CostBasis, LlmSettings, Price, Usd, ledger};
use shelf::prelude::*;
use shelf::store::FolderStore;
use shelf::testing::{ScriptedModel, ScriptedReply, TestBook, TestLedger};
use shelf_tests::Shelf;

/// What a model says of a page.
#[page]
#[derive(Debug, PartialEq)]
pub struct Word {
    /// In a word.
    #[garde(length(min = 1, max = 40))]
    pub text: String,
}

/// Asks for a word.
#[stage(name = "word", parallelism = llm)]
pub async fn word(page: PageNumber, llm: Llm) -> Result<Word> {
    llm.ask().user(format!("page {page}")).reply().await
}

/// A fault of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Fault {
    RateLimited,
    Unavailable,
    Malformed,
    Cut,
    Slow,
    ErrorInReply,
}

const ALL: [Fault; 6] =
    [Fault::RateLimited, Fault::Unavailable, Fault::Malformed, Fault::Cut, Fault::Slow, Fault::ErrorInReply];

impl Fault {
    /// The fault of the `n`-th request for a page; each kind occurs in `percent` of all cases.
    fn of(kinds: &[Self], percent: u64, asked: &str, n: u32) -> Option<Self> {
        kinds.iter().copied().find(|kind| {
            let mut hasher = DefaultHasher::new();
            (kind, asked, n).hash(&mut hasher);
            hasher.finish() % 100 < percent
        })
    }

    fn apply(self, good: ScriptedReply) -> ScriptedReply {
        match self {
            Self::RateLimited => ScriptedReply::status(429).header("retry-after-ms", "2"),
            Self::Unavailable => ScriptedReply::status(503),
            Self::Malformed => ScriptedReply::text("Sorry, I cannot read this page."),
            Self::Cut => good.cut_after(400),
            Self::Slow => good.delayed(Duration::from_millis(20), Duration::from_millis(20)),
            Self::ErrorInReply => ScriptedReply::error(200, "upstream failed"),
        }
    }

    /// Whether the reply still reports its usage.
    fn reports_usage(self) -> bool {
        matches!(self, Self::Malformed | Self::Slow)
    }
}

#[test]
fn faults_lose_no_page_and_ledger_agrees_with_server() {
    for kind in ALL {
        assert_survives(&[kind], 20);
    }
    assert_survives(&ALL, 5);
}

fn assert_survives(kinds: &[Fault], percent: u64) {
    const PAGES: u32 = 40;
    let seen: Mutex<BTreeMap<String, u32>> = Mutex::default();
    let journal: Arc<Mutex<Vec<Option<Fault>>>> = Arc::default();
    let model = ScriptedModel::with_script({
        let (journal, kinds) = (Arc::clone(&journal), kinds.to_vec());
        move |asked| {
            let page = asked.user.split("\n\n").next().unwrap_or_default().to_owned();
            let n = {
                let mut seen = seen.lock().unwrap();
                let n = seen.entry(page.clone()).or_default();
                *n += 1;
                *n
            };
            let fault = Fault::of(&kinds, percent, &page, n);
            journal.lock().unwrap().push(fault);
            let usage = json!({ "prompt_tokens": 10, "completion_tokens": 5, "cost": 0.0123 });
            let good = ScriptedReply::text(json!({ "text": page }).to_string()).usage(Some(usage.clone()));
            fault.map_or(good.clone(), |fault| fault.apply(good).usage(Some(usage)))
        }
    });
    let price = Price { prompt: 1e-6, completion: 1e-6, ..Price::default() };
    let settings = LlmSettings {
        fallbacks: vec!["other".to_owned()],
        prices: ["scripted", "other"].map(|model| (model.to_owned(), price)).into(),
        ..model.settings()
    };
    let book = TestBook::of_pages(PAGES).with(settings);
    let run = book.run::<word>();
    assert_eq!(run.summary.stages[0].done, PAGES as usize, "{kinds:?}: {:?}", run.summary.stages[0].failed);
    for page in 1..=PAGES {
        assert_eq!(book.page::<word>(page).text, format!("page {page}"));
    }
    let journal = journal.lock().unwrap();
    let told = journal.iter().filter(|fault| fault.is_none_or(Fault::reports_usage)).count();
    let cut = journal.iter().filter(|fault| **fault == Some(Fault::Cut)).count();
    let ledger = book.ledger();
    let of = |basis: CostBasis| ledger.iter().filter(move |entry| entry.cost == basis);
    let reported: Usd = of(CostBasis::Reported).filter_map(|entry| entry.cost_usd).sum();
    assert_eq!(ledger.len(), journal.len(), "{kinds:?}");
    assert!((reported.0 - told as f64 * 0.0123).abs() < 1e-9, "{kinds:?}: {reported} for {told} replies");
    assert_eq!(of(CostBasis::Estimated).count(), cut, "{kinds:?}");
    assert!(of(CostBasis::Estimated).all(|entry| entry.cost_usd > Some(Usd(0.004))));
    if kinds.len() == 1 {
        assert!(journal.iter().any(Option::is_some), "{kinds:?} never happened");
    }
}

#[test]
fn run_killed_twenty_times_pays_again_only_for_calls_in_flight() {
    const PAGES: usize = 80;
    const KILLS: usize = 20;
    const IN_FLIGHT: usize = 3;
    let model = ScriptedModel::with_script(|asked| {
        ScriptedReply::text(json!({ "text": asked.user }).to_string())
            .delayed(Duration::from_millis(5), Duration::from_millis(5))
    });
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_asking-shelf"));
    let book = shelf.library().join("book");
    std::fs::create_dir(&book).unwrap();
    std::fs::write(book.join("metadata.json"), json!({ "title": "A Book", "total_pages": PAGES }).to_string()).unwrap();
    let start = || {
        let arguments = ["process", "book", "--stage", "described", "--yes", "--llm-in-flight", "3", "--quiet"];
        let mut command = shelf.command(arguments);
        command.env("SHELF_LLM_BASE_URL", model.base_url()).env("SHELF_LLM_REQUESTS_PER_MINUTE", "0");
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command starts")
    };
    for kill in 0..KILLS {
        let before = model.requests().len();
        let mut running = start();
        // At a different moment each time: after one, two or three more requests.
        while model.requests().len() <= before + kill % 3 && is_running(&mut running) {
            std::thread::yield_now();
        }
        running.kill().unwrap();
        running.wait().unwrap();
    }
    assert!(start().wait().unwrap().success());
    let calls = model.requests().len();
    assert!((PAGES..=PAGES + KILLS * IN_FLIGHT).contains(&calls), "{calls} calls for {PAGES} pages");
    // Calls in flight at a kill are entered as well, at their worst-case cost.
    let attempts = ledger(&FolderStore::open(shelf.library()).unwrap(), &"book".parse().unwrap()).unwrap();
    assert!((calls..=PAGES + KILLS * IN_FLIGHT).contains(&attempts.len()), "{} lines, {calls} calls", attempts.len());
    assert!(attempts.iter().all(|attempt| attempt.ended == "stop" || attempt.ended == "lost"));
    assert!(attempts.iter().any(|attempt| attempt.ended == "lost"));
    for page in 1..=PAGES {
        assert_eq!(shelf.json(&format!("book/described/page_{page:04}.json"))["text"], format!("page {page}"));
    }
}

fn is_running(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_none()
}
