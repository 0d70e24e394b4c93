//! The body of a request to an OpenAI-compatible server.
//!
//! Format: <https://platform.openai.com/docs/api-reference/chat/create>; `usage.include` and `provider.require_parameters` are
//! OpenRouter's.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::chat::{Message, Request};
use crate::pictures::Picture;
use shelf_runtime::record::Hash;

/// Fields beside the request itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Standard chat completions.
    Plain,
    /// With OpenRouter's own fields.
    OpenRouter,
}

/// The body that is sent for a request.
pub(crate) fn body(request: &Request, model: &str, dialect: Dialect) -> Value {
    build(request, model, dialect, &|picture| picture.data_url())
}

/// The body with hashes in place of pictures: identifies a request, whichever server it is sent to.
pub(crate) fn canonical(request: &Request, model: &str) -> Value {
    build(request, model, Dialect::Plain, &|picture| format!("blake3:{}", picture.hash))
}

/// The hash of a canonical body: identifies a request on disk.
pub(crate) fn hash(canonical: &Value) -> Hash {
    Hash::of(canonical.to_string().as_bytes())
}

fn build(request: &Request, model: &str, dialect: Dialect, url: &dyn Fn(&Arc<Picture>) -> String) -> Value {
    let messages: Vec<Value> = request.messages.iter().map(|message| message_json(message, url)).collect();
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
    use crate::chat::{ReplySchema, Role};

    fn request() -> Request {
        let page = Message {
            role: Role::User,
            text: "page".to_owned(),
            pictures: vec![Arc::new(Picture::of_jpeg(b"jpeg".to_vec(), 3, 4))],
        };
        Request { messages: [page].into(), schema: ReplySchema::of::<String>().unwrap(), max_tokens: 100 }
    }

    /// The original program attached the picture once more in every attempt.
    #[test]
    fn all_attempts_send_identical_bodies() {
        let request = request();
        let sent = |_| body(&request, "m", Dialect::OpenRouter).to_string();
        let attempts: Vec<String> = (0..3).map(sent).collect();
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
}
