use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::Value;

use crate::chat::frame;

/// A request that a scripted model received.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedRequest {
    /// Its index, from 0.
    pub index: usize,
    /// The model's name.
    pub model: String,
    /// The prompt, without the description of the reply that every request has.
    pub system: String,
    /// All user messages, without markers: the question and requests for repair.
    pub user: String,
    /// Number of pictures.
    pub pictures: usize,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body of the request.
    pub body: Value,
}

impl ReceivedRequest {
    pub(super) fn new(index: usize, authorization: Option<String>, body: Value) -> Self {
        let text = |role: &str| {
            let texts = body["messages"].as_array().into_iter().flatten().filter(|message| message["role"] == role);
            texts.map(|message| text_of(&message["content"])).collect::<Vec<_>>().join("\n\n")
        };
        Self {
            index,
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            system: frame::unframed_prompt(&text("system")).to_owned(),
            user: frame::unmarked(&text("user")),
            pictures: parts_of(&body).filter(|part| part["type"] == "image_url").count(),
            authorization,
            body,
        }
    }

    /// The JPEG files in the request.
    #[must_use]
    pub fn jpegs(&self) -> Vec<Vec<u8>> {
        let urls = parts_of(&self.body).filter_map(|part| part["image_url"]["url"].as_str());
        let jpeg = |url: &str| BASE64.decode(url.strip_prefix("data:image/jpeg;base64,")?).ok();
        urls.filter_map(jpeg).collect()
    }
}

/// The parts of a request's messages that have several: texts and pictures.
fn parts_of(body: &Value) -> impl Iterator<Item = &Value> {
    let messages = body["messages"].as_array().into_iter().flatten();
    messages.filter_map(|message| message["content"].as_array()).flatten()
}

/// A message's text, with or without pictures.
fn text_of(content: &Value) -> String {
    match content {
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        content => content.as_str().unwrap_or_default().to_owned(),
    }
}
