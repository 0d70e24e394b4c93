use std::sync::{Mutex, MutexGuard};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Stops a run whose model gives one unusable reply after another: first the questions are asked one at a time, then none.
#[derive(Debug)]
pub(super) struct CircuitBreaker {
    /// Unusable replies in a row.
    unusable: Mutex<u32>,
    /// Taken by the question that is asked while the others wait.
    turn: Semaphore,
}

/// The permission to ask a question; while questions are asked one at a time, it is a turn.
#[derive(Debug)]
pub(crate) struct Turn<'a>(Option<SemaphorePermit<'a>>);

/// After so many unusable replies in a row, questions are asked one at a time.
const UNUSABLE_TO_SLOW_DOWN: u32 = 5;
/// After so many, none are asked.
const UNUSABLE_TO_STOP: u32 = 10;

impl CircuitBreaker {
    pub(super) fn new() -> Self {
        Self { unusable: Mutex::new(0), turn: Semaphore::new(1) }
    }

    /// Waits until a question may be asked.
    pub(super) async fn turn(&self) -> Turn<'_> {
        if *self.unusable() < UNUSABLE_TO_SLOW_DOWN {
            return Turn(None);
        }
        let permit = self.turn.acquire().await.expect("the semaphore is never closed");
        // A usable reply may have come meanwhile.
        Turn((*self.unusable() >= UNUSABLE_TO_SLOW_DOWN).then_some(permit))
    }

    pub(super) fn record_usable(&self) {
        *self.unusable() = 0;
    }

    /// Counts an unusable reply; returns the number of those in a row if no more questions are to be asked. Replies to questions that
    /// were asked before they were asked one at a time do not count further.
    pub(super) fn record_unusable(&self, turn: &Turn<'_>) -> Option<u32> {
        let mut unusable = self.unusable();
        if *unusable < UNUSABLE_TO_SLOW_DOWN || turn.0.is_some() {
            *unusable += 1;
        }
        (*unusable >= UNUSABLE_TO_STOP).then_some(*unusable)
    }

    /// Begins anew, with a new run.
    pub(super) fn reset(&self) {
        self.record_usable();
    }

    /// Waits for a turn before another request of the same question, if questions have come to be asked one at a time.
    pub(super) async fn renew<'a>(&'a self, turn: &mut Turn<'a>) {
        if turn.0.is_none() {
            *turn = self.turn().await;
        }
    }

    fn unusable(&self) -> MutexGuard<'_, u32> {
        self.unusable.lock().expect("no code that holds the lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn slows_down_then_stops_and_recovers() {
        let breaker = CircuitBreaker::new();
        let early = breaker.turn().await;
        for _ in 0..30 {
            assert_eq!(breaker.record_unusable(&early), None, "questions asked before do not count twice");
        }
        let turn = breaker.turn().await;
        assert!(turn.0.is_some() && breaker.turn.available_permits() == 0);
        let stops: Vec<_> = (0..5).map(|_| breaker.record_unusable(&turn)).collect();
        assert_eq!(stops, [None, None, None, None, Some(10)]);
        breaker.record_usable();
        drop(turn);
        assert!(breaker.turn().await.0.is_none());
    }
}
