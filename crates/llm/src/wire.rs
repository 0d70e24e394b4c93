//! The body of a request, as OpenAI-compatible servers read it.
//!
//! Format: <https://platform.openai.com/docs/api-reference/chat/create>; `usage.include` and `provider.require_parameters` as OpenRouter
//! reads them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Picture;
use super::request::{Message, Request};
use shelf_runtime::record::Hash;

/// What a server is told beside the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Chat completions as everybody understands them.
    Plain,
    /// With the fields of OpenRouter.
    OpenRouter,
}

/// The body that is sent.
pub(super) fn body(request: &Request, model: &str, dialect: Dialect) -> Value {
    build(request, model, dialect, &|picture| picture.data_url())
}

/// The body with hashes in place of pictures: what a request is known by, whichever server it is sent to.
pub(super) fn canonical(request: &Request, model: &str) -> Value {
    build(request, model, Dialect::Plain, &|picture| format!("blake3:{}", picture.hash))
}

/// What a request is known by on disk.
pub(super) fn hash(canonical: &Value) -> Hash {
    Hash::of(canonical.to_string().as_bytes())
}

fn build(request: &Request, model: &str, dialect: Dialect, url: &dyn Fn(&Arc<Picture>) -> String) -> Value {
    let messages: Vec<Value> = request.messages.iter().map(|message| write(message, url)).collect();
    let schema = &request.schema;
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("messages".to_owned(), messages.into());
    body.insert(
        "response_format".to_owned(),
        json!({ "type": "json_schema", "json_schema": { "name": schema.name, "strict": true, "schema": schema.schema } }),
    );
    body.insert("max_tokens".to_owned(), request.max_tokens.into());
    body.insert("temperature".to_owned(), 0.into());
    body.insert("stream".to_owned(), true.into());
    body.insert("stream_options".to_owned(), json!({ "include_usage": true }));
    if dialect == Dialect::OpenRouter {
        body.insert("usage".to_owned(), json!({ "include": true }));
        body.insert("provider".to_owned(), json!({ "require_parameters": true }));
    }
    Value::Object(body)
}

fn write(message: &Message, url: &dyn Fn(&Arc<Picture>) -> String) -> Value {
    let content = if message.pictures.is_empty() {
        Value::from(message.text.as_str())
    } else {
        let text = json!({ "type": "text", "text": message.text });
        let pictures =
            message.pictures.iter().map(|picture| json!({ "type": "image_url", "image_url": { "url": url(picture) } }));
        std::iter::once(text).chain(pictures).collect()
    };
    json!({ "role": message.role.word(), "content": content })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Role;
    use crate::schema::ReplySchema;

    fn request() -> Request {
        let page = Message {
            role: Role::User,
            text: "page".to_owned(),
            pictures: vec![Arc::new(Picture::of_jpeg(b"jpeg".to_vec(), 3, 4))],
        };
        Request { messages: [page].into(), schema: ReplySchema::of::<String>().unwrap(), max_tokens: 100 }
    }

    /// In the original, each attempt attached the picture once more.
    #[test]
    fn every_attempt_sends_the_same_bytes() {
        let request = request();
        let sent = |_| body(&request, "m", Dialect::OpenRouter).to_string();
        let attempts: Vec<String> = (0..3).map(sent).collect();
        assert!(attempts.iter().all(|body| *body == attempts[0]));
        assert_eq!(attempts[0].matches("image_url\":").count(), 1);
        assert!(attempts[0].contains("data:image/jpeg;base64,anBlZw=="));
    }

    #[test]
    fn a_request_is_known_by_what_it_asks() {
        let known = |request: &Request, model| hash(&canonical(request, model));
        assert_eq!(known(&request(), "m"), known(&request(), "m"));
        assert_ne!(known(&request(), "m"), known(&request(), "n"));
        assert_ne!(known(&request(), "m"), known(&request().with_max_tokens(200), "m"));
        let other = Arc::new(Picture::of_jpeg(b"other".to_vec(), 3, 4));
        assert_ne!(known(&request(), "m"), known(&request().with_pictures(&[other]), "m"));
        assert!(!canonical(&request(), "m").to_string().contains("base64"));
    }
}
