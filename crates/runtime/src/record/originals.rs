use serde::{Deserialize, Serialize};

use super::Hash;

/// The files that are kept because scans were taken from them, such as PDFs: `source/originals.json`, written by `shelf add`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Originals {
    /// The files, in the order in which they were added.
    pub files: Vec<Original>,
}

/// A file that is kept in `source/` because scans were taken from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Its name in `source/`.
    pub file: String,
    /// Its hash.
    pub hash: Hash,
}

impl Originals {
    /// The name of their list in `source/`.
    pub const FILE: &str = "originals.json";
}
