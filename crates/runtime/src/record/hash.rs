use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::book::PageNumber;

/// A BLAKE3 hash, 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(String);

impl Hash {
    /// Hashes bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).to_hex().to_string())
    }

    /// Hashes a file of any size.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path)?)?;
        Ok(Self(hasher.finalize().to_hex().to_string()))
    }

    /// Hashes a JSON value independently of the order of its fields.
    #[must_use]
    pub fn of_json(value: &Value) -> Self {
        let mut sorted = value.clone();
        sorted.sort_all_objects();
        Self::of(sorted.to_string().as_bytes())
    }

    /// Represents an input that does not exist, so that its absence is part of a fingerprint.
    #[must_use]
    pub fn absent() -> Self {
        Self::of_json(&Value::Null)
    }

    /// Parses a hash from a file.
    #[must_use]
    pub fn known(hex: &str) -> Self {
        Self(hex.to_owned())
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The hashes of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputHash {
    /// The output as a whole.
    pub whole: Hash,
    /// The parts of a book stage's output, from its field `pages`.
    pub parts: BTreeMap<PageNumber, Hash>,
}

impl OutputHash {
    /// Hashes an output without the fields that the runtime fills in.
    pub(super) fn of_bare(output: &Value) -> Self {
        let pages = output.get("pages").and_then(Value::as_object).into_iter().flatten();
        let part = |(page, part): (&String, &Value)| Some((PageNumber::new(page.parse().ok()?)?, Hash::of_json(part)));
        Self { whole: Hash::of_json(output), parts: pages.filter_map(part).collect() }
    }

    /// The hash of the part of one page, or of the whole.
    #[must_use]
    pub fn of(&self, part: Option<PageNumber>) -> Option<&Hash> {
        part.map_or(Some(&self.whole), |page| self.parts.get(&page))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.0.get(..8).unwrap_or(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Hash;
    use serde_json::json;

    #[test]
    fn a_file_has_the_hash_of_its_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes = vec![7; 300_000];
        std::fs::write(file.path(), &bytes).unwrap();
        assert_eq!(Hash::of_file(file.path()).unwrap(), Hash::of(&bytes));
    }

    #[test]
    fn the_order_of_fields_does_not_count_and_the_order_of_items_does() {
        let hash = |value| Hash::of_json(&value);
        assert_eq!(hash(json!({"a": 1, "b": {"c": 2, "d": 3}})), hash(json!({"b": {"d": 3, "c": 2}, "a": 1})));
        assert_ne!(hash(json!([1, 2])), hash(json!([2, 1])));
        assert_ne!(hash(json!({"a": 1})), hash(json!({"a": 2})));
    }
}
