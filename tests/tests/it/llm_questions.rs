//! What a stage author can ask besides one question with a JSON reply: plain text, examples, several turns, another model.

use shelf::llm::{Effort, LlmSettings};
use shelf::prelude::*;
use shelf::testing::{ReceivedRequest, ScriptedModel, TestBook};

/// A sentence about a page, and how good it is.
#[page]
pub struct Blurb {
    /// The sentence.
    pub sentence: String,
    /// 1 to 5.
    #[garde(range(min = 1, max = 5))]
    pub stars: u32,
}

/// How good a sentence is.
#[page]
pub struct Rating {
    /// 1 to 5.
    #[garde(range(min = 1, max = 5))]
    pub stars: u32,
}

/// Asks for a sentence, and another model to rate it.
#[stage(name = "blurb", parallelism = llm)]
pub async fn blurb(page: PageNumber, llm: Llm) -> Result<Blurb> {
    let question = format!("What is page {page} about?");
    let ask = llm.ask().system("You write blurbs.").user(&question).max_tokens(50);
    let sentence = ask
        .reply_text_validated(|text| if text.ends_with('.') { Ok(()) } else { Err("it needs a full stop".to_owned()) })
        .await?;
    let rating = llm
        .ask()
        .model("judge")
        .reasoning(Effort::Low)
        .example("A heron.", &Rating { stars: 2 })
        .user(question)
        .assistant(&sentence)
        .user("How good is that?")
        .reply_validated(|rating: &Rating| if rating.stars > 1 { Ok(()) } else { Err("be kind".to_owned()) })
        .await?;
    Ok(Blurb { sentence, stars: rating.stars })
}

/// Role and text of each message, without what every request has.
fn messages(request: &ReceivedRequest) -> Vec<(String, String)> {
    let messages = request.body["messages"].as_array().unwrap().iter();
    let text =
        |value: &serde_json::Value| value.as_str().unwrap().split("\n\nReply with one JSON").next().unwrap().to_owned();
    messages.map(|message| (text(&message["role"]), text(&message["content"]))).collect()
}

fn said(role: &str, text: &str) -> (String, String) {
    (role.to_owned(), text.to_owned())
}

#[test]
fn text_examples_turns_model_and_effort_reach_the_server() {
    let replies = ["It rains", "<think>A full stop.</think>It rains.", r#"{ "stars": 1 }"#, r#"{ "stars": 4 }"#];
    let model = ScriptedModel::with_replies(replies);
    let book = TestBook::of_pages(1).with(LlmSettings { model: None, ..model.settings() });
    book.run::<blurb>();
    let page = book.page::<blurb>(1);
    assert_eq!((page.sentence.as_str(), page.stars), ("It rains.", 4));

    let [first, repaired, rated, rated_again] = &model.requests()[..] else { panic!("four requests") };
    assert_eq!(first.body.get("response_format"), None);
    assert_eq!((first.model.as_str(), &first.body["max_tokens"]), (LlmSettings::MODEL, &50.into()));
    let question = said("user", "What is page 1 about?");
    assert_eq!(messages(first), [said("system", "You write blurbs."), question.clone()]);
    let rejection = "Your reply cannot be used: it needs a full stop.\nReply again with the whole text, corrected, and nothing else.";
    assert_eq!(messages(repaired)[2..], [said("assistant", "It rains"), said("user", rejection)]);

    assert_eq!((rated.model.as_str(), &rated.body["reasoning_effort"]), ("judge", &"low".into()));
    assert_eq!(rated.body["response_format"]["type"], "json_schema");
    let example = [said("user", "A heron."), said("assistant", r#"{"stars":2}"#)];
    let turns = [question, said("assistant", "It rains."), said("user", "How good is that?")];
    let asked: Vec<_> = example.into_iter().chain(turns).collect();
    assert_eq!(messages(rated)[1..], asked);
    // The rejected reply comes after the question, not in place of its earlier turns.
    assert_eq!(messages(rated_again)[1..=5], asked);
    assert_eq!(messages(rated_again)[6], said("assistant", r#"{ "stars": 1 }"#));
}

#[test]
fn the_users_model_and_effort_take_precedence() {
    let model = ScriptedModel::with_replies(["It rains.", r#"{ "stars": 4 }"#]);
    let book = TestBook::of_pages(1).with(LlmSettings { reasoning: Some(Effort::High), ..model.settings() });
    book.run::<blurb>();
    let rated = &model.requests()[1];
    assert_eq!((rated.model.as_str(), &rated.body["reasoning_effort"]), ("scripted", &"high".into()));
}
