use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::sync::Notify;

use crate::error::{AbortReason, BudgetScope};
use shelf_runtime::book::ScanId;
use shelf_runtime::usd::Usd;

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spending {
    /// Whether anything may be spent at all; a configured key alone does not allow it.
    pub allowed: bool,
    /// Limit for this run.
    pub run: Option<Usd>,
    /// Limit for each book, in all runs.
    pub book: Option<Usd>,
    /// Limit for the library in a calendar month (UTC).
    pub month: Option<Usd>,
}

/// Tracks what was spent, and what is reserved for calls in flight.
pub(crate) struct Budget {
    caps: Spending,
    state: Mutex<State>,
    settled: Notify,
}

#[derive(Default)]
struct State {
    run: Account,
    month: Account,
    books: BTreeMap<ScanId, Account>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Account {
    spent: Usd,
    reserved: Usd,
}

/// Money reserved for one call, until [`Budget::settle`] is told its cost.
#[derive(Debug)]
#[must_use = "a reservation has to be settled"]
pub(crate) struct Reservation {
    book: ScanId,
    amount: Usd,
}

/// Tolerance for rounding errors in sums, USD.
const ROUNDING_USD: f64 = 1e-9;

impl Budget {
    pub(crate) fn new(caps: Spending) -> Self {
        Self { caps, state: Mutex::default(), settled: Notify::new() }
    }

    /// Whether any limit is set.
    pub(crate) fn is_limited(&self) -> bool {
        [self.caps.run, self.caps.book, self.caps.month].iter().any(Option::is_some)
    }

    /// Adds what was spent before this run: `(of_book, of_month)`, looked up once per book.
    pub(crate) fn open<E>(&self, book: &ScanId, spent: impl FnOnce() -> Result<(Usd, Usd), E>) -> Result<(), E> {
        let mut state = self.state();
        if self.is_limited() && !state.books.contains_key(book) {
            let (of_book, of_month) = spent()?;
            // The ledgers include what this run has spent on other books, though some lines may not be written yet.
            state.month.spent = state.month.spent.max(of_month);
            state.books.insert(book.clone(), Account { spent: of_book, reserved: Usd::ZERO });
        }
        Ok(())
    }

    /// Reserves the worst-case cost of a call. Waits while calls in flight may turn out cheaper.
    ///
    /// # Errors
    /// No call is in flight, and the budget still does not suffice.
    pub(crate) async fn reserve(&self, book: &ScanId, amount: Usd) -> Result<Reservation, AbortReason> {
        loop {
            let settled = self.settled.notified();
            match self.try_reserve(book, amount) {
                Ok(reservation) => return Ok(reservation),
                Err((_, true)) => settled.await,
                Err((reason, false)) => return Err(reason),
            }
        }
    }

    /// Replaces a reservation by the actual cost.
    pub(crate) fn settle(&self, reservation: &Reservation, cost: Usd) {
        let mut state = self.state();
        for (_, _, account) in state.accounts(&self.caps, &reservation.book) {
            account.reserved = (account.reserved - reservation.amount).max(Usd::ZERO);
            account.spent += cost;
        }
        drop(state);
        self.settled.notify_waiters();
    }

    /// The error also says whether calls are in flight.
    fn try_reserve(&self, book: &ScanId, amount: Usd) -> Result<Reservation, (AbortReason, bool)> {
        let mut state = self.state();
        for (scope, cap, account) in state.accounts(&self.caps, book) {
            if let Some(cap) = cap
                && account.spent.0 + account.reserved.0 + amount.0 > cap.0 + ROUNDING_USD
            {
                let reason = AbortReason::Budget { scope, cap, spent: account.spent, next: amount };
                return Err((reason, account.reserved.0 > ROUNDING_USD));
            }
        }
        for (_, _, account) in state.accounts(&self.caps, book) {
            account.reserved += amount;
        }
        Ok(Reservation { book: book.clone(), amount })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no code that holds the lock panics")
    }
}

impl State {
    fn accounts(&mut self, caps: &Spending, book: &ScanId) -> [(BudgetScope, Option<Usd>, &mut Account); 3] {
        let of_book = self.books.entry(book.clone()).or_default();
        [
            (BudgetScope::Run, caps.run, &mut self.run),
            (BudgetScope::Book, caps.book, of_book),
            (BudgetScope::Month, caps.month, &mut self.month),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn book() -> ScanId {
        "florida".parse().unwrap()
    }

    fn budget(run: f64) -> Budget {
        Budget::new(Spending { allowed: true, run: Some(Usd(run)), ..Spending::default() })
    }

    #[tokio::test]
    async fn reservation_is_unavailable_until_settled() {
        let budget = Arc::new(budget(1.0));
        let first = budget.reserve(&book(), Usd(0.8)).await.unwrap();
        let waiting = tokio::spawn({
            let budget = Arc::clone(&budget);
            async move { budget.reserve(&book(), Usd(0.5)).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        budget.settle(&first, Usd(0.1));
        let second = waiting.await.unwrap().unwrap();
        budget.settle(&second, Usd(0.6));
        let refused = budget.reserve(&book(), Usd(0.5)).await.unwrap_err();
        assert!(matches!(refused, AbortReason::Budget { scope: BudgetScope::Run, .. }), "{refused}");
        assert!(refused.to_string().contains("$0.7000 of $1.00 spent"), "{refused}");
    }

    #[tokio::test]
    async fn earlier_spending_counts_towards_book_and_month() {
        let caps = Spending { allowed: true, book: Some(Usd(2.0)), month: Some(Usd(10.0)), ..Spending::default() };
        let budget = Budget::new(caps);
        budget.open(&book(), || Ok::<_, ()>((Usd(1.9), Usd(3.0)))).unwrap();
        assert!(matches!(
            budget.reserve(&book(), Usd(0.2)).await,
            Err(AbortReason::Budget { scope: BudgetScope::Book, .. })
        ));
        let other: ScanId = "other".parse().unwrap();
        budget.open(&other, || Ok::<_, ()>((Usd::ZERO, Usd(9.9)))).unwrap();
        assert!(matches!(
            budget.reserve(&other, Usd(0.2)).await,
            Err(AbortReason::Budget { scope: BudgetScope::Month, .. })
        ));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn thirty_concurrent_calls_never_overspend() {
        let budget = Arc::new(budget(1.0));
        let spent = Arc::new(Mutex::new(0.0));
        let asking = (0..30).map(|_| {
            let (budget, spent) = (Arc::clone(&budget), Arc::clone(&spent));
            tokio::spawn(async move {
                while let Ok(reservation) = budget.reserve(&book(), Usd(0.03)).await {
                    tokio::task::yield_now().await;
                    *spent.lock().unwrap() += 0.02;
                    budget.settle(&reservation, Usd(0.02));
                }
            })
        });
        for task in asking.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let spent = *spent.lock().unwrap();
        assert!((0.97..=1.0 + 1e-9).contains(&spent), "{spent}");
    }
}
