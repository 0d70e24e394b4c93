use std::fmt;

use serde::{Deserialize, Serialize};

/// A paragraph of a page, identified by the numbers that it was read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ParagraphId {
    /// Its block in the page.
    pub block: u32,
    /// Its number in the block.
    pub paragraph: u32,
}

impl fmt::Display for ParagraphId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {} paragraph {}", self.block, self.paragraph)
    }
}
