//! Numbers that a question shows in square brackets, as a model repeats them in its reply: `2.1` or `[2.1]`, `3`, `"3"` or `[3]`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// What a model may write instead of a number or an id.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(u32),
    Decimal(f64),
    Text(String),
    /// The brackets were taken for those of JSON.
    List([u32; 1]),
}

/// Reads a number without its brackets.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = match Written::deserialize(deserializer) {
        Ok(Written::Whole(number) | Written::List([number])) => Some(number),
        Ok(Written::Text(text)) => bare(&text).parse().ok(),
        Ok(Written::Decimal(_)) | Err(_) => None,
    };
    number.ok_or_else(|| D::Error::custom("expected one of the numbers in square brackets"))
}

/// Reads an id without its brackets.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Written::deserialize(deserializer) {
        Ok(Written::Text(text)) => Ok(bare(&text).to_owned()),
        Ok(Written::Whole(number) | Written::List([number])) => Ok(number.to_string()),
        Ok(Written::Decimal(number)) => Ok(number.to_string()),
        Err(_) => Err(D::Error::custom("expected one of the ids in square brackets")),
    }
}

fn bare(text: &str) -> &str {
    text.trim().trim_start_matches('[').trim_end_matches(']').trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brackets_do_not_matter() {
        for written in [json!(3), json!("3"), json!("[3]"), json!(" [ 3 ] "), json!([3])] {
            assert_eq!(number(&written).unwrap(), 3, "{written}");
        }
        for written in [json!("2.1"), json!("[2.1]"), json!(2.1)] {
            assert_eq!(id(&written).unwrap(), "2.1", "{written}");
        }
        let error = number(&json!("three")).unwrap_err().to_string();
        assert_eq!(error, "expected one of the numbers in square brackets");
        assert!(number(&json!([3, 4])).is_err() && id(&json!({})).is_err());
    }
}
