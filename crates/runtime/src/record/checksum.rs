use serde::Serialize;
use serde_json::{Map, Value};

use super::Hash;

/// The field of a page's record, and of other JSON files that shelf writes, that holds the hash of all other fields.
const CHECKSUM_KEY: &str = "checksum";

/// What a checksum says about the fields that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// They are as they were written.
    Matches,
    /// They were modified.
    Differs,
    /// An earlier release, or another program, wrote them without a checksum.
    Absent,
}

impl Checksum {
    /// Compares fields with their checksum.
    #[must_use]
    pub fn of(fields: &Map<String, Value>) -> Self {
        match fields.get(CHECKSUM_KEY) {
            None => Self::Absent,
            Some(checksum) if checksum.as_str() == Some(hash(fields).as_str()) => Self::Matches,
            Some(_) => Self::Differs,
        }
    }
}

/// A value as JSON, with the checksum of its fields.
///
/// # Errors
/// JSON cannot hold the value.
pub fn with_checksum(value: &impl Serialize) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(value)?;
    if let Some(fields) = value.as_object_mut() {
        let hash = hash(fields);
        fields.insert(CHECKSUM_KEY.to_owned(), hash.as_str().into());
    }
    Ok(value)
}

/// The hash of all fields but the checksum, in whatever order they are.
fn hash(fields: &Map<String, Value>) -> Hash {
    let covered = fields.iter().filter(|(name, _)| *name != CHECKSUM_KEY);
    Hash::of_json(&Value::Object(covered.map(|(name, value)| (name.clone(), value.clone())).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checksum_of(value: &Value) -> Checksum {
        Checksum::of(value.as_object().expect("an object"))
    }

    #[test]
    fn covers_every_field_in_any_order() {
        let value = json!({ "page": 7, "metrics": { "ink": 0.1, "words": [1, 2] } });
        assert_eq!(checksum_of(&value), Checksum::Absent);
        let written = with_checksum(&value).unwrap();
        let read: Value = serde_json::from_str(&written.to_string()).unwrap();
        assert_eq!(checksum_of(&read), Checksum::Matches);
        assert_eq!(with_checksum(&read).unwrap(), read, "a second checksum replaces the first");
        let mut turned = read.clone();
        turned.as_object_mut().unwrap().sort_keys();
        assert_eq!(checksum_of(&turned), Checksum::Matches);
        for (pointer, other) in [("/page", json!(8)), ("/metrics/ink", json!(0.2)), ("/metrics/words/1", json!(3))] {
            let mut changed = read.clone();
            *changed.pointer_mut(pointer).unwrap() = other;
            assert_eq!(checksum_of(&changed), Checksum::Differs, "{pointer}");
        }
        let mut more = read;
        more["files"] = json!({});
        assert_eq!(checksum_of(&more), Checksum::Differs);
    }
}
