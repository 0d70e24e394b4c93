//! Servers as they are: what they refuse, how they write a reply, and what they report.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use shelf::llm::{AbortReason, CostBasis, DEFAULT_MODELS, Dispatcher, LlmSettings, Rejection, Retry, Timeouts, Usd};
use shelf::prelude::*;
use shelf::run::Stopped;
use shelf::testing::{ReceivedRequest, ScriptedModel, ScriptedReply, TestBook, TestLedger, TestRun};

/// What a model says of a page.
#[page]
#[derive(Debug, PartialEq)]
pub struct Phrase {
    /// In a few words.
    #[garde(length(min = 1, max = 40))]
    pub text: String,
}

/// Asks for a few words.
#[stage(name = "phrase", parallelism = llm)]
pub async fn phrase(page: PageNumber, llm: Llm) -> Result<Phrase> {
    llm.ask().system("Name it.").scanned(format!("page {page}")).reply().await
}

const GOOD: &str = r#"{"text": "rain"}"#;

fn one_at_a_time(model: &ScriptedModel) -> LlmSettings {
    LlmSettings { in_flight: 1, ..model.settings() }
}

/// Runs the stage over `pages` pages; the server answers as `script` says.
fn run(
    pages: u32,
    script: impl Fn(&ReceivedRequest) -> ScriptedReply + Send + Sync + 'static,
) -> (ScriptedModel, TestBook, TestRun) {
    let model = ScriptedModel::with_script(script);
    let book = TestBook::of_pages(pages).with(one_at_a_time(&model));
    let run = book.run::<phrase>();
    (model, book, run)
}

fn extra(value: &Value) -> Map<String, Value> {
    value.as_object().expect("the test gives an object").clone()
}

/// A server that refuses requests with some field, in the words of a real one.
fn refusing(name: &'static str, status: u16, body: Value) -> ScriptedModel {
    ScriptedModel::with_script(move |asked| match asked.body.get(name) {
        Some(_) => ScriptedReply::error_body(status, &body),
        None => ScriptedReply::text(GOOD),
    })
}

#[test]
fn refused_parameter_is_left_out_and_reported_once() {
    let max_tokens =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    for (name, status, body) in [
        ("temperature", 400, json!({ "error": { "message": "`temperature` is deprecated for this model." } })),
        (
            "max_tokens",
            400,
            json!({ "error": { "message": max_tokens, "param": "max_tokens", "code": "unsupported_parameter" } }),
        ),
        ("response_format", 400, json!({ "error": { "message": "This response_format type is unavailable now" } })),
        (
            "stream_options",
            422,
            json!({ "detail": [{ "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted" }] }),
        ),
        (
            "top_k",
            400,
            json!({ "error": { "code": 400, "message": "Provider returned error", "metadata": { "raw": "{\"error\":{\"message\":\"top_k: not supported\"}}" } } }),
        ),
    ] {
        let model = refusing(name, status, body);
        let extra_body = extra(&json!({ "temperature": 0, "top_k": 1 }));
        let llm = Dispatcher::start(LlmSettings { extra_body, ..one_at_a_time(&model) }).unwrap();
        let book = TestBook::of_pages(3).with(llm.clone());
        let run = book.run::<phrase>();
        assert_eq!(run.summary.stages[0].done, 3, "{name}: {:?}", run.summary.stages[0].failed);
        // The schema is replaced by `json_object` before `response_format` is left out.
        let refused = if name == "response_format" { 2 } else { 1 };
        assert_eq!(model.requests().len(), 3 + refused, "{name}: only the first page is asked again");
        let notices = llm.take_notices();
        assert_eq!(notices.len(), refused, "{notices:?}");
        assert!(notices[0].contains(&format!("does not accept `{name}")), "{notices:?}");
        let ended: Vec<String> = book.ledger().into_iter().map(|entry| entry.ended).collect();
        assert_eq!((ended[0].as_str(), ended.last().unwrap().as_str()), (format!("http {status}").as_str(), "stop"));
        let limits = ["max_tokens", "max_completion_tokens"]
            .map(|limit| model.requests().last().unwrap().body.get(limit).is_some());
        assert_eq!(limits, [name != "max_tokens", name == "max_tokens"]);
    }
}

#[test]
fn parameters_do_not_change_what_is_paid() {
    let model = ScriptedModel::with_replies([GOOD]);
    let book = TestBook::of_pages(1).with(&model);
    book.run::<phrase>();
    book.remove("phrase/page_0001.json");
    let extra_body = extra(&json!({ "top_p": 0.5 }));
    let reasoning = Some(shelf::llm::Effort::High);
    let book = book.with(LlmSettings { extra_body, reasoning, ..model.settings() });
    book.run::<phrase>();
    assert_eq!((model.requests().len(), book.page::<phrase>(1).text.as_str()), (1, "rain"));
}

#[test]
fn request_suits_the_listed_model() {
    let listed = json!({ "data": [{
        "id": "scripted", "supported_parameters": ["max_completion_tokens", "reasoning_effort"],
        "top_provider": { "max_completion_tokens": 1000 },
    }] });
    let model = ScriptedModel::with_replies([GOOD]).listing(&listed);
    let reasoning = Some(shelf::llm::Effort::Low);
    let book = TestBook::of_pages(1).with(LlmSettings { reasoning, ..model.settings() });
    book.run::<phrase>();
    let body = &model.requests()[0].body;
    assert_eq!((&body["max_completion_tokens"], &body["reasoning_effort"]), (&json!(1000), &json!("low")));
    assert_eq!((body.get("response_format"), body.get("temperature")), (None, None));
    let prompt = body["messages"][0]["content"].as_str().unwrap();
    assert!(
        prompt.starts_with("Name it.\n\nReply with one JSON object") && prompt.contains("- text: In a few words."),
        "{prompt}"
    );
}

#[test]
fn unusable_list_of_models_is_no_error() {
    for list in ["", "<html>", "[1, 2]", r#"{"data": 7}"#] {
        let model = ScriptedModel::with_replies([GOOD]).listing(&list);
        let book = TestBook::of_pages(1).with(&model);
        assert_eq!(book.run::<phrase>().summary.stages[0].done, 1, "{list:?}");
    }
}

/// A server that lists these models, and the settings of somebody who chose none.
fn with_default_models(listed: &[&str]) -> (ScriptedModel, LlmSettings) {
    let models: Vec<Value> = listed.iter().map(|id| json!({ "id": id })).collect();
    let model = ScriptedModel::with_replies([GOOD]).listing(&json!({ "data": models }));
    let fallbacks = DEFAULT_MODELS[1..].iter().map(|default| default.name.to_owned()).collect();
    let settings = LlmSettings { model: None, fallbacks, ..one_at_a_time(&model) };
    (model, settings)
}

#[test]
fn default_model_that_the_server_no_longer_lists_is_left_out() {
    let [first, second, _] = DEFAULT_MODELS.map(|default| default.name);
    for (listed, asked, warned) in [
        (&[first, second][..], first, 0),
        (&[second, "other"], second, 1),
        // A server of one's own has its own names, and often takes any.
        (&["qwen.gguf"], first, 0),
        (&[], first, 0),
    ] {
        let (model, settings) = with_default_models(listed);
        let llm = Dispatcher::start(settings).unwrap();
        let book = TestBook::of_pages(2).with(llm.clone());
        assert_eq!(book.run::<phrase>().summary.stages[0].done, 2, "{listed:?}");
        assert!(model.requests().iter().all(|request| request.body["model"] == asked), "{listed:?}");
        let notices = llm.take_notices();
        assert_eq!(notices.len(), warned, "{notices:?}");
        assert!(notices.iter().all(|notice| notice.contains(first) && notice.contains(second)), "{notices:?}");
    }
}

#[test]
fn a_new_default_model_makes_no_paid_page_stale_and_a_chosen_one_does() {
    let (model, settings) = with_default_models(&[]);
    let book = TestBook::of_pages(2).with(LlmSettings { model: Some("old-default".to_owned()), ..settings.clone() });
    book.run::<phrase>();
    let book = book.with(settings.clone());
    book.run::<phrase>();
    assert_eq!(model.requests().len(), 2);
    let book = book.with(LlmSettings { model: Some("chosen".to_owned()), ..settings });
    book.run::<phrase>();
    assert_eq!(model.requests().len(), 4);
}

#[test]
fn reads_replies_as_servers_write_them() {
    for reply in [
        ScriptedReply::text(GOOD).finish_reason("STOP"),
        ScriptedReply::text(GOOD).finish_reason("end_turn"),
        ScriptedReply::text(GOOD).finish_reason("eos"),
        ScriptedReply::text(GOOD).without_finish_reason(),
        ScriptedReply::text(GOOD).without_finish_reason().unstreamed(),
        ScriptedReply::text(format!("<think>{{\"text\": \"snow\"}}? No.</think>\n{GOOD}")),
        ScriptedReply::text(
            format!("Here it is [1]:\n```json\n{GOOD}\n```\nThe page says {{sic}}.").replace("{sic}", "sic"),
        ),
    ] {
        let (model, book, _) = run(1, move |_| reply.clone());
        assert_eq!((model.requests().len(), book.page::<phrase>(1).text.as_str()), (1, "rain"));
    }
}

#[test]
fn reasoning_ends_the_wait_for_the_first_token() {
    let (brief, long) = (Duration::from_millis(200), Duration::from_secs(30));
    let timeouts = Timeouts { connect: long, first_token: brief, idle: long, total: long };
    let thinking = move || ScriptedReply::text(GOOD).delayed(brief * 3, Duration::ZERO);
    let model = ScriptedModel::with_script(move |_| thinking().reasoning("Let me see."));
    let book = TestBook::of_pages(1).with(LlmSettings { timeouts, ..model.settings() });
    book.run::<phrase>();
    assert_eq!((model.requests().len(), book.page::<phrase>(1).text.as_str()), (1, "rain"));
    // A request that our own limit cut off is sent once more, not four times.
    let silent = ScriptedModel::with_script(move |_| thinking());
    let book = TestBook::of_pages(1).with(LlmSettings { timeouts, ..silent.settings() });
    book.run::<phrase>();
    assert_eq!(silent.requests().len(), 2);
}

#[test]
fn refusal_of_one_page_concerns_only_that_page() {
    for (status, message) in [(400, "cannot process image"), (403, "Your input was flagged by moderation"), (422, "no")]
    {
        let (model, book, run) = run(6, move |asked| match asked.user.as_str() {
            "page 3" => ScriptedReply::error(status, message),
            _ => ScriptedReply::text(GOOD),
        });
        let stage = &run.summary.stages[0];
        assert_eq!((stage.done, stage.failed.len(), run.summary.stopped), (5, 1, None), "{status}");
        assert_eq!(model.requests().len(), 6);
        let failure = book.failure::<phrase>(3).unwrap().failure;
        assert!(!failure.transient && failure.to_string().contains(message), "{failure}");
    }
}

#[test]
fn fallback_is_asked_if_server_does_not_have_the_model() {
    for (status, message) in [(404, "no such thing"), (400, "scripted is not a valid model ID")] {
        let model = ScriptedModel::with_script(move |asked| match asked.model.as_str() {
            "scripted" => ScriptedReply::error(status, message),
            _ => ScriptedReply::text(GOOD),
        });
        let fallbacks = vec!["other".to_owned()];
        let llm = Dispatcher::start(LlmSettings { fallbacks, ..one_at_a_time(&model) }).unwrap();
        let book = TestBook::of_pages(4).with(llm.clone());
        assert_eq!(book.run::<phrase>().summary.stages[0].done, 4);
        assert_eq!((model.requests().len(), llm.take_notices().len()), (5, 1), "it is asked for once");
    }
}

#[test]
fn lack_of_credit_stops_asking_at_once() {
    let quota = json!({ "error": { "message": "You exceeded your current quota", "code": "insufficient_quota" } });
    let (model, book, run) = run(5, move |_| ScriptedReply::error_body(429, &quota));
    assert_eq!((model.requests().len(), run.summary.stopped), (1, Some(Stopped::Aborted)));
    assert!(book.failure::<phrase>(1).is_none());
    let message = "You exceeded your current quota".to_owned();
    let reason = AbortReason::Rejected { status: 429, message, about: Rejection::Credit, with_picture: false };
    assert_eq!(run.summary.abort.unwrap().failure, reason.into_failure());
}

#[test]
fn run_stops_after_ten_unusable_replies_in_a_row() {
    let (model, _book, run) = run(60, |_| ScriptedReply::text("I cannot read this."));
    // A second page may have been begun before the replies were known to be unusable.
    assert!((10..=12).contains(&model.requests().len()), "{} requests", model.requests().len());
    let stage = &run.summary.stages[0];
    assert_eq!((run.summary.stopped, stage.failed.len() + stage.left), (Some(Stopped::Aborted), 60));
    assert!((3..=4).contains(&stage.failed.len()), "pages had three replies each: {:?}", stage.failed);
    let failure = run.summary.abort.unwrap().failure.to_string();
    assert!(
        failure.starts_with("the last 10 replies could not be used; the last one: it is not a complete"),
        "{failure}"
    );
    // With many requests in flight, the first replies to pages that had begun before are all that is added.
    let model = ScriptedModel::with_script(|_| ScriptedReply::text("I cannot read this."));
    let book = TestBook::of_pages(200).with(LlmSettings { in_flight: 8, ..model.settings() });
    book.run::<phrase>();
    assert!((10..=32).contains(&model.requests().len()), "{} requests", model.requests().len());
}

#[test]
fn server_that_answers_one_request_at_a_time_fails_no_page() {
    let (page, first_token) = (Duration::from_millis(400), Duration::from_secs(3));
    let idle_from = Mutex::new(Instant::now());
    let model = ScriptedModel::with_script(move |_| {
        let mut idle_from = idle_from.lock().unwrap();
        let now = Instant::now();
        *idle_from = now.max(*idle_from) + page;
        ScriptedReply::text(GOOD).delayed(*idle_from - now, Duration::ZERO)
    });
    let timeouts = Timeouts { first_token, ..model.settings().timeouts };
    let book = TestBook::of_pages(12).with(LlmSettings { timeouts, ..model.settings() });
    let run = book.run::<phrase>();
    let stage = &run.summary.stages[0];
    assert_eq!((stage.failed.len(), stage.left, model.requests().len()), (0, 0, 12), "{:?}", run.events);
}

#[test]
fn usage_of_failed_calls_is_counted() {
    let error =
        json!({ "error": { "code": 502, "message": "upstream" }, "usage": { "prompt_tokens": 9, "cost": 0.25 } });
    let reply = ScriptedReply::text(GOOD).then_error(error);
    let model = ScriptedModel::with_script(
        move |asked| if asked.index == 0 { reply.clone() } else { ScriptedReply::text(GOOD) },
    );
    let book = TestBook::of_pages(1).with(&model);
    book.run::<phrase>();
    let first = &book.ledger()[0];
    assert_eq!((first.cost_usd, first.cost, first.prompt_tokens), (Some(Usd(0.25)), CostBasis::Reported, Some(9)));
    assert_eq!(book.record::<phrase>(1).operation.cost_usd, Some(Usd(0.251)));
    let usage = json!({ "cost": 0.01, "is_byok": true, "cost_details": { "upstream_inference_cost": 0.2 } });
    let (_model, book, _) = run(1, move |_| ScriptedReply::text(GOOD).usage(Some(usage.clone())));
    let cost = book.ledger()[0].cost_usd.unwrap();
    assert!((cost.0 - 0.21).abs() < 1e-9, "{cost}");
}

#[test]
fn endless_bodies_are_not_read_to_their_end() {
    let began = Instant::now();
    let once = Retry { attempts: 1, ..LlmSettings::default().retry };
    let endless = || "x".repeat(32 << 20);
    for reply in [
        ScriptedReply::text(endless()),
        ScriptedReply::error(500, endless()),
        ScriptedReply::text(endless()).unstreamed(),
    ] {
        let model = ScriptedModel::with_script(move |_| reply.clone());
        let book = TestBook::of_pages(1).with(LlmSettings { retry: once, ..model.settings() });
        let run = book.run::<phrase>();
        assert_eq!((model.requests().len(), run.summary.stages[0].failed.len()), (1, 1));
        let error = book.failure::<phrase>(1).unwrap().failure.to_string();
        assert!(error.len() < 1000, "{} bytes", error.len());
    }
    assert!(began.elapsed() < Duration::from_secs(30));
}
