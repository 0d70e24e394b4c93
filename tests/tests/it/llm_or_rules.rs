//! Stages that use rules or a model: a model that fails costs no page. Rules make it, its record says why, and the next run asks again if that
//! may change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use serde_json::json;
use shelf::llm::{Engine, LlmSettings};
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::stage::Stage as _;
use shelf::testing::{ScriptedModel, ScriptedReply, TestBook, TestRun};
use shelf_tests::{Ended, Shelf};

/// Options of `guessed`.
#[derive(Debug, Default, Args, Serialize)]
pub struct GuessedOptions {
    /// Who guesses
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,
}

/// A guess.
#[page]
#[derive(Debug, PartialEq)]
pub struct Guess {
    /// In a word.
    pub text: String,
}

/// What a model says.
#[page]
#[derive(Debug, Default)]
pub struct Said {
    /// In a word.
    pub text: Option<String>,
}

/// Guesses by rules, and asks a model if one is configured.
#[stage(name = "guessed", options = GuessedOptions, parallelism = llm)]
pub async fn guessed(page: PageNumber, llm: Llm, options: &GuessedOptions) -> Result<Guess> {
    let said = if options.engine.asks(&llm) {
        let asked = llm.ask().system("Guess.").scanned(format!("page {page}")).reply().await;
        options.engine.or_rules::<Said>(&llm, asked)?
    } else {
        Said::default()
    };
    Ok(Guess { text: said.text.unwrap_or_else(|| "rules".to_owned()) })
}

/// Made from a guess.
#[stage(name = "concluded", deps = [guessed])]
pub fn concluded(guessed: Guess) -> Result<Guess> {
    Ok(guessed)
}

const GOOD: &str = r#"{"text": "model"}"#;

fn settings(model: &ScriptedModel) -> LlmSettings {
    LlmSettings { in_flight: 1, ..model.settings() }
}

fn run_all(book: &TestBook) -> TestRun {
    book.process(&[guessed::ROW, concluded::ROW], &Request::default())
}

/// Who made each page of `concluded`.
fn makers(book: &TestBook, pages: u32) -> Vec<String> {
    (1..=pages).map(|page| book.page::<concluded>(page).text).collect()
}

#[test]
fn refused_page_keeps_the_result_of_rules() {
    let model = ScriptedModel::with_script(|asked| match asked.user.as_str() {
        "page 3" => ScriptedReply::error(403, "Your input was flagged"),
        _ => ScriptedReply::text(GOOD),
    });
    let book = TestBook::of_pages(5).with(settings(&model));
    let run = run_all(&book);
    assert!(run.summary.complete() && run.summary.stopped.is_none(), "{:?}", run.summary);
    assert_eq!(makers(&book, 5), ["model", "model", "rules", "model", "model"]);
    let guesses = run.summary.stages.iter().find(|stage| stage.stage == "guessed").unwrap();
    assert_eq!((guesses.without_model.len(), guesses.waiting()), (1, 0));
    let why = book.record::<guessed>(3).without_model.unwrap();
    assert!(!why.transient && why.to_string().contains("Your input was flagged"), "{why}");
    assert_eq!(book.record::<guessed>(2).without_model, None);
    // It would be refused again, so it is asked again only on demand.
    assert_eq!(model.requests().len(), 5);
    run_all(&book);
    assert_eq!(model.requests().len(), 5);
    book.process(&[guessed::ROW, concluded::ROW], &Request::default().retry_failed());
    assert_eq!(model.requests().len(), 6);
}

#[test]
fn pages_that_no_model_could_be_asked_about_wait_for_the_next_run() {
    for failure in [
        ScriptedReply::error_body(429, &json!({ "error": { "message": "no credit", "code": "insufficient_quota" } })),
        ScriptedReply::error(401, "no such key"),
        ScriptedReply::status(503),
    ] {
        let works = Arc::new(AtomicBool::new(false));
        let recovered = Arc::clone(&works);
        // Any page may ask first.
        let model = ScriptedModel::with_script(move |asked| match asked.index {
            0 => ScriptedReply::text(GOOD),
            _ if recovered.load(Ordering::SeqCst) => ScriptedReply::text(GOOD),
            _ => failure.clone(),
        });
        let book = TestBook::of_pages(4).with(settings(&model));
        let run = run_all(&book);
        assert!(run.summary.complete() && run.summary.stopped.is_none(), "{:?}", run.summary);
        let mut made_by = makers(&book, 4);
        made_by.sort();
        assert_eq!(made_by, ["model", "rules", "rules", "rules"]);
        let guesses = run.summary.stages.iter().find(|stage| stage.stage == "guessed").unwrap();
        assert_eq!(guesses.waiting(), 3);
        works.store(true, Ordering::SeqCst);
        // A new run, as of another process: the key may have been replaced.
        let book = book.with(settings(&model));
        let run = run_all(&book);
        assert!(run.summary.complete(), "{:?}", run.summary);
        assert_eq!(makers(&book, 4), ["model"; 4]);
        assert_eq!(book.record::<guessed>(2).without_model, None);
    }
}

#[test]
fn a_model_that_was_demanded_blocks_pages_only_if_that_is_asked_for() {
    let script = |asked: &shelf::testing::ReceivedRequest| match asked.user.as_str() {
        "page 2" => ScriptedReply::error(403, "Your input was flagged"),
        _ => ScriptedReply::text(GOOD),
    };
    let options = || GuessedOptions { engine: Engine::Llm };
    let model = ScriptedModel::with_script(script);
    let book = TestBook::of_pages(3).options::<guessed>(options()).with(settings(&model));
    assert!(run_all(&book).summary.complete());
    assert_eq!(makers(&book, 3), ["model", "rules", "model"]);
    let strict =
        TestBook::of_pages(3).options::<guessed>(options()).with(LlmSettings { strict: true, ..settings(&model) });
    assert!(!run_all(&strict).summary.complete());
    assert!(strict.failure::<guessed>(2).unwrap().failure.to_string().contains("Your input was flagged"));
}

#[test]
fn book_comes_out_although_the_model_talks_nonsense() {
    let model = ScriptedModel::with_replies(["As an AI I cannot."]);
    let book = TestBook::of_pages(30).with(settings(&model));
    let run = run_all(&book);
    assert!(run.summary.complete() && run.summary.stopped.is_none(), "{:?}", run.summary);
    assert!((10..=12).contains(&model.requests().len()), "{} requests", model.requests().len());
    assert_eq!(makers(&book, 30), ["rules"; 30]);
    let guesses = run.summary.stages.iter().find(|stage| stage.stage == "guessed").unwrap();
    assert_eq!(guesses.without_model.len(), 30);
    assert!((26..=27).contains(&guesses.waiting()), "three or four pages had their replies: {}", guesses.waiting());
}

/// `shelf process` over two pages with the stage `guessed` of `asking-shelf`.
fn guess(shelf: &Shelf, model: &ScriptedModel) -> Ended {
    let mut command = shelf.command(["process", "book", "--stage", "guessed", "--yes", "--llm-in-flight", "1"]);
    let output = command.env("SHELF_LLM_BASE_URL", model.base_url()).output().expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("shelf prints UTF-8");
    Ended { out: text(output.stdout), err: text(output.stderr), code: output.status.code() }
}

#[test]
fn waiting_pages_set_exit_code_5_and_refused_ones_do_not() {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_asking-shelf"));
    let book = shelf.library().join("book");
    std::fs::create_dir(&book).unwrap();
    std::fs::write(book.join("metadata.json"), json!({ "title": "A Book", "total_pages": 2 }).to_string()).unwrap();
    let waiting = guess(&shelf, &ScriptedModel::with_script(|_| ScriptedReply::error(401, "no such key")));
    assert_eq!(waiting.code, Some(5), "{waiting:?}");
    assert!(waiting.out.contains("2 pages made by rules for now; the next run asks a model: "), "{waiting:?}");
    assert!(waiting.err.contains("hint: the key is wrong or has expired"), "{waiting:?}");
    let model = ScriptedModel::with_script(|asked| match asked.user.as_str() {
        "page 2" => ScriptedReply::error(403, "flagged"),
        _ => ScriptedReply::text(GOOD),
    });
    let refused = guess(&shelf, &model);
    assert_eq!((refused.code, model.requests().len()), (Some(0), 2), "{refused:?}");
    assert!(refused.out.contains("guessed page 2 made by rules: "), "{refused:?}");
    assert_eq!(guess(&shelf, &model).code, Some(0));
    assert_eq!(model.requests().len(), 2, "a refused page is asked again only on demand");
}
