//! The body of a request to an OpenAI-compatible server, and the canonical body that identifies a request.
//!
//! Format: <https://platform.openai.com/docs/api-reference/chat/create>; `usage.include`, `reasoning` and `provider.require_parameters`
//! are OpenRouter's.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::chat::{Message, ReplySchema, Request, frame};
use crate::pictures::Picture;
use crate::server_profile::{Parameters, ReasoningField, ReplyFormat};
use shelf_runtime::record::Hash;

/// The body that is sent for a request.
pub(crate) fn body(request: &Request, model: &str, parameters: &Parameters) -> Map<String, Value> {
    let framed = frame::framed(request, parameters.format != ReplyFormat::JsonSchema);
    let url = |picture: &Arc<Picture>| picture.data_url();
    let mut body = Map::new();
    let mut insert = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    insert("model", model.into());
    insert("messages", framed.iter().map(|message| message_json(message, &url)).collect());
    match (&request.schema, parameters.format) {
        (Some(schema), ReplyFormat::JsonSchema) => insert("response_format", json_schema(schema)),
        (Some(_), ReplyFormat::JsonObject) => insert("response_format", json!({ "type": "json_object" })),
        (_, ReplyFormat::Prompt) | (None, _) => {}
    }
    insert(parameters.token_limit.as_str(), token_limit(request, parameters).into());
    insert("stream", true.into());
    if parameters.stream_options {
        insert("stream_options", json!({ "include_usage": true }));
    }
    if parameters.usage {
        insert("usage", json!({ "include": true }));
    }
    if parameters.only_servers_that_accept_all {
        insert("provider", json!({ "require_parameters": true }));
    }
    match parameters.reasoning {
        Some((ReasoningField::Reasoning, effort)) => insert("reasoning", json!({ "effort": effort.as_str() })),
        Some((ReasoningField::ReasoningEffort, effort)) => insert("reasoning_effort", effort.as_str().into()),
        None => {}
    }
    for (name, value) in &parameters.extra {
        insert(name, value.clone());
    }
    body
}

/// The body that identifies a request, whichever server it is sent to and with which parameters: hashes stand for pictures. Stored replies
/// and recordings are found by it, so it must never change.
pub(crate) fn canonical(request: &Request, model: &str) -> Value {
    let url = |picture: &Arc<Picture>| format!("blake3:{}", picture.hash);
    let messages: Vec<Value> = request.messages.iter().map(|message| message_json(message, &url)).collect();
    let mut canonical = json!({
        "model": model,
        "messages": messages,
        "response_format": request.schema.as_ref().map(json_schema),
        "max_tokens": request.max_tokens,
        "temperature": 0,
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    if let (None, Some(fields)) = (&request.schema, canonical.as_object_mut()) {
        fields.shift_remove("response_format");
    }
    canonical
}

/// The hash of a canonical body: identifies a request on disk.
pub(crate) fn hash(canonical: &Value) -> Hash {
    Hash::of(canonical.to_string().as_bytes())
}

/// Characters per token in badly read text.
const CHARS_PER_TOKEN: u32 = 3;
/// Even a long question leaves room for a reply of this many tokens.
const MIN_REPLY_TOKENS: u32 = 256;

/// The limit on the tokens of a reply: the request's, or less where the model accepts less.
fn token_limit(request: &Request, parameters: &Parameters) -> u32 {
    let text = u32::try_from(frame::framed_chars(request, true)).unwrap_or(u32::MAX);
    let question = text / CHARS_PER_TOKEN;
    let room = parameters.context_tokens.map(|context| context.saturating_sub(question).max(MIN_REPLY_TOKENS));
    [room, parameters.max_reply_tokens].into_iter().flatten().fold(request.max_tokens, u32::min)
}

fn json_schema(schema: &ReplySchema) -> Value {
    json!({ "type": "json_schema", "json_schema": { "name": schema.name, "strict": true, "schema": schema.schema } })
}

fn message_json(message: &Message, url: &dyn Fn(&Arc<Picture>) -> String) -> Value {
    let content = if message.pictures.is_empty() {
        Value::from(message.text.as_str())
    } else {
        let text = json!({ "type": "text", "text": message.text });
        let pictures =
            message.pictures.iter().map(|picture| json!({ "type": "image_url", "image_url": { "url": url(picture) } }));
        std::iter::once(text).chain(pictures).collect()
    };
    json!({ "role": message.role.as_str(), "content": content })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Role;
    use crate::server_profile::{Choices, LeftOut, Profile};

    fn request() -> Request {
        let page = Message {
            role: Role::User,
            text: "page".to_owned(),
            pictures: vec![Arc::new(Picture::of_jpeg(b"jpeg".to_vec(), 3, 4))],
            scanned: Vec::new(),
        };
        Request::new([page].into(), Some(ReplySchema::of::<String>().unwrap()), 100)
    }

    fn parameters(url: &str) -> Parameters {
        let choices = Choices { reasoning: None, extra: &Map::new() };
        Parameters::of(Profile::of(url, "m", None), "m", None, choices, &LeftOut::default())
    }

    fn sent(url: &str) -> Value {
        Value::Object(body(&request(), "m", &parameters(url)))
    }

    /// The original program attached the picture once more in every attempt.
    #[test]
    fn all_attempts_send_identical_bodies() {
        let attempts: Vec<String> = (0..3).map(|_| sent("https://openrouter.ai/api/v1").to_string()).collect();
        assert!(attempts.iter().all(|body| *body == attempts[0]));
        assert_eq!(attempts[0].matches("image_url\":").count(), 1);
        assert!(attempts[0].contains("data:image/jpeg;base64,anBlZw=="));
    }

    #[test]
    fn hash_identifies_request() {
        let hash_of = |request: &Request, model| hash(&canonical(request, model));
        assert_eq!(hash_of(&request(), "m"), hash_of(&request(), "m"));
        assert_ne!(hash_of(&request(), "m"), hash_of(&request(), "n"));
        assert_ne!(hash_of(&request(), "m"), hash_of(&request().with_max_tokens(200), "m"));
        let other = Arc::new(Picture::of_jpeg(b"other".to_vec(), 3, 4));
        assert_ne!(hash_of(&request(), "m"), hash_of(&request().with_pictures(&[other]), "m"));
        assert!(!canonical(&request(), "m").to_string().contains("base64"));
    }

    /// Another hash would make every stored reply and every recording useless.
    #[test]
    fn identity_is_that_of_release_0_1() {
        let canonical = canonical(&request(), "m").to_string();
        assert_eq!(
            canonical,
            concat!(
                r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"page"},{"type":"image_url","#,
                r#""image_url":{"url":"blake3:33f7222e8037668177e62fd7f1c88ad6633873e974874ac653e1524dd003294d"}}]}],"response_format":{"type":"json_schema","json_schema":"#,
                r#"{"name":"string","strict":true,"schema":{"type":"string"}}},"max_tokens":100,"temperature":0,"stream":true,"#,
                r#""stream_options":{"include_usage":true}}"#,
            )
        );
    }

    #[test]
    fn body_suits_the_server() {
        let unknown = sent("http://127.0.0.1:8080/v1");
        assert!(unknown.get("temperature").is_none() && unknown["stream_options"]["include_usage"] == true);
        assert_eq!((&unknown["max_tokens"], &unknown["response_format"]["type"]), (&100.into(), &"json_schema".into()));
        let openai = sent("https://api.openai.com/v1");
        assert_eq!((openai.get("max_tokens"), &openai["max_completion_tokens"]), (None, &100.into()));
        let mistral = sent("https://api.mistral.ai/v1");
        assert!(mistral.get("stream_options").is_none());
        assert_eq!(sent("https://api.deepseek.com/v1")["response_format"], json!({ "type": "json_object" }));
        let openrouter = sent("https://openrouter.ai/api/v1");
        assert!(openrouter["usage"]["include"] == true && openrouter["provider"]["require_parameters"] == true);
    }

    #[test]
    fn user_adds_and_replaces_fields() {
        let extra = json!({ "temperature": 0.2, "max_tokens": 50 });
        let parameters =
            Parameters { extra: extra.as_object().unwrap().clone(), ..parameters("http://127.0.0.1:8080/v1") };
        let body = body(&request(), "m", &parameters);
        assert_eq!((&body["temperature"], &body["max_tokens"]), (&0.2.into(), &50.into()));
    }

    #[test]
    fn limit_of_reply_leaves_room_for_question() {
        let limit = |context_tokens, max_reply_tokens| {
            let parameters = Parameters { max_reply_tokens, context_tokens, ..parameters("http://127.0.0.1:8080/v1") };
            token_limit(&request().with_max_tokens(4096), &parameters)
        };
        assert_eq!([limit(None, None), limit(Some(100_000), Some(1000))], [4096, 1000]);
        assert!((1900..2048).contains(&limit(Some(2048), None)));
        assert_eq!(limit(Some(10), None), MIN_REPLY_TOKENS);
    }
}
