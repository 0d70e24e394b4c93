use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Checksum, Hash, OutputHash, PageRecord, RECORD_KEY, Shape, filled_fields};
use crate::failure::{Cause, Failure};
use crate::page::{Filled, OutputRow, SchemaViolation};
use crate::usd::Usd;

/// A stage's page type, with data derived from its schema.
pub struct PageType {
    check: fn(&Value) -> Result<(), SchemaViolation>,
    filled: Vec<(String, Filled)>,
    /// Its shape.
    pub shape: Shape,
}

/// A valid stored page.
#[derive(Debug, Clone)]
pub struct StoredPage {
    /// The output, without its record.
    pub output: Value,
    /// Hash of the output.
    pub hash: OutputHash,
    /// Its record; pages of the original program have none.
    pub record: Option<PageRecord>,
}

/// Why a file is not a valid page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// It cannot be parsed.
    #[error("is not valid JSON: {0}")]
    Json(String),
    /// It is JSON, but not an object.
    #[error("is not a JSON object")]
    Shape,
    /// The record cannot be read.
    #[error("has a record that cannot be read: {0}")]
    Record(String),
    /// The output does not match the hash in its record.
    #[error("was modified after it was written (hash mismatch)")]
    Changed,
    /// The record does not match its checksum.
    #[error("has a record that was modified after it was written (checksum mismatch)")]
    RecordChanged,
    /// The output does not fit the schema.
    #[error("does not match its schema: {0}")]
    Schema(#[from] SchemaViolation),
}

impl PageType {
    /// The page type of a row.
    #[must_use]
    pub fn of(output: &OutputRow) -> Self {
        let schema = (output.schema)();
        Self { check: output.check, filled: filled_fields(&schema), shape: Shape::of(&schema) }
    }

    /// The hash of an output, without the fields that the runtime fills in.
    #[must_use]
    pub fn hash(&self, output: &Value) -> OutputHash {
        OutputHash::of_bare(&self.bare(output))
    }

    /// An output without the fields that the runtime fills in, for comparison.
    #[must_use]
    pub fn bare(&self, output: &Value) -> Value {
        let mut bare = output.clone();
        for (pointer, _) in &self.filled {
            if let Some(value) = bare.pointer_mut(pointer) {
                *value = Value::Null;
            }
        }
        bare
    }

    /// Fills in when, at what cost and by which model the page was made, unless the stage has.
    pub(crate) fn fill(&self, output: &mut Value, when: jiff::Timestamp, cost: Option<Usd>, model: Option<&str>) {
        for (pointer, filled) in &self.filled {
            if let Some(value @ Value::Null) = output.pointer_mut(pointer) {
                *value = match filled {
                    Filled::Timestamp => Value::from(when.to_string()),
                    Filled::Cost => cost.map_or(Value::Null, |cost| Value::from(cost.0)),
                    Filled::Model => model.map_or(Value::Null, Value::from),
                };
            }
        }
    }

    /// The bytes of a page's file (the output's fields, then its record), and the page as read back from these bytes.
    pub(crate) fn written(
        &self,
        output: Map<String, Value>,
        record: &PageRecord,
    ) -> Result<(Vec<u8>, StoredPage), Failure> {
        let mut page = output;
        if page.insert(RECORD_KEY.to_owned(), record.to_json()?).is_some() {
            let problem = format!("the output has a field `{RECORD_KEY}`, which is reserved for shelf's own record");
            return Err(Failure::of(Cause::Output, problem).hint("give the field another name"));
        }
        let mut bytes = serde_json::to_vec(&page)?;
        bytes.push(b'\n');
        let unreadable =
            |problem: String| Failure::of(Cause::Output, format!("the output cannot be read back: {problem}"));
        match self.read(&bytes) {
            Ok(found) => Ok((bytes, found)),
            Err(Damage::Schema(violation)) => Err(unreadable(violation.to_string()).hint(
                "a field that is left out when the page is written needs `#[serde(default)]`, and one that is renamed the same name when it is read",
            )),
            Err(damage) => Err(unreadable(format!("the file {damage}"))),
        }
    }

    /// Reads and checks a page's file: schema, record and hash.
    pub fn read(&self, bytes: &[u8]) -> Result<StoredPage, Damage> {
        let mut output: Value = serde_json::from_slice(bytes).map_err(|error| Damage::Json(error.to_string()))?;
        let record = output.as_object_mut().ok_or(Damage::Shape)?.shift_remove(RECORD_KEY);
        let checksum = record.as_ref().and_then(Value::as_object).map(Checksum::of);
        let record: Option<PageRecord> =
            record.map(serde_json::from_value).transpose().map_err(|error| Damage::Record(error.to_string()))?;
        (self.check)(&output)?;
        let hash = self.hash(&output);
        match &record {
            Some(record) if record.output != hash.whole => Err(Damage::Changed),
            Some(_) if checksum == Some(Checksum::Differs) => Err(Damage::RecordChanged),
            _ => Ok(StoredPage { output, hash, record }),
        }
    }
    /// Whether a file that cannot be read as a page seems to have been modified, rather than truncated or made in another way: its output
    /// does not have the hash in its record, or it is no longer JSON but ends like a page.
    pub(crate) fn is_modified(&self, bytes: &[u8], damage: &Damage) -> bool {
        match damage {
            Damage::Changed => true,
            Damage::Schema(_) | Damage::Record(_) => match serde_json::from_slice::<Value>(bytes) {
                Ok(Value::Object(mut output)) => {
                    let recorded =
                        output.shift_remove(RECORD_KEY).and_then(|record| Some(record.get("output")?.clone()));
                    let hash = self.hash(&Value::Object(output)).whole;
                    recorded.is_some_and(|recorded| recorded.as_str() != Some(hash.as_str()))
                }
                _ => false,
            },
            Damage::Json(_) => {
                let text = bytes.trim_ascii();
                let key = format!("\"{RECORD_KEY}\"");
                text.starts_with(b"{")
                    && text.ends_with(b"}")
                    && text.windows(key.len()).any(|part| part == key.as_bytes())
            }
            Damage::Shape | Damage::RecordChanged => false,
        }
    }
}

/// The files that a stage stored beside a page, by path in the book, with their hashes.
pub(crate) fn file_hashes<'a>(files: impl Iterator<Item = (String, &'a [u8])>) -> BTreeMap<String, Hash> {
    files.map(|(path, bytes)| (path, Hash::of(bytes))).collect()
}
