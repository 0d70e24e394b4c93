use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::block_in_place;

use super::ledger::{LedgerEntry, append_sent, settle_unfinished};
use super::ledger_totals::{Account, LedgerTotals};
use crate::error::{AbortReason, BudgetScope, CallError};
use shelf_runtime::book::ScanId;
use shelf_runtime::store::{Store, StoreError};
use shelf_runtime::usd::Usd;

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spending {
    /// Whether anything may be spent at all; a configured key alone does not allow it.
    pub allowed: bool,
    /// Limit for this run.
    pub run: Option<Usd>,
    /// Limit for a run that several processes share, instead of `run`.
    pub shared_run: Option<SharedLimit>,
    /// Limit for each book, in all runs.
    pub book: Option<Usd>,
    /// Limit for the library in a calendar month (UTC).
    pub month: Option<Usd>,
}

/// Limits what the library's books cost, all processes together, from the time when a shared run began.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SharedLimit {
    /// What had been spent on all books when the run began: see [`spent_on_all`](super::spent_on_all).
    pub spent_before: Usd,
    /// What may be spent from then on.
    pub limit: Usd,
}

/// Keeps spending within its limits. Calls in flight count with their worst-case cost. What counts for a book and a month is in the ledger, where
/// all processes enter their calls before they send them.
pub(crate) struct Budget {
    caps: Spending,
    run: Mutex<Account>,
    ledger: tokio::sync::Mutex<LedgerTotals>,
    settled: Notify,
}

/// Money reserved for one call, until [`Budget::settle`] is told its cost.
#[derive(Debug)]
#[must_use = "a reservation has to be settled"]
pub(crate) struct Reservation {
    amount: Usd,
}

/// Tolerance for rounding errors in sums, USD.
const ROUNDING_USD: f64 = 1e-9;
/// How often calls of other processes are looked at, whose end nobody tells this one.
const OTHER_PROCESSES: Duration = Duration::from_millis(250);

/// Why nothing was reserved.
enum Refusal {
    /// The limit is reached; `in_flight` if calls in flight may turn out cheaper.
    Limit {
        reason: AbortReason,
        in_flight: bool,
    },
    Store(StoreError),
}

impl Budget {
    pub(crate) fn new(caps: Spending) -> Self {
        Self { caps, run: Mutex::default(), ledger: tokio::sync::Mutex::default(), settled: Notify::new() }
    }

    /// Whether any limit is set.
    pub(crate) fn is_limited(&self) -> bool {
        self.caps.shared_run.is_some() || [self.caps.run, self.caps.book, self.caps.month].iter().any(Option::is_some)
    }

    /// Enters a call in the ledger, which reserves its worst-case cost. Waits while calls in flight may turn out cheaper.
    ///
    /// # Errors
    /// No call is in flight, and the budget still does not suffice; or the ledger cannot be written. Nothing is entered.
    pub(crate) async fn reserve(
        &self,
        store: &dyn Store,
        book: &ScanId,
        sent: &LedgerEntry,
    ) -> Result<Reservation, CallError> {
        loop {
            let settled = self.settled.notified();
            match self.try_reserve(store, book, sent).await {
                Ok(reservation) => return Ok(reservation),
                Err(Refusal::Limit { in_flight: true, .. }) => {}
                Err(Refusal::Limit { reason, .. }) => return Err(reason.into()),
                Err(Refusal::Store(error)) => return Err(CallError::storage(error)),
            }
            // They may be those of a process that has died.
            let _ = tokio::time::timeout(OTHER_PROCESSES, settled).await;
            block_in_place(|| self.settle_dead(store, book)).map_err(CallError::storage)?;
        }
    }

    /// Replaces a reservation by the actual cost, which is in the ledger.
    pub(crate) fn settle(&self, reservation: &Reservation, cost: Usd) {
        let mut run = self.run();
        run.reserved = (run.reserved - reservation.amount).max(Usd::ZERO);
        run.spent += cost;
        drop(run);
        self.settled.notify_waiters();
    }

    async fn try_reserve(&self, store: &dyn Store, book: &ScanId, sent: &LedgerEntry) -> Result<Reservation, Refusal> {
        let amount = sent.cost_usd.unwrap_or_default();
        self.reserve_in_run(amount)?;
        let reservation = Reservation { amount };
        let caps = &self.caps;
        let entered = if caps.book.is_none() && caps.month.is_none() && caps.shared_run.is_none() {
            block_in_place(|| append_sent(store, book, sent)).map_err(Refusal::Store)
        } else {
            let mut totals = self.ledger.lock().await;
            block_in_place(|| self.reserve_in_ledger(&mut totals, store, book, sent))
        };
        match entered {
            Ok(()) => Ok(reservation),
            Err(refusal) => {
                let mut run = self.run();
                run.reserved = (run.reserved - amount).max(Usd::ZERO);
                Err(refusal)
            }
        }
    }

    fn reserve_in_run(&self, amount: Usd) -> Result<(), Refusal> {
        let mut run = self.run();
        check(BudgetScope::Run, self.caps.run, *run, amount)?;
        run.reserved += amount;
        Ok(())
    }

    /// Of all processes, one at a time reads what all have spent and enters its call.
    fn reserve_in_ledger(
        &self,
        totals: &mut LedgerTotals,
        store: &dyn Store,
        book: &ScanId,
        sent: &LedgerEntry,
    ) -> Result<(), Refusal> {
        let _lock = store.lock_ledger().map_err(Refusal::Store)?;
        let amount = sent.cost_usd.unwrap_or_default();
        if self.caps.book.is_some() {
            let of_book = totals.of_book(store, book).map_err(Refusal::Store)?;
            check(BudgetScope::Book, self.caps.book, of_book, amount)?;
        }
        if self.caps.month.is_some() {
            let of_month = totals.of_month(store, Timestamp::now()).map_err(Refusal::Store)?;
            check(BudgetScope::Month, self.caps.month, of_month, amount)?;
        }
        if let Some(SharedLimit { spent_before, limit }) = self.caps.shared_run {
            let Account { spent, reserved } = totals.of_all(store).map_err(Refusal::Store)?;
            let since = Account { spent: (spent - spent_before).max(Usd::ZERO), reserved };
            check(BudgetScope::Run, Some(limit), since, amount)?;
        }
        append_sent(store, book, sent).map_err(Refusal::Store)
    }

    /// Settles calls in flight whose process has died: their reservations would never end.
    fn settle_dead(&self, store: &dyn Store, book: &ScanId) -> Result<(), StoreError> {
        let Spending { book: of_book, month, shared_run, .. } = self.caps;
        if month.is_some() || shared_run.is_some() {
            return store.ledgers()?.iter().try_for_each(|book| settle_unfinished(store, book));
        }
        if of_book.is_some() { settle_unfinished(store, book) } else { Ok(()) }
    }

    fn run(&self) -> MutexGuard<'_, Account> {
        self.run.lock().expect("no code that holds the lock panics")
    }
}

fn check(scope: BudgetScope, cap: Option<Usd>, account: Account, amount: Usd) -> Result<(), Refusal> {
    match cap {
        Some(cap) if account.spent.0 + account.reserved.0 + amount.0 > cap.0 + ROUNDING_USD => {
            let reason = AbortReason::Budget { scope, cap, spent: account.spent, next: amount };
            Err(Refusal::Limit { reason, in_flight: account.reserved.0 > ROUNDING_USD })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::ledger::{append_ended, tests::entry};
    use crate::cost::{AttemptId, CostBasis};
    use shelf_runtime::store::FolderStore;
    use std::sync::Arc;

    fn book() -> ScanId {
        "florida".parse().unwrap()
    }

    /// A library that several processes share; each has a store of its own.
    struct Library(tempfile::TempDir);

    impl Library {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn process(&self, caps: Spending) -> Arc<Process> {
            let store = FolderStore::open(self.0.path()).unwrap();
            Arc::new(Process { budget: Budget::new(Spending { allowed: true, ..caps }), store })
        }
    }

    struct Process {
        budget: Budget,
        store: FolderStore,
    }

    impl Process {
        async fn reserve(&self, book: &ScanId, usd: f64) -> Result<(Reservation, LedgerEntry), CallError> {
            static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
            let now = Timestamp::now();
            let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let sent = LedgerEntry {
                attempt: AttemptId::new(now, number),
                time: now,
                ended: crate::cost::SENT.to_owned(),
                ..entry("2026-11-02T10:00:00Z", Some(usd), CostBasis::Estimated)
            };
            self.budget.reserve(&self.store, book, &sent).await.map(|reservation| (reservation, sent))
        }

        fn end(&self, book: &ScanId, (reservation, sent): (Reservation, LedgerEntry), usd: f64) {
            let ended = LedgerEntry { cost_usd: Some(Usd(usd)), ended: "stop".to_owned(), ..sent };
            append_ended(&self.store, book, &ended).unwrap();
            self.budget.settle(&reservation, Usd(usd));
        }
    }

    fn scope(refused: Result<(Reservation, LedgerEntry), CallError>) -> BudgetScope {
        match refused.unwrap_err() {
            CallError::Aborted(AbortReason::Budget { scope, .. }) => scope,
            error => panic!("{error}"),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn reservation_is_unavailable_until_settled() {
        let library = Library::new();
        let process = library.process(Spending { run: Some(Usd(1.0)), ..Spending::default() });
        let first = process.reserve(&book(), 0.8).await.unwrap();
        let waiting = tokio::spawn({
            let process = Arc::clone(&process);
            async move { process.reserve(&book(), 0.5).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        process.end(&book(), first, 0.1);
        let second = waiting.await.unwrap().unwrap();
        process.end(&book(), second, 0.6);
        let refused = process.reserve(&book(), 0.5).await.unwrap_err();
        assert!(refused.to_string().contains("$0.7000 of $1.00 spent"), "{refused}");
        assert_eq!(scope(process.reserve(&book(), 0.5).await), BudgetScope::Run);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn earlier_spending_counts_towards_book_and_month() {
        let library = Library::new();
        let caps = Spending { book: Some(Usd(2.0)), month: Some(Usd(3.0)), ..Spending::default() };
        let earlier = library.process(Spending::default());
        let paid = earlier.reserve(&book(), 1.9).await.unwrap();
        earlier.end(&book(), paid, 1.9);
        let process = library.process(caps);
        assert_eq!(scope(process.reserve(&book(), 0.2).await), BudgetScope::Book);
        let other: ScanId = "other".parse().unwrap();
        let paid = process.reserve(&other, 1.0).await.unwrap();
        process.end(&other, paid, 1.0);
        assert_eq!(scope(process.reserve(&other, 0.2).await), BudgetScope::Month);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn thirty_concurrent_calls_never_overspend() {
        let library = Library::new();
        let process = library.process(Spending { run: Some(Usd(1.0)), ..Spending::default() });
        let spent = spend(vec![process], 30).await;
        assert!((0.97..=1.0 + 1e-9).contains(&spent), "{spent}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn processes_together_never_overspend() {
        for caps in [
            Spending { book: Some(Usd(1.0)), ..Spending::default() },
            Spending { month: Some(Usd(1.0)), ..Spending::default() },
            Spending {
                shared_run: Some(SharedLimit { spent_before: Usd::ZERO, limit: Usd(1.0) }),
                ..Spending::default()
            },
        ] {
            let library = Library::new();
            let spent = spend((0..4).map(|_| library.process(caps)).collect(), 3).await;
            assert!((0.97..=1.0 + 1e-9).contains(&spent), "{spent}");
        }
    }

    /// Every process makes calls until its budget is used up, so many at a time. Returns what all have spent.
    async fn spend(processes: Vec<Arc<Process>>, at_a_time: usize) -> f64 {
        let spent = Arc::new(Mutex::new(0.0));
        let asking = processes.iter().flat_map(|process| std::iter::repeat_n(process, at_a_time)).map(|process| {
            let (process, spent) = (Arc::clone(process), Arc::clone(&spent));
            tokio::spawn(async move {
                while let Ok(reserved) = process.reserve(&book(), 0.03).await {
                    tokio::task::yield_now().await;
                    *spent.lock().unwrap() += 0.02;
                    process.end(&book(), reserved, 0.02);
                }
            })
        });
        for task in asking.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        *spent.lock().unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_shared_run_does_not_pay_for_earlier_ones() {
        let library = Library::new();
        let earlier = library.process(Spending::default());
        let paid = earlier.reserve(&"other".parse().unwrap(), 1.9).await.unwrap();
        earlier.end(&"other".parse().unwrap(), paid, 1.9);
        let spent_before = crate::cost::spent_on_all(&earlier.store).unwrap();
        assert_eq!(spent_before, Usd(1.9));
        let shared_run = Some(SharedLimit { spent_before, limit: Usd(0.5) });
        let process = library.process(Spending { shared_run, ..Spending::default() });
        let paid = process.reserve(&book(), 0.4).await.unwrap();
        process.end(&book(), paid, 0.4);
        assert_eq!(scope(process.reserve(&book(), 0.2).await), BudgetScope::Run);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn calls_of_a_process_that_died_count_as_spent() {
        let library = Library::new();
        let caps = Spending { month: Some(Usd(1.0)), ..Spending::default() };
        let (killed, other) = (library.process(caps), library.process(caps));
        let _in_flight = killed.reserve(&"other".parse().unwrap(), 0.9).await.unwrap();
        let waiting = tokio::spawn(async move { other.reserve(&book(), 0.2).await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(killed);
        let refused = waiting.await.unwrap().unwrap_err();
        assert!(refused.to_string().contains("$0.9000 of $1.00 spent"), "{refused}");
    }
}
