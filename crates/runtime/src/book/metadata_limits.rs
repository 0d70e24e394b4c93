use serde_json::Value;

use super::{BookMetadata, PageNumber};

/// A field of a book's metadata that is too large.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {found}: expected at most {max}")]
pub struct MetadataLimitError {
    field: String,
    found: String,
    max: String,
}

/// Bytes of a text in the metadata.
const MAX_TEXT_BYTES: usize = 10_000;

impl BookMetadata {
    /// Checks the numbers and lengths that come from outside shelf: each page costs memory, and titles are read everywhere.
    ///
    /// # Errors
    /// One of them is too large.
    pub fn check_limits(&self) -> Result<(), MetadataLimitError> {
        if self.total_pages > PageNumber::MAX {
            let (field, max) = ("total_pages".to_owned(), PageNumber::MAX.to_string());
            return Err(MetadataLimitError { field, found: format!("is {}", self.total_pages), max });
        }
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields.iter().try_for_each(|(field, value)| check_texts(field, value)),
            _ => Ok(()),
        }
    }
}

fn check_texts(field: &str, value: &Value) -> Result<(), MetadataLimitError> {
    match value {
        Value::String(text) if text.len() > MAX_TEXT_BYTES => Err(MetadataLimitError {
            field: field.to_owned(),
            found: format!("has {} bytes", text.len()),
            max: MAX_TEXT_BYTES.to_string(),
        }),
        Value::Array(values) => values.iter().try_for_each(|value| check_texts(field, value)),
        Value::Object(fields) => {
            fields.iter().try_for_each(|(name, value)| check_texts(&format!("{field}.{name}"), value))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_numbers_and_lengths_are_named() {
        let problem = |metadata: BookMetadata| metadata.check_limits().map_err(|error| error.to_string());
        assert_eq!(problem(BookMetadata { total_pages: 1000, ..BookMetadata::default() }), Ok(()));
        assert_eq!(
            problem(BookMetadata { total_pages: 50_000_000, ..BookMetadata::default() }),
            Err("`total_pages` is 50000000: expected at most 1000000".to_owned())
        );
        let title = Some("x".repeat(10_001));
        assert_eq!(
            problem(BookMetadata { title, ..BookMetadata::default() }),
            Err("`title` has 10001 bytes: expected at most 10000".to_owned())
        );
        let mut metadata = BookMetadata::default();
        metadata.others.insert("notes".to_owned(), serde_json::json!([{ "a": "x".repeat(20_000) }]));
        assert_eq!(problem(metadata), Err("`notes.a` has 20000 bytes: expected at most 10000".to_owned()));
    }
}
