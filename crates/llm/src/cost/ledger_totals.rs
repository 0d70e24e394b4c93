use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::ledger::{AttemptId, Month, month, parse_lines};
use shelf_runtime::book::ScanId;
use shelf_runtime::store::{LedgerFile, LedgerPosition, Store, StoreError};
use shelf_runtime::usd::Usd;

/// What calls have cost, and what those in flight may cost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Account {
    pub(super) spent: Usd,
    pub(super) reserved: Usd,
}

/// Sums of a library's ledgers. Only what was appended since is read each time.
#[derive(Debug, Default)]
pub(super) struct LedgerTotals {
    books: BTreeMap<ScanId, BookTotals>,
    sent: BTreeMap<ScanId, LedgerPosition>,
    ended: BTreeMap<ScanId, LedgerPosition>,
}

#[derive(Debug, Default)]
struct BookTotals {
    ended: BTreeSet<AttemptId>,
    spent: BTreeMap<Month, Usd>,
    in_flight: BTreeMap<AttemptId, (Month, Usd)>,
}

impl LedgerTotals {
    /// What all runs have spent on a book.
    pub(super) fn of_book(&mut self, store: &dyn Store, book: &ScanId) -> Result<Account, StoreError> {
        Ok(self.read_on(store, book)?.account(|_| true))
    }

    /// What was spent on all books of the library in the month (UTC) of `now`.
    pub(super) fn of_month(&mut self, store: &dyn Store, now: Timestamp) -> Result<Account, StoreError> {
        let this_month = month(now);
        self.of_books(store, |month| month == this_month)
    }

    /// What all runs have spent on all books of the library.
    pub(super) fn of_all(&mut self, store: &dyn Store) -> Result<Account, StoreError> {
        self.of_books(store, |_| true)
    }

    fn of_books(&mut self, store: &dyn Store, counts: impl Fn(Month) -> bool) -> Result<Account, StoreError> {
        // Calls in flight are read first: one that ends meanwhile is found twice instead of missed.
        let sent = store.read_ledgers_since(LedgerFile::Sent, &mut self.sent)?;
        let ended = store.read_ledgers_since(LedgerFile::Ended, &mut self.ended)?;
        for (book, lines) in sent {
            self.books.entry(book).or_default().add_sent(&lines);
        }
        for (book, lines) in ended {
            self.books.entry(book).or_default().add_ended(&lines);
        }
        let mut sum = Account::default();
        for book in self.books.values() {
            let of_book = book.account(&counts);
            sum.spent += of_book.spent;
            sum.reserved += of_book.reserved;
        }
        Ok(sum)
    }

    fn read_on(&mut self, store: &dyn Store, book: &ScanId) -> Result<&BookTotals, StoreError> {
        let totals = self.books.entry(book.clone()).or_default();
        // Calls in flight are read first, as above.
        let sent = store.read_ledger_since(book, LedgerFile::Sent, self.sent.entry(book.clone()).or_default())?;
        let ended = store.read_ledger_since(book, LedgerFile::Ended, self.ended.entry(book.clone()).or_default())?;
        totals.add_sent(&sent);
        totals.add_ended(&ended);
        Ok(totals)
    }
}

impl BookTotals {
    fn add_sent(&mut self, lines: &[u8]) {
        for entry in parse_lines(lines) {
            if !self.ended.contains(&entry.attempt) {
                let cost = entry.cost_usd.unwrap_or_default();
                self.in_flight.insert(entry.attempt, (month(entry.time), cost));
            }
        }
    }

    fn add_ended(&mut self, lines: &[u8]) {
        for entry in parse_lines(lines) {
            self.in_flight.remove(&entry.attempt);
            *self.spent.entry(month(entry.time)).or_default() += entry.cost_usd.unwrap_or_default();
            self.ended.insert(entry.attempt);
        }
    }

    fn account(&self, counts: impl Fn(Month) -> bool) -> Account {
        let spent = self.spent.iter().filter(|(month, _)| counts(**month)).map(|(_, usd)| *usd).sum();
        let reserved = self.in_flight.values().filter(|(month, _)| counts(*month)).map(|(_, usd)| *usd).sum();
        Account { spent, reserved }
    }
}

/// What all runs have spent on all books of the library, including those that were deleted.
pub fn spent_on_all(store: &dyn Store) -> Result<Usd, StoreError> {
    Ok(LedgerTotals::default().of_all(store)?.spent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::ledger::{append_ended, append_sent, tests::entry};
    use crate::cost::{CostBasis, LedgerEntry};
    use shelf_runtime::store::FolderStore;

    #[test]
    fn each_attempt_counts_once_by_book_and_month() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let (book, other): (ScanId, ScanId) = ("florida".parse().unwrap(), "other".parse().unwrap());
        let mut totals = LedgerTotals::default();
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let mut found = || {
            let (of_book, of_month) = (totals.of_book(&store, &book).unwrap(), totals.of_month(&store, now).unwrap());
            [of_book.spent, of_book.reserved, of_month.spent, of_month.reserved]
        };
        assert_eq!(found(), [Usd::ZERO; 4]);
        let october = entry("2026-10-31T10:00:00Z", Some(0.5), CostBasis::Estimated);
        append_ended(&store, &book, &october).unwrap();
        let sent = entry("2026-11-02T10:00:00Z", Some(0.25), CostBasis::Estimated);
        append_sent(&store, &book, &sent).unwrap();
        append_ended(&store, &other, &entry("2026-11-03T10:00:00Z", Some(1.0), CostBasis::Priced)).unwrap();
        assert_eq!(found(), [0.5, 0.25, 1.0, 0.25].map(Usd));
        append_ended(&store, &book, &LedgerEntry { cost_usd: Some(Usd(0.125)), ..sent.clone() }).unwrap();
        assert_eq!(found(), [0.625, 0.0, 1.125, 0.0].map(Usd));
        // As if it had been read in between.
        append_sent(&store, &book, &sent).unwrap();
        assert_eq!(found(), [0.625, 0.0, 1.125, 0.0].map(Usd));
    }
}
