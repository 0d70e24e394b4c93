use shelf_runtime::testing::TestBook;

use crate::{LedgerEntry, ledger};

/// The ledger of a test book: `book.ledger()`.
pub trait TestLedger {
    /// All attempts at calls, oldest first.
    fn ledger(&self) -> Vec<LedgerEntry>;
}

impl TestLedger for TestBook {
    fn ledger(&self) -> Vec<LedgerEntry> {
        ledger(self.store(), self.id()).expect("a temporary folder can be read")
    }
}
