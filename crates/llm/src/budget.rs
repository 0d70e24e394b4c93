use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::sync::Notify;

use super::{Halt, Spending, Usd};
use shelf_runtime::book::ScanId;

/// What may be spent, what is, and what requests on their way may still cost.
pub(super) struct Budget {
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

/// Money put aside for one request, until [`Budget::settle`] says what it has cost.
#[derive(Debug)]
#[must_use = "what is put aside has to be settled"]
pub(super) struct Reservation {
    book: ScanId,
    amount: Usd,
}

/// Sums of dollars carry rounding errors, USD.
const ROUNDING: f64 = 1e-9;

impl Budget {
    pub(super) fn new(caps: Spending) -> Self {
        Self { caps, state: Mutex::default(), settled: Notify::new() }
    }

    /// Whether there is anything that limits.
    pub(super) fn is_limited(&self) -> bool {
        [self.caps.run, self.caps.book, self.caps.month].iter().any(Option::is_some)
    }

    /// Takes what was spent before this run into account: `of_month` on all books, `of_book` on this one, which are looked up once.
    pub(super) fn open<E>(&self, book: &ScanId, spent: impl FnOnce() -> Result<(Usd, Usd), E>) -> Result<(), E> {
        let mut state = self.state();
        if self.is_limited() && !state.books.contains_key(book) {
            let (of_book, of_month) = spent()?;
            // The ledgers already hold what this run has spent on other books, and less may stand there than was spent.
            state.month.spent = state.month.spent.max(of_month);
            state.books.insert(book.clone(), Account { spent: of_book, reserved: Usd::ZERO });
        }
        Ok(())
    }

    /// Puts money aside for the dearest case. Waits while requests on their way may turn out cheaper; an error when all are back and
    /// it still does not suffice.
    pub(super) async fn reserve(&self, book: &ScanId, amount: Usd) -> Result<Reservation, Halt> {
        loop {
            let settled = self.settled.notified();
            match self.try_reserve(book, amount) {
                Ok(reservation) => return Ok(reservation),
                Err((_, true)) => settled.await,
                Err((halt, false)) => return Err(halt),
            }
        }
    }

    /// Says what a request has cost; at least that much is gone, whatever it was expected to be.
    pub(super) fn settle(&self, reservation: &Reservation, cost: Usd) {
        let mut state = self.state();
        for (_, _, account) in state.accounts(&self.caps, &reservation.book) {
            account.reserved = (account.reserved - reservation.amount).max(Usd::ZERO);
            account.spent += cost;
        }
        drop(state);
        self.settled.notify_waiters();
    }

    /// The error says also whether requests are on their way.
    fn try_reserve(&self, book: &ScanId, amount: Usd) -> Result<Reservation, (Halt, bool)> {
        let mut state = self.state();
        for (of, cap, account) in state.accounts(&self.caps, book) {
            if let Some(cap) = cap
                && account.spent.0 + account.reserved.0 + amount.0 > cap.0 + ROUNDING
            {
                let halt = Halt::Budget { of, cap, spent: account.spent, next: amount };
                return Err((halt, account.reserved.0 > ROUNDING));
            }
        }
        for (_, _, account) in state.accounts(&self.caps, book) {
            account.reserved += amount;
        }
        Ok(Reservation { book: book.clone(), amount })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("adding up does not panic")
    }
}

impl State {
    fn accounts(&mut self, caps: &Spending, book: &ScanId) -> [(&'static str, Option<Usd>, &mut Account); 3] {
        let of_book = self.books.entry(book.clone()).or_default();
        [
            ("of this run", caps.run, &mut self.run),
            ("of the book", caps.book, of_book),
            ("of the month", caps.month, &mut self.month),
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
    async fn what_is_put_aside_is_gone_until_it_is_settled() {
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
        assert!(matches!(refused, Halt::Budget { of: "of this run", .. }), "{refused}");
        assert!(refused.to_string().contains("$0.7000 of $1.00 spent"), "{refused}");
    }

    #[tokio::test]
    async fn what_was_spent_before_counts_for_book_and_month() {
        let caps = Spending { allowed: true, book: Some(Usd(2.0)), month: Some(Usd(10.0)), ..Spending::default() };
        let budget = Budget::new(caps);
        budget.open(&book(), || Ok::<_, ()>((Usd(1.9), Usd(3.0)))).unwrap();
        assert!(matches!(budget.reserve(&book(), Usd(0.2)).await, Err(Halt::Budget { of: "of the book", .. })));
        let other: ScanId = "other".parse().unwrap();
        budget.open(&other, || Ok::<_, ()>((Usd::ZERO, Usd(9.9)))).unwrap();
        assert!(matches!(budget.reserve(&other, Usd(0.2)).await, Err(Halt::Budget { of: "of the month", .. })));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn thirty_at_a_time_never_overspend() {
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
