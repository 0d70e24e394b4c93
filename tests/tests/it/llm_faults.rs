//! Language models on a bad day: chaos and kills. No page is lost, and nothing is paid twice.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use shelf::llm::{CostBasis, LlmSettings, Price, Usd, ledger};
use shelf::prelude::*;
use shelf::store::FolderStore;
use shelf::testing::{Says, ScriptedModel, TestBook, TestLedger};
use shelf_tests::Shelf;

/// What a model says of a page.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
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

/// What can go wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Chaos {
    RateLimited,
    Failing,
    Malformed,
    Cut,
    Slow,
    ErrorInside,
}

const ALL: [Chaos; 6] =
    [Chaos::RateLimited, Chaos::Failing, Chaos::Malformed, Chaos::Cut, Chaos::Slow, Chaos::ErrorInside];

impl Chaos {
    /// What goes wrong with the `n`-th time that a page is asked for, in `percent` of all cases each.
    fn of(kinds: &[Self], percent: u64, asked: &str, n: u32) -> Option<Self> {
        kinds.iter().copied().find(|kind| {
            let mut hasher = DefaultHasher::new();
            (kind, asked, n).hash(&mut hasher);
            hasher.finish() % 100 < percent
        })
    }

    fn says(self, good: Says) -> Says {
        match self {
            Self::RateLimited => Says::status(429).header("retry-after-ms", "2"),
            Self::Failing => Says::status(503),
            Self::Malformed => Says::text("Sorry, I cannot read this page."),
            Self::Cut => good.cut_after(400),
            Self::Slow => good.slowly(Duration::from_millis(20), Duration::from_millis(20)),
            Self::ErrorInside => Says::error(200, "upstream failed"),
        }
    }

    /// Whether the provider's usage arrives all the same.
    fn tells_usage(self) -> bool {
        matches!(self, Self::Malformed | Self::Slow)
    }
}

#[test]
fn chaos_loses_no_page_and_the_ledger_agrees_with_the_server() {
    for kind in ALL {
        survive(&[kind], 20);
    }
    survive(&ALL, 5);
}

fn survive(kinds: &[Chaos], percent: u64) {
    const PAGES: u32 = 40;
    let seen: Mutex<BTreeMap<String, u32>> = Mutex::default();
    let journal: Arc<Mutex<Vec<Option<Chaos>>>> = Arc::default();
    let model = ScriptedModel::answering({
        let (journal, kinds) = (Arc::clone(&journal), kinds.to_vec());
        move |asked| {
            let page = asked.user.split("\n\n").next().unwrap_or_default().to_owned();
            let n = {
                let mut seen = seen.lock().unwrap();
                let n = seen.entry(page.clone()).or_default();
                *n += 1;
                *n
            };
            let chaos = Chaos::of(&kinds, percent, &page, n);
            journal.lock().unwrap().push(chaos);
            let usage = json!({ "prompt_tokens": 10, "completion_tokens": 5, "cost": 0.0123 });
            let good = Says::text(json!({ "text": page }).to_string()).usage(Some(usage.clone()));
            chaos.map_or(good.clone(), |chaos| chaos.says(good).usage(Some(usage)))
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
    let told = journal.iter().filter(|chaos| chaos.is_none_or(Chaos::tells_usage)).count();
    let cut = journal.iter().filter(|chaos| **chaos == Some(Chaos::Cut)).count();
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
fn a_run_that_is_killed_twenty_times_pays_only_for_what_was_on_its_way() {
    const PAGES: usize = 80;
    const KILLS: usize = 20;
    const IN_FLIGHT: usize = 3;
    let model = ScriptedModel::answering(|asked| {
        Says::text(json!({ "text": asked.user }).to_string()).slowly(Duration::from_millis(5), Duration::from_millis(5))
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
        let before = model.asked().len();
        let mut running = start();
        // At another moment each time: it has asked once, twice, three times more.
        while model.asked().len() <= before + kill % 3 && is_running(&mut running) {
            std::thread::yield_now();
        }
        running.kill().unwrap();
        running.wait().unwrap();
    }
    assert!(start().wait().unwrap().success());
    let calls = model.asked().len();
    assert!((PAGES..=PAGES + KILLS * IN_FLIGHT).contains(&calls), "{calls} calls for {PAGES} pages");
    // What was on its way at a kill stands there as well, with what it may have cost.
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
