//! Spending on language models: consent, budgets and recordings on the command line, with a scripted server on 127.0.0.1.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use shelf::testing::{ScriptedModel, ScriptedReply};
use shelf_tests::{Ended, Shelf};

/// A key that must not appear in any file or output.
const CANARY: &str = "sk-canary-7c1f9a52";

/// A library with a book of two pages, for the stage `described` of `asking-shelf`.
fn with_book() -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_asking-shelf"));
    let book = shelf.library().join("book");
    fs::create_dir(&book).unwrap();
    fs::write(book.join("metadata.json"), json!({ "title": "A Book", "total_pages": 2 }).to_string()).unwrap();
    shelf
}

fn model() -> ScriptedModel {
    ScriptedModel::with_script(|asked| match asked.user.as_str() {
        "page 1" => ScriptedReply::text(r#"{ "text": "rain" }"#),
        _ => ScriptedReply::text(r#"{ "text": "snow" }"#),
    })
}

/// `shelf process book --stage described` with these arguments, asking `model`.
fn asking(shelf: &Shelf, model: &ScriptedModel, arguments: &[&str]) -> Command {
    let process = ["process", "book", "--stage", "described"];
    let mut command = shelf.command(process.iter().chain(arguments));
    command.env("SHELF_LLM_BASE_URL", model.base_url()).env("SHELF_LLM_API_KEY", CANARY);
    command.env("SHELF_LLM_REQUESTS_PER_MINUTE", "0");
    command
}

fn ended(mut command: Command) -> Ended {
    let output = command.output().expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("shelf prints UTF-8");
    Ended { out: text(output.stdout), err: text(output.stderr), code: output.status.code() }
}

fn price(shelf: &Shelf) {
    let prices = "[llm.prices.m]\nprompt = 1.0\ncompletion = 2.0\n";
    fs::write(shelf.library().join("shelf.toml"), prices).unwrap();
}

#[test]
fn configured_key_alone_spends_nothing() {
    let (shelf, model) = (with_book(), model());
    let refused = ended(asking(&shelf, &model, &["--llm-model", "m"]));
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(
        refused.err.contains("described: 2 pages by `m`; 49 to 214 tokens in, 40 to 8,192 out: at an unknown price"),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("hint: pass `--yes` to allow it"), "{}", refused.err);
    assert!(model.requests().is_empty());
    let free = ended(asking(&shelf, &model, &["--llm-model", "m", "--yes"]));
    assert_eq!((free.code, model.requests().len()), (Some(0), 2), "{free:?}");
}

#[test]
fn budget_requires_price() {
    let (shelf, model) = (with_book(), model());
    let refused = ended(asking(&shelf, &model, &["--llm-model", "m", "--budget", "1"]));
    assert_eq!((refused.code, model.requests().len()), (Some(4), 0), "{refused:?}");
    assert!(refused.err.contains("the price of model `m` is not known"), "{}", refused.err);
    price(&shelf);
    let paid = ended(asking(&shelf, &model, &["--llm-model", "m", "--budget", "1"]));
    assert_eq!((paid.code, model.requests().len()), (Some(0), 2), "{paid:?}");
    assert!(paid.err.contains("out: $0.0001 to $0.0166"), "{}", paid.err);
}

#[test]
fn used_up_budget_sets_exit_code() {
    let (shelf, model) = (with_book(), model());
    price(&shelf);
    // The first page costs 0.001, and may cost 0.009; then too little is left.
    let one = ended(asking(&shelf, &model, &["--llm-model", "m", "--budget", "0.0095", "--llm-in-flight", "1"]));
    assert_eq!((one.code, model.requests().len()), (Some(5), 1), "{one:?}");
    assert!(one.out.contains("described: 2 pages: 1 made, 1 left to do"), "{}", one.out);
    assert!(one.err.contains("the budget of this run is used up: $0.0010 of $0.0095 spent"), "{}", one.err);
    let other = ended(asking(&shelf, &model, &["--llm-model", "m", "--budget", "0.02"]));
    assert_eq!((other.code, model.requests().len()), (Some(0), 2), "{other:?}");
    assert!(shelf.ok(["status", "book"]).contains("described: 2 calls to language models, $0.0020"));
    let refused = shelf.run(["clean", "book", "--stage", "described+"]);
    assert!(refused.err.contains("files; 2 calls to language models, $0.0020"), "{}", refused.err);
    assert_eq!(refused.code, Some(4));
    assert_eq!(shelf.run(["clean", "book", "--stage", "described", "--yes"]).code, Some(0));
    let again = shelf.run(["clean", "book", "--stage", "described"]);
    assert!(again.err.contains("book: described: 0 files\n"), "replies that are gone cost nothing: {}", again.err);
    assert!(shelf.ok(["status", "book"]).contains("described: 2 calls to language models, $0.0020"));
    assert_eq!(shelf.run(["delete", "book", "--yes"]).code, Some(0));
    assert_eq!(fs::read_to_string(shelf.library().join(".ledger/book@1.jsonl")).unwrap().lines().count(), 2);
}

#[test]
fn book_budget_includes_earlier_runs() {
    let (shelf, model) = (with_book(), model());
    price(&shelf);
    let table = fs::read_to_string(shelf.library().join("shelf.toml")).unwrap();
    fs::write(shelf.library().join("shelf.toml"), format!("[llm]\nbook_budget = 0.0095\n{table}")).unwrap();
    let once = ended(asking(&shelf, &model, &["--llm-model", "m", "--yes", "--llm-in-flight", "1"]));
    assert_eq!((once.code, model.requests().len()), (Some(5), 1), "{once:?}");
    let again = ended(asking(&shelf, &model, &["--llm-model", "m", "--yes"]));
    assert_eq!((again.code, model.requests().len()), (Some(5), 1), "{again:?}");
    assert!(again.err.contains("the budget of the book is used up"), "{}", again.err);
}

#[test]
fn replays_recorded_book_without_network_or_cost() {
    let (shelf, folder) = (with_book(), tempfile::tempdir().unwrap());
    let tape = folder.path().to_str().unwrap();
    let recorded = {
        let model = model();
        let recorded = ended(asking(&shelf, &model, &["--yes", "--llm-model", "m", "--record", tape]));
        assert_eq!((recorded.code, model.requests().len()), (Some(0), 2), "{recorded:?}");
        shelf.json("book/described/page_0001.json")
    };
    assert_eq!(fs::read_dir(tape).unwrap().count(), 2);
    let other = with_book();
    let replay = ["process", "book", "--stage", "described", "--llm-model", "m", "--replay", tape];
    other.ok(replay);
    let replayed = other.json("book/described/page_0001.json");
    assert_eq!(
        (&replayed["text"], &replayed["_record"]["output"]),
        (&recorded["text"], &recorded["_record"]["output"])
    );
    assert_eq!(replayed["_record"]["operation"]["cost_usd"], 0.0);
    assert!(!other.library().join(".ledger").exists());
    // A request that differs is reported with the difference.
    let changed =
        other.run(["process", "book", "--stage", "described", "--llm-model", "n", "--redo", "--replay", tape]);
    assert_eq!(changed.code, Some(1), "{changed:?}");
    assert!(changed.err.contains("the one recorded for this page differs in model: \"m\" → \"n\""), "{}", changed.err);
}

#[test]
fn key_appears_nowhere() {
    let shelf = with_book();
    // A server that sends the key back wherever it can.
    let echo = ScriptedModel::with_script(|asked| match asked.index {
        0 => ScriptedReply::status(503).header("x-key", CANARY),
        1 => ScriptedReply::text(format!("your key is {CANARY}")),
        2 => ScriptedReply::text(format!(r#"{{ "text": "{CANARY}" }}"#)),
        _ => ScriptedReply::error(401, format!("wrong key {CANARY}")),
    });
    let tape = tempfile::tempdir().unwrap();
    let record = tape.path().to_str().unwrap();
    let run = ended(asking(&shelf, &echo, &["--yes", "--llm-model", "m", "--record", record, "--llm-in-flight", "1"]));
    assert_eq!(echo.requests().len(), 4, "{run:?}");
    assert!(run.err.contains("wrong key [key]"), "{}", run.err);
    let mut config = shelf.command(["config"]);
    config.env("SHELF_LLM_API_KEY", CANARY);
    let config = ended(config);
    assert!(config.out.contains("set") && config.out.contains("SHELF_LLM_API_KEY"), "{}", config.out);
    for text in [run.out, run.err, config.out, config.err] {
        assert!(!text.contains(CANARY), "{text}");
    }
    let mut files = 0;
    for folder in [shelf.library(), tape.path()] {
        each_file(folder, &mut |path| {
            files += 1;
            let bytes = fs::read(path).unwrap();
            assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()), "{}", path.display());
        });
    }
    assert!(files > 5, "{files}");
}

fn each_file(folder: &Path, look: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { each_file(&path, look) } else { look(&path) }
    }
}

#[test]
fn config_shows_source_of_each_setting() {
    let shelf = with_book();
    fs::write(shelf.library().join("shelf.toml"), "[llm]\nidle = \"5s\"\nmodel = \"b\"\n").unwrap();
    let mut command = shelf.command(["config", "--json", "--llm-model", "a"]);
    command.env("SHELF_LLM_IN_FLIGHT", "7").env("OPENROUTER_API_KEY", CANARY);
    let listed: Vec<Value> = serde_json::from_str(&ended(command).out).unwrap();
    let of = |option: &str| {
        let line = listed.iter().find(|line| line["stage"] == "llm" && line["option"] == option).unwrap();
        (line["value"].clone(), line["from"].as_str().unwrap().to_owned())
    };
    let pair = |value: Value, from: &str| (value, from.to_owned());
    assert_eq!(of("model"), pair("a".into(), "--llm-model"));
    assert_eq!(of("in_flight"), pair(7.into(), "SHELF_LLM_IN_FLIGHT"));
    assert_eq!(of("idle"), pair(5.0.into(), "shelf.toml"));
    assert_eq!(of("total"), pair(300.0.into(), "default"));
    assert_eq!(of("api_key"), pair(true.into(), "OPENROUTER_API_KEY"));
}

#[test]
fn verify_names_what_was_changed_in_the_ledger() {
    let (shelf, model) = (with_book(), model());
    let source = shelf.library().join("book/source");
    fs::create_dir(&source).unwrap();
    for page in 1..=2 {
        image::GrayImage::new(30, 40).save(source.join(format!("page_000{page}.png"))).unwrap();
    }
    assert_eq!(ended(asking(&shelf, &model, &["--llm-model", "m", "--yes", "--pages", "1"])).code, Some(0));
    assert_eq!(ended(asking(&shelf, &model, &["--llm-model", "m", "--yes"])).code, Some(0));
    let valid = shelf.run(["verify", "book"]);
    assert!(valid.out.ends_with("files; no errors\n"), "{valid:?}");
    let ledger = shelf.library().join(".ledger/book@1.jsonl");
    let written = fs::read_to_string(&ledger).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 2, "the second process went on with the file of the first");
    let modified = written.replacen("\"prompt_tokens\":", "\"prompt_tokens\":1", 1);
    let spent = shelf.ok(["stats", "book"]);
    for (changed, problem) in [
        (modified, "line 1 was modified after it was written (hash mismatch)"),
        (format!("{}\n", lines[1]), "line 1 is missing"),
        (format!("{}\n{}\n", lines[1], lines[0]), "line 1 is not in its place"),
        (format!("{}\n", lines[0]), "is cut off after line 1: 2 lines were written"),
    ] {
        fs::write(&ledger, changed).unwrap();
        let found = shelf.run(["verify", "book"]);
        assert_eq!(found.code, Some(3), "{found:?}");
        assert!(found.out.starts_with(&format!(".ledger/book@1.jsonl: {problem}\n")), "{found:?}");
    }
    fs::remove_file(&ledger).unwrap();
    let found = shelf.run(["verify", "book", "--json"]);
    assert!(found.out.contains("is missing: it had 2 lines"), "{found:?}");
    // A ledger of an earlier release, whose lines have no hashes.
    fs::remove_file(shelf.library().join(".ledger/book.ends")).unwrap();
    let line = |line: &str| line.split_once(",\"line\":").unwrap().0.to_owned() + "}\n";
    fs::write(shelf.library().join(".ledger/book.jsonl"), lines.iter().map(|text| line(text)).collect::<String>())
        .unwrap();
    let found = shelf.run(["verify", "book"]);
    assert!(found.code == Some(0) && found.err.contains("by an earlier release"), "{found:?}");
    assert_eq!(shelf.ok(["stats", "book"]), spent);
    // What is spent from now on is protected, and the ledger of a deleted book is checked with those of the others.
    fs::remove_dir_all(shelf.library().join("book/described")).unwrap();
    assert_eq!(ended(asking(&shelf, &model, &["--llm-model", "m", "--yes"])).code, Some(0));
    fs::write(&ledger, fs::read_to_string(&ledger).unwrap().replacen("stop", "halt", 1)).unwrap();
    assert_eq!(shelf.run(["delete", "book", "--yes"]).code, Some(0));
    let found = shelf.run(["verify", "--all"]);
    assert!(found.code == Some(3) && found.out.starts_with(".ledger/book@1.jsonl: line 1 was modified"), "{found:?}");
}
