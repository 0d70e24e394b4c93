//! Calls to language models, from a stage to a scripted model on 127.0.0.1: which replies count, what is retried, what is paid.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::time::Duration;

use serde_json::json;
use shelf::llm::{AbortReason, CostBasis, LlmSettings, Price, Rejection, Retry, Spending, Timeouts, Usd};
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::run::{Stop, Stopped};
use shelf::stage::Stage as _;
use shelf::testing::{ReceivedRequest, ScriptedModel, ScriptedReply, TestBook, TestLedger, TestRun};

/// What the model says of a page.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Summed {
    /// In a sentence.
    #[garde(length(min = 1, max = 100))]
    pub text: String,
    /// How sure.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// A page of `summed`.
#[page]
#[derive(Debug, PartialEq)]
pub struct SummedPage {
    pub page_number: u32,
    pub text: String,
    #[serde(default)]
    pub model_used: Model,
    #[serde(default)]
    pub processing_cost: ProcessingCost,
}

/// Sums a page up.
#[stage(name = "summed", parallelism = llm)]
pub async fn summed(page: PageNumber, llm: Llm) -> Result<SummedPage> {
    let not_empty = |reply: &Summed| {
        let says_so = reply.text.contains("empty");
        if says_so { Err("it says that the page is empty, and it is not".to_owned()) } else { Ok(()) }
    };
    let ask = llm.ask().system("Sum up.").user(format!("page {page}"));
    let summed: Summed = ask.reply_validated(not_empty).await?;
    Ok(SummedPage {
        page_number: page.get(),
        text: summed.text,
        model_used: Model::default(),
        processing_cost: ProcessingCost::default(),
    })
}

const GOOD: &str = r#"{"text": "It rains.", "confidence": 0.9}"#;

fn book(model: &ScriptedModel) -> TestBook {
    TestBook::of_pages(1).with(model)
}

/// Runs the stage over one page; the model says these things, one after another.
fn run(says: impl IntoIterator<Item = ScriptedReply>) -> (ScriptedModel, TestBook, TestRun) {
    run_as(says, |settings| settings)
}

fn run_as(
    says: impl IntoIterator<Item = ScriptedReply>,
    change: impl FnOnce(LlmSettings) -> LlmSettings,
) -> (ScriptedModel, TestBook, TestRun) {
    let says: Vec<ScriptedReply> = says.into_iter().collect();
    let model = ScriptedModel::with_script(move |asked| says[asked.index.min(says.len() - 1)].clone());
    let book = TestBook::of_pages(1).with(change(model.settings()));
    let run = book.run::<summed>();
    (model, book, run)
}

fn error(book: &TestBook) -> String {
    book.failure::<summed>(1).expect("the page failed").failure.to_string()
}

#[test]
fn page_records_model_usage() {
    let (model, book, run) = run([ScriptedReply::text(GOOD)]);
    assert_eq!(run.summary.stages[0].done, 1, "{:?}", run.events);
    let page = book.page::<summed>(1);
    assert_eq!((page.text.as_str(), page.model_used.0.as_deref()), ("It rains.", Some("scripted")));
    assert_eq!(page.processing_cost.0, Some(0.001));
    let record = book.record::<summed>(1);
    assert_eq!(record.fingerprint.model.as_deref(), Some("scripted"));
    assert_eq!((record.operation.attempts, record.operation.cost_usd), (1, Some(Usd(0.001))));
    let used = record.operation.model_use.unwrap();
    assert_eq!((used.tokens_total, used.provider.as_deref()), (GOOD.len() as u64 / 4, Some("here")));
    assert!(used.ttft_seconds.is_some() && used.total_time_seconds >= used.execution_time_seconds);
    assert_eq!(used.usage.unwrap()["prompt_tokens"], 100);
    let asked = &model.requests()[0];
    assert_eq!((asked.system.as_str(), asked.user.as_str()), ("Sum up.", "page 1"));
    assert_eq!(asked.body["response_format"]["json_schema"]["schema"]["required"], json!(["text", "confidence"]));
    let ledger = book.ledger();
    assert_eq!(ledger.len(), 1);
    assert_eq!(
        (ledger[0].cost_usd, ledger[0].cost, ledger[0].ended.as_str()),
        (Some(Usd(0.001)), CostBasis::Reported, "stop")
    );
}

#[test]
fn understands_unstreamed_reply() {
    let (_model, book, _) = run([ScriptedReply::text(format!("Sure!\n```json\n{GOOD}\n```")).unstreamed()]);
    assert_eq!(book.page::<summed>(1).text, "It rains.");
}

#[test]
fn violation_is_quoted_twice_then_next_model_is_asked() {
    let says = |asked: &ReceivedRequest| match (asked.model.as_str(), asked.index) {
        ("scripted", 0) => ScriptedReply::text(r#"{"text": "It rains.", "confidence": 90}"#),
        ("scripted", 1) => ScriptedReply::text(r#"{"text": "It is empty.", "confidence": 0.9}"#),
        ("scripted", _) => ScriptedReply::text("I give up."),
        _ => ScriptedReply::text(GOOD),
    };
    let model = ScriptedModel::with_script(says);
    let book = TestBook::of_pages(1).with(LlmSettings { fallbacks: vec!["other".to_owned()], ..model.settings() });
    book.run::<summed>();
    assert_eq!(book.page::<summed>(1).text, "It rains.");
    let requests = model.requests();
    let models: Vec<&str> = requests.iter().map(|request| request.model.as_str()).collect();
    assert_eq!(models, ["scripted", "scripted", "scripted", "other"]);
    assert!(
        requests[1].user.contains("it does not fit the schema: confidence is 90: greater than 1"),
        "{}",
        requests[1].user
    );
    assert!(requests[2].user.contains("it says that the page is empty, and it is not"), "{}", requests[2].user);
    assert!(!requests[2].user.contains("greater than 1"), "only the last violation is quoted");
    assert_eq!(requests[3].user, "page 1", "another model is asked afresh");
    // Failed attempts are paid as well, and the model is still the one that was asked first.
    let record = book.record::<summed>(1);
    assert_eq!((record.operation.attempts, record.operation.cost_usd), (4, Some(Usd(0.004))));
    assert_eq!(record.fingerprint.model.as_deref(), Some("scripted"));
}

#[test]
fn page_without_usable_reply_fails_permanently_with_reason() {
    let (model, book, run) = run([ScriptedReply::text("No.")]);
    assert_eq!((model.requests().len(), run.summary.stages[0].failed.len()), (3, 1));
    assert_eq!(
        error(&book),
        "no model gave a usable reply: `scripted`: reply rejected: it is not a complete JSON object: expected value at line 1 column 1"
    );
    let failed = book.failure::<summed>(1).unwrap();
    assert!(!failed.failure.transient && failed.cost_usd == Some(Usd(0.003)));
    // Nothing changed, so nothing is asked; only on demand, and then afresh.
    book.run::<summed>();
    assert_eq!(model.requests().len(), 3);
    book.process(&[summed::ROW], &Request::default().retry_failed());
    assert_eq!(model.requests().len(), 6);
}

#[test]
fn truncated_reply_is_requested_once_more_with_higher_limit() {
    let (model, book, _) = run([ScriptedReply::text("{").finish_reason("length"), ScriptedReply::text(GOOD)]);
    assert_eq!(book.page::<summed>(1).text, "It rains.");
    assert_eq!(model.requests()[0].body["max_tokens"], 4096);
    assert_eq!(model.requests()[1].body["max_tokens"], 8192);
    let (model, book, _) = self::run([ScriptedReply::text("{").finish_reason("length")]);
    assert_eq!(model.requests().len(), 2);
    assert!(error(&book).ends_with("the model stopped because of `length`"), "{}", error(&book));
}

#[test]
fn rejects_other_finish_reasons() {
    let (model, book, _) = run([ScriptedReply::text(GOOD).finish_reason("content_filter")]);
    assert_eq!(model.requests().len(), 1);
    assert!(error(&book).ends_with("the model stopped because of `content_filter`"), "{}", error(&book));
}

#[test]
fn retries_transient_errors_up_to_limit() {
    for status in [408, 409, 500, 502, 503] {
        let (model, book, _) =
            run([ScriptedReply::status(status), ScriptedReply::status(status), ScriptedReply::text(GOOD)]);
        assert_eq!((model.requests().len(), book.page::<summed>(1).page_number), (3, 1), "{status}");
        let requests = model.requests();
        assert!(
            requests.iter().all(|again| again.body == requests[0].body),
            "no attempt is larger than the one before"
        );
    }
    let (model, book, run) = run([ScriptedReply::status(503)]);
    assert_eq!(model.requests().len(), 4);
    assert_eq!(run.summary.stages[0].failed.len(), 1);
    let failed = book.failure::<summed>(1).unwrap();
    assert!(failed.failure.transient && failed.cost_usd == Some(Usd(0.0)), "{failed:?}");
    assert!(book.ledger().iter().all(|entry| entry.ended == "http 503" && entry.cost == CostBasis::Nothing));
}

#[test]
fn waits_as_long_as_rate_limiting_server_asks() {
    let later = ScriptedReply::status(429).header("retry-after-ms", "300");
    let began = std::time::Instant::now();
    let (model, book, _) = run([later, ScriptedReply::text(GOOD)]);
    assert_eq!((model.requests().len(), book.ledger()[0].ended.as_str()), (2, "http 429"));
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[test]
fn permanent_rejection_aborts_run_without_failing_pages() {
    for (status, about, hint) in [
        (401, Rejection::Key, "the key is wrong or has expired"),
        (402, Rejection::Credit, "the account has no credit left"),
        (403, Rejection::Access, "the key does not give access to this model"),
        (404, Rejection::Model, "check `--llm-base-url` and `--llm-model`"),
    ] {
        let model = ScriptedModel::with_script(move |_| ScriptedReply::status(status));
        let book = TestBook::of_pages(3).with(LlmSettings { in_flight: 1, ..model.settings() });
        let run = book.run::<summed>();
        assert_eq!(model.requests().len(), 1, "{status}");
        assert_eq!((run.summary.stopped, run.summary.stages[0].left), (Some(Stopped::Aborted), 3), "{status}");
        assert!(book.failure::<summed>(1).is_none());
        let failure = run.summary.abort.unwrap().failure;
        let message = format!("scripted {status}");
        let refused = AbortReason::Rejected { status, message, about, with_picture: false };
        assert_eq!(failure, refused.into_failure());
        assert!(failure.hint.as_ref().unwrap().starts_with(hint), "{failure:?}");
    }
}

#[test]
fn a_reply_validated_is_cut_at_any_byte_is_never_half_a_page() {
    let whole = ScriptedReply::text(GOOD);
    let bytes = whole.bytes().concat();
    let finished = bytes.windows(6).rposition(|window| window == b"\"stop\"").unwrap();
    // Each page is cut after as many bytes as its number says.
    let model = ScriptedModel::with_script(move |asked| {
        let page = asked.user.trim_start_matches("page ").parse().expect("the question is a page's number");
        whole.clone().cut_after(page)
    });
    let settings = model.settings();
    let once = Retry { attempts: 1, ..settings.retry };
    let book = TestBook::of_pages(bytes.len() as u32).with(LlmSettings { retry: once, ..settings });
    let run = book.run::<summed>();
    let failed: Vec<u32> =
        run.summary.stages[0].failed.iter().filter_map(|(of, _)| of.unit.page().map(PageNumber::get)).collect();
    assert!((1..finished as u32).all(|cut| failed.contains(&cut)), "accepted before it was known to be whole");
    assert!(!failed.contains(&(bytes.len() as u32)));
    for page in (1..=bytes.len() as u32).filter(|page| !failed.contains(page)) {
        assert_eq!(book.page::<summed>(page).text, "It rains.");
    }
}

#[test]
fn ledger_names_each_timeout() {
    let (never, brief, long) = (Duration::from_mins(1), Duration::from_millis(300), Duration::from_secs(30));
    let usual = Timeouts { connect: long, first_token: long, idle: long, total: long };
    for (says, timeouts, ended) in [
        (
            ScriptedReply::text(GOOD).delayed(never, never),
            Timeouts { first_token: brief, ..usual },
            "timeout: first token",
        ),
        (ScriptedReply::text(GOOD).delayed(Duration::ZERO, never), Timeouts { idle: brief, ..usual }, "timeout: idle"),
        (
            ScriptedReply::text(GOOD).delayed(Duration::ZERO, never),
            Timeouts { total: brief, ..usual },
            "timeout: total",
        ),
    ] {
        let (_model, book, _) = run_as([says], |settings| LlmSettings {
            timeouts,
            retry: Retry { attempts: 1, ..settings.retry },
            ..settings
        });
        assert_eq!((book.ledger()[0].ended.as_str(), book.ledger()[0].cost), (ended, CostBasis::Unknown));
        assert!(book.failure::<summed>(1).unwrap().failure.transient);
    }
}

#[test]
fn unreachable_server_is_reported_and_costs_nothing() {
    let settings = {
        let model = ScriptedModel::with_replies([GOOD]);
        model.settings()
    };
    let book = TestBook::of_pages(1).with(settings);
    book.run::<summed>();
    assert!(error(&book).contains("cannot reach the model's server"), "{}", error(&book));
    assert!(book.ledger().iter().all(|entry| entry.cost == CostBasis::Nothing));
}

#[test]
fn paid_reply_is_reused() {
    let model = ScriptedModel::with_replies([GOOD]);
    let book = TestBook::of_pages(2).with(&model);
    book.run::<summed>();
    assert_eq!(model.requests().len(), 2);
    // As after a crash before the page was written, or a page that was removed.
    book.remove("summed/page_0001.json");
    book.run::<summed>();
    assert_eq!(model.requests().len(), 2);
    assert_eq!(book.record::<summed>(1).operation.cost_usd, Some(Usd(0.001)), "the page costs what was paid for it");
    assert_eq!(book.ledger().len(), 2);
    // Who wants another reply asks anew, and an interrupted wish goes on where it was.
    let redo = Request::default().redo("again");
    book.process(&[summed::ROW], &redo);
    assert_eq!(model.requests().len(), 4);
}

/// A page of which the model has seen the scan, twice.
#[page]
#[derive(Debug, PartialEq)]
pub struct SeenPage {
    pub texts: Vec<String>,
}

/// Asks twice with the same picture, and once more when all pages are there.
#[stage(name = "seen", parallelism = llm, before = greet, after = thank)]
pub async fn seen(image: PageImage, llm: Llm) -> Result<SeenPage> {
    let mut texts = Vec::new();
    for question in ["What is it?", "Are you sure?"] {
        let summed: Summed = llm.ask().user(question).image(&image).reply().await?;
        texts.push(summed.text);
    }
    Ok(SeenPage { texts })
}

async fn greet(run: &StageRun) -> Result<()> {
    let _: Summed = run.llm()?.ask().user("hello").reply().await?;
    Ok(())
}

async fn thank(run: &mut StageRun) -> Result<()> {
    let summed: Summed = run.llm()?.ask().user(format!("{} pages are seen", run.done)).reply().await?;
    run.metadata.title = Some(summed.text);
    Ok(())
}

fn scan() -> (Vec<u8>, (u32, u32), f64) {
    let noisy = image::GrayImage::from_fn(600, 800, |x, y| image::Luma([(x * 7 + y * 13 + x * y) as u8]));
    let mut png = std::io::Cursor::new(Vec::new());
    noisy.write_to(&mut png, image::ImageFormat::Png).unwrap();
    (png.into_inner(), (600, 800), 600.0)
}

#[test]
fn shrinks_picture_for_server_that_finds_request_too_large() {
    let size = |asked: &ReceivedRequest| asked.body.to_string().len();
    let model = ScriptedModel::with_script(move |asked| {
        let too_large = asked.pictures > 0 && size(asked) > 50_000;
        if too_large { ScriptedReply::status(413) } else { ScriptedReply::text(GOOD) }
    });
    let book = TestBook::of_pages(1).scans([scan()]).with(&model);
    let run = book.run::<seen>();
    assert_eq!(run.summary.stages[0].done, 1, "{:?}", run.summary.stages[0].failed);
    let sizes: Vec<usize> = model.requests().iter().filter(|asked| asked.pictures > 0).map(size).collect();
    assert_eq!(sizes.len(), 4, "too large, smaller; and both again for the second question: {sizes:?}");
    assert!(sizes[1] < sizes[0] && sizes[0].abs_diff(sizes[2]) < 10, "{sizes:?}");
}

#[test]
fn calls_of_hooks_are_in_the_ledger() {
    let model = ScriptedModel::with_replies([GOOD]);
    let book = TestBook::of_pages(1).scans([scan()]).with(&model);
    let run = book.run::<seen>();
    assert_eq!(run.summary.stages[0].error(), None);
    let questions: Vec<String> = model.requests().into_iter().map(|asked| asked.user).collect();
    assert_eq!(questions, ["hello", "What is it?", "Are you sure?", "1 pages are seen"]);
    assert_eq!(book.metadata().title.as_deref(), Some("It rains."));
    let pages: Vec<Option<u32>> = book.ledger().iter().map(|entry| entry.page.page().map(PageNumber::get)).collect();
    assert_eq!(pages, [None, Some(1), Some(1), None]);
    assert_eq!(book.record::<seen>(1).operation.cost_usd, Some(Usd(0.002)), "a page pays for itself, not for hooks");
}

#[test]
fn stopping_run_does_not_wait_to_retry() {
    let stop = Stop::default();
    let asked_to = stop.clone();
    let model = ScriptedModel::with_script(move |_| {
        asked_to.ask();
        ScriptedReply::status(503).header("retry-after", "100")
    });
    let book = TestBook::of_pages(1).with(&model);
    let began = std::time::Instant::now();
    let run = book.process_until(&[summed::ROW], &Request::default(), &stop);
    assert!(began.elapsed() < Duration::from_mins(1), "it waited as long as the server says");
    assert_eq!((run.summary.stopped, run.summary.stages[0].left), (Some(Stopped::Interrupted), 1));
    assert_eq!((model.requests().len(), book.failure::<summed>(1)), (1, None));
}

#[test]
fn changing_first_model_makes_pages_stale() {
    let model = ScriptedModel::with_replies([GOOD]);
    let book = book(&model);
    book.run::<summed>();
    let planned = |book: &TestBook| {
        let plan = book.plan(&[summed::ROW], &Request::default());
        plan.jobs.iter().map(|job| job.why.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(planned(&book), [""; 0]);
    let book = book.with(LlmSettings { fallbacks: vec!["next".to_owned()], ..model.settings() });
    assert_eq!(planned(&book), [""; 0]);
    let book = book.with(LlmSettings { model: Some("larger".to_owned()), ..model.settings() });
    assert_eq!(planned(&book), ["model scripted → larger"]);
}

#[test]
fn budget_stops_run_before_overspending_and_keeps_pages() {
    let model = ScriptedModel::with_replies([GOOD]);
    let price = Price { prompt: 1e-6, completion: 1e-6, ..Price::default() };
    let limited = |cap: f64| LlmSettings {
        prices: [("scripted".to_owned(), price)].into(),
        spending: Spending { allowed: true, run: Some(Usd(cap)), ..Spending::default() },
        ..model.settings()
    };
    // A request is reserved with 4,096 tokens of reply and less than 2,000 of question, and costs 0.001.
    let book = TestBook::of_pages(60).with(limited(0.05));
    let run = book.run::<summed>();
    let stage = &run.summary.stages[0];
    assert_eq!((run.summary.stopped, stage.failed.len()), (Some(Stopped::BudgetUsedUp), 0));
    assert!((44..=50).contains(&stage.done) && stage.done + stage.left == 60, "{} done", stage.done);
    let spent: Usd = book.ledger().iter().filter_map(|entry| entry.cost_usd).sum();
    assert!(spent <= Usd(0.05), "{spent}");
    let book = book.with(limited(1.0));
    assert_eq!(book.run::<summed>().summary.stages[0].kept + book.ledger().len(), stage.done + 60);
}

#[test]
fn budget_without_price_sends_nothing() {
    let spending = Spending { allowed: true, run: Some(Usd(3.0)), ..Spending::default() };
    let (model, _book, run) = run_as([ScriptedReply::text(GOOD)], |settings| LlmSettings { spending, ..settings });
    let unpriced = AbortReason::Unpriced("scripted".to_owned()).into_failure();
    assert_eq!((model.requests().len(), run.summary.abort.unwrap().failure), (0, unpriced));
}

#[test]
fn configured_key_alone_spends_nothing() {
    let (model, _book, run) =
        run_as([ScriptedReply::text(GOOD)], |settings| LlmSettings { spending: Spending::default(), ..settings });
    assert_eq!(
        (model.requests().len(), run.summary.abort.unwrap().failure),
        (0, AbortReason::NotAllowed.into_failure())
    );
    let unconfigured = TestBook::of_pages(1);
    let run = unconfigured.run::<summed>();
    assert_eq!(run.summary.stages[0].left, 1);
}
