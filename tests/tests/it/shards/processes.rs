use std::collections::BTreeSet;
use std::fs;
use std::process::Child;

use shelf::book::{ScanId, Shard};
use shelf::llm::{Usd, ledger};
use shelf::store::{FolderStore, Store};
use shelf::testing::ScriptedModel;

use super::library::{PAGES, SHARDS, files, library, model, process, start, until_done};

fn book() -> ScanId {
    "book".parse().unwrap()
}

/// How often each question was asked.
fn asked(model: &ScriptedModel) -> (usize, usize) {
    let questions: Vec<String> = model.requests().into_iter().map(|request| request.user).collect();
    (questions.len(), questions.iter().collect::<BTreeSet<_>>().len())
}

#[test]
fn four_processes_make_every_page_once_and_the_same_as_one() {
    let (alone, its_model) = (library(), model());
    let ended = process(&alone, &its_model, &["--quiet"]).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let (shared, model) = (library(), model());
    let rounds = until_done(&shared, &model);
    assert!((2..=4).contains(&rounds), "{rounds}");
    assert_eq!(asked(&model), (PAGES, PAGES));
    let (expected, found) = (files(&alone), files(&shared));
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    for (path, text) in expected {
        assert_eq!(found[&path], text, "{path}");
    }
    assert_eq!(shared.json("book/metadata.json")["status"], format!("{PAGES} of {PAGES} pages linked"));
    assert_eq!(fs::read_to_string(shared.library().join("book/linked/report.csv")).unwrap().lines().count(), PAGES + 1);
    assert_eq!(ledger(&FolderStore::open(shared.library()).unwrap(), &book()).unwrap().len(), PAGES);
    // A process without `--shard` finds nothing to do.
    let again = process(&shared, &model, &[]).output().unwrap();
    assert!(String::from_utf8_lossy(&again.stdout).contains("nothing to do"), "{again:?}");
}

#[test]
fn a_shard_that_is_killed_again_and_again_repeats_only_calls_in_flight() {
    const KILLS: usize = 6;
    const IN_FLIGHT: usize = 3;
    let (alone, its_model) = (library(), model());
    assert!(process(&alone, &its_model, &["--quiet"]).status().unwrap().success());
    let (shared, model) = (library(), model());
    let mut others: Vec<Child> = (2..=SHARDS).map(|shard| start(&shared, &model, shard)).collect();
    for kill in 0..KILLS {
        let before = model.requests().len();
        let mut killed = start(&shared, &model, 1);
        // At a different moment each time.
        while model.requests().len() <= before + kill % 3 && killed.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    for other in &mut others {
        other.wait().unwrap();
    }
    until_done(&shared, &model);
    let (calls, questions) = asked(&model);
    assert_eq!(questions, PAGES);
    assert!(calls <= PAGES + KILLS * IN_FLIGHT, "{calls} calls for {PAGES} pages");
    let attempts = ledger(&FolderStore::open(shared.library()).unwrap(), &book()).unwrap();
    assert!((calls..=PAGES + KILLS * IN_FLIGHT).contains(&attempts.len()), "{} lines, {calls} calls", attempts.len());
    assert!(attempts.iter().all(|attempt| attempt.ended == "stop" || attempt.ended == "lost"), "{attempts:?}");
    // The next command that has the book to itself removes what was half written.
    drop(FolderStore::open(shared.library()).unwrap().lock(&book()).unwrap());
    let (expected, found) = (files(&alone), files(&shared));
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
}

#[test]
fn a_shard_says_what_it_waits_for() {
    let (shelf, model) = (library(), model());
    let owner = (1..=SHARDS).find(|shard| Shard::new(*shard, SHARDS).unwrap().owns_book(&book())).unwrap();
    let other = owner % SHARDS + 1;
    let run = |shard: u32, arguments: &[&str]| {
        let shard = format!("{shard}/{SHARDS}");
        let ended = process(&shelf, &model, &[&["--shard", &*shard], arguments].concat()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (ended.status.code(), text(ended.stdout), text(ended.stderr))
    };
    let (code, out, err) = run(other, &[]);
    assert_eq!(code, Some(5), "{out}{err}");
    let own = Shard::new(other, SHARDS).unwrap();
    let pages: Vec<u32> =
        (1..=PAGES as u32).filter(|page| own.owns(&book(), shelf::book::Unit::of_number(*page))).collect();
    let number = pages.len();
    assert!(out.contains(&format!("book: described: {number} pages: {number} made\n")), "{out}");
    assert!(out.contains(&format!("book: linked: {number} pages: {number} waiting for other shards\n")), "{out}");
    assert!(out.contains("wait for `described` of other shards"), "{out}");
    assert!(!out.contains("index") && !out.contains("bound"), "book stages are not its own: {out}");
    assert!(err.contains("hint: run the same command again when the other shards have made their pages"), "{err}");
    let (code, out, _) = run(owner, &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report[0]["shard"]), (Some(5), &format!("{owner}/{SHARDS}").into()));
    let counts: Vec<u64> = report[0]["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| {
            let list = |name: &str| stage[name].as_array().unwrap().len() as u64;
            let number = |name: &str| stage[name].as_u64().unwrap();
            let sum = number("done") + number("kept") + number("left") + list("failed") + list("blocked");
            assert_eq!(sum, number("asked"), "{stage}");
            number("asked")
        })
        .collect();
    assert_eq!((counts[1], counts[3]), (1, 1), "it makes the book stages: {counts:?}");
}

#[test]
fn while_shards_run_nobody_else_changes_the_book() {
    let (shelf, model) = (library(), model());
    let store = FolderStore::open(shelf.library()).unwrap();
    let held = store.lock_shard(&book(), Shard::new(1, SHARDS).unwrap()).unwrap();
    for refused in [
        ["process", "book", "--stage", "index"].as_slice(),
        &["process", "book", "--shard", "1/4", "--stage", "index"],
        &["process", "book", "--shard", "1/2", "--stage", "index"],
        &["clean", "book", "--stage", "described", "--yes"],
        &["set", "book", "title=Another"],
        &["delete", "book", "--yes"],
    ] {
        let ended = shelf.run(refused);
        assert_eq!(ended.code, Some(6), "{refused:?}: {ended:?}");
        assert!(ended.err.contains("`book` is in use by"), "{}", ended.err);
    }
    let other = process(&shelf, &model, &["--shard", "2/4", "--quiet"]).status().unwrap();
    assert_eq!(other.code(), Some(5));
    drop(held);
    shelf.ok(["set", "book", "title=Another"]);
}

#[test]
fn shards_together_spend_no_more_than_the_budget_of_the_month() {
    for table in ["month_budget = 0.1", "book_budget = 0.1"] {
        let (shelf, model) = (library(), model());
        // Ten calls of 0.01; before its reply, each may cost 0.0164.
        let table = format!("[llm]\n{table}\nmax_tokens = 8192\n[llm.prices.m]\nprompt = 1.0\ncompletion = 2.0\n");
        fs::write(shelf.library().join("shelf.toml"), table).unwrap();
        let running: Vec<Child> = (1..=SHARDS).map(|shard| start(&shelf, &model, shard)).collect();
        let codes: Vec<_> = running.into_iter().map(|mut child| child.wait().unwrap().code()).collect();
        assert_eq!(codes, [Some(5); SHARDS as usize]);
        let attempts = ledger(&FolderStore::open(shelf.library()).unwrap(), &book()).unwrap();
        let spent: Usd = attempts.iter().filter_map(|attempt| attempt.cost_usd).sum();
        assert!((0.0799..0.1001).contains(&spent.0), "{spent}");
        assert_eq!(attempts.len(), model.requests().len());
    }
}

#[test]
fn what_a_shard_cannot_keep_track_of_is_refused() {
    let shelf = library();
    let budget = shelf.run(["process", "book", "--shard", "1/4", "--budget", "3"]);
    assert_eq!(budget.code, Some(2), "{budget:?}");
    assert!(budget.err.contains("`month_budget`"), "{}", budget.err);
    let redo = shelf.run(["process", "book", "--stage", "index", "--shard", "1/4", "--redo"]);
    assert_eq!(redo.code, Some(4), "{redo:?}");
    assert!(redo.err.contains("a shard cannot make finished pages again"), "{}", redo.err);
    let invalid = shelf.run(["process", "book", "--shard", "5/4"]);
    assert_eq!(invalid.code, Some(2), "{invalid:?}");
    let mut command = shelf.command(["process", "book"]);
    let invalid = command.env("SHELF_SHARD", "0/4").output().unwrap();
    assert_eq!(invalid.status.code(), Some(2), "{invalid:?}");
}

#[test]
fn books_are_divided_as_well() {
    let shelf = library();
    let ids: Vec<String> = (1..=6).map(|number| format!("book-{number}")).collect();
    for id in &ids {
        fs::create_dir(shelf.library().join(id)).unwrap();
        fs::copy(shelf.library().join("book/metadata.json"), shelf.library().join(id).join("metadata.json")).unwrap();
    }
    let mut seen = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let ended = shelf.run(["process", "--all", "--by", "books", "--shard", shard, "--stage", "index", "--json"]);
        let books: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        seen.extend(books.as_array().unwrap().iter().map(|book| book["book"].as_str().unwrap().to_owned()));
    }
    seen.sort();
    assert_eq!(seen, [vec!["book".to_owned()], ids].concat());
}
