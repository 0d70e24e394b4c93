//! Reads fields of `metadata.json` that other programs may have written in another form before shelf knew them.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Contributor, Identifier};

/// A text, or a number as text.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

/// A list of identifiers, or texts such as `oclc:1234567`.
pub(super) fn identifiers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Identifier>, D::Error> {
    let of_text = |text: String| {
        let plain = Identifier { scheme: String::new(), value: text.clone() };
        text.parse().unwrap_or(plain)
    };
    Ok(list(Value::deserialize(deserializer)?, of_text))
}

/// A list of contributors, or names such as `Anna Smith (translator)`.
pub(super) fn contributors<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Contributor>, D::Error> {
    let of_text = |text: String| {
        let plain = Contributor { name: text.clone(), role: super::Role::default() };
        text.parse().unwrap_or(plain)
    };
    Ok(list(Value::deserialize(deserializer)?, of_text))
}

fn list<T: serde::de::DeserializeOwned>(value: Value, of_text: impl Fn(String) -> T) -> Vec<T> {
    let item = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(of_text(text)),
        value => Some(serde_json::from_value(value.clone()).unwrap_or_else(|_| of_text(value.to_string()))),
    };
    match value {
        Value::Array(items) => items.into_iter().filter_map(item).collect(),
        value => item(value).into_iter().collect(),
    }
}
