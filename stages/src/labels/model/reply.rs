use std::collections::HashSet;

use shelf::prelude::*;

use crate::labels::{Classification, LabelledBlock};

/// What the model would label otherwise.
#[page]
#[derive(Debug)]
pub(super) struct Changes {
    /// Only the blocks whose label is changed.
    pub(super) changes: Vec<Change>,
    /// The page's number as printed, where the rules found none or are not sure; else null.
    pub(super) printed_page_number: Option<String>,
}

/// A block whose label is changed.
#[page]
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    /// Its number, as it stands in the square brackets.
    #[serde(deserialize_with = "crate::bracketed::number")]
    #[schemars(with = "u32")]
    pub(super) block: u32,
    /// What it is.
    pub(super) classification: Classification,
    /// How sure that is, 0 to 1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub(super) confidence: f64,
}

impl Changes {
    /// Checks that each change is of one of `blocks`, and of one that no other is of. What is wrong goes back to the model.
    pub(super) fn check(&self, blocks: &[LabelledBlock]) -> std::result::Result<(), String> {
        let mut seen = HashSet::new();
        for Change { block, .. } in &self.changes {
            if !blocks.iter().any(|known| known.block_num == *block) {
                return Err(format!("there is no block {block}; the blocks are those in square brackets"));
            }
            if !seen.insert(block) {
                return Err(format!("block {block} is changed twice; a block has one label"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_names_existing_blocks_once() {
        let block = |block_num| LabelledBlock {
            block_num,
            classification: Classification::Body,
            classification_confidence: 0.5,
        };
        let change = |block| Change { block, classification: Classification::Quote, confidence: 0.9 };
        let check = |blocks: &[u32]| {
            let changes = blocks.iter().copied().map(change).collect();
            Changes { changes, printed_page_number: None }.check(&[block(3), block(5)])
        };
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(&[5, 3]), Ok(()));
        assert_eq!(check(&[4]).unwrap_err(), "there is no block 4; the blocks are those in square brackets");
        assert_eq!(check(&[5, 5]).unwrap_err(), "block 5 is changed twice; a block has one label");
    }
}
