use std::fmt;

use serde_json::{Map, Value};

/// The key to a model's server. It is sent in a header and shown nowhere: not by `Debug`, nor in an error, log, record or reply.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// Replaces the key where a server sends it back.
const REDACTED: &str = "[key]";
/// A shorter key, such as `none`, is a placeholder for a server that ignores it. Replies may contain it by chance.
const MIN_SECRET_CHARS: usize = 8;

impl ApiKey {
    /// The key without surrounding white space; `None` if nothing is left.
    #[must_use]
    pub fn new(key: &str) -> Option<Self> {
        let key = key.trim();
        (!key.is_empty()).then(|| Self(key.to_owned()))
    }

    /// The value of the `Authorization` header.
    pub(super) fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// `text` with the key redacted, also where its characters are written as in JSON (`\u0073k-…`).
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        if self.0.chars().count() < MIN_SECRET_CHARS {
            return text.to_owned();
        }
        let plain = text.replace(&self.0, REDACTED);
        if !plain.contains("\\u") {
            return plain;
        }
        let unescaped = unescape(&plain);
        if unescaped.contains(&self.0) { unescaped.replace(&self.0, REDACTED) } else { plain }
    }

    /// A JSON value with the key redacted in all strings and names.
    #[must_use]
    pub(super) fn redact_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.redact(text).into(),
            Value::Array(items) => items.iter().map(|item| self.redact_json(item)).collect(),
            Value::Object(fields) => {
                let redacted = fields.iter().map(|(name, value)| (self.redact(name), self.redact_json(value)));
                Value::Object(redacted.collect::<Map<_, _>>())
            }
            value => value.clone(),
        }
    }
}

/// `text` with its JSON escapes of printable ASCII (backslash, `u`, four digits) decoded, so that an escaped key is found too. Quotation marks and backslashes stay
/// escaped, so that the text is still JSON.
fn unescape(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        unescaped.push_str(&rest[..at]);
        rest = &rest[at..];
        let code =
            rest.strip_prefix("\\u").and_then(|code| u8::from_str_radix(code.get(..4)?.strip_prefix("00")?, 16).ok());
        if let Some(c) = code.map(char::from).filter(|c| c.is_ascii_graphic() && !['"', '\\'].contains(c)) {
            unescaped.push(c);
            rest = &rest[6..];
        } else {
            // The backslash and what it escapes.
            let end = rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end);
            unescaped.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    unescaped + rest
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ApiKey;

    #[test]
    fn never_shows_key() {
        let key = ApiKey::new(" sk-canary\n").unwrap();
        assert_eq!(format!("{:?}", Some(&key)), "Some(ApiKey(…))");
        assert_eq!(key.redact("invalid key sk-canary!"), "invalid key [key]!");
        assert_eq!(ApiKey::new(" \n"), None);
    }

    #[test]
    fn redacts_escaped_key_and_leaves_other_escapes() {
        let key = ApiKey::new("sk-canary").unwrap();
        assert_eq!(
            key.redact(r#"{"a":"\u0073k-c\u0061nary \u00e9 \" \\u0073"}"#),
            r#"{"a":"[key] \u00e9 \" \\u0073"}"#
        );
        let innocent = r#"{"a":"\u0073k \"\u0022"}"#;
        assert_eq!(key.redact(innocent), innocent);
    }

    #[test]
    fn redacts_json_everywhere() {
        let key = ApiKey::new("sk-canary").unwrap();
        let echoed = json!({ "cost": 1, "sk-canary": [{ "user": "is sk-canary" }] });
        assert_eq!(key.redact_json(&echoed), json!({ "cost": 1, "[key]": [{ "user": "is [key]" }] }));
    }

    #[test]
    fn placeholder_is_not_redacted() {
        assert_eq!(ApiKey::new("none").unwrap().redact("there is none"), "there is none");
    }
}
