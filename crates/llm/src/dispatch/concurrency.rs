use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Limits the requests in flight. The limit is doubled for as long as replies begin about as soon as before, and halved when the server refuses requests
/// or is too slow: a local model with one slot is sent two pages at a time, and a large server as many as are allowed.
///
/// Once it was halved, the limit grows by one at a time, as the congestion window of TCP does (RFC 5681).
pub(super) struct Concurrency {
    permits: Semaphore,
    state: Mutex<State>,
}

struct State {
    /// Requests that may be in flight.
    limit: usize,
    max: usize,
    /// Permits in use that are withdrawn when they are released, after the limit was lowered.
    surplus: usize,
    has_been_lowered: bool,
    /// Changes of the limit. What happens to requests that began before the last one says nothing about the present limit.
    changes: u64,
    /// The mean wait for the first token where it was shortest, since the limit was last lowered.
    shortest_wait: Option<Duration>,
    /// Replies of this round, and their waits together.
    replies: u32,
    waits: Duration,
}

/// The permission to send one request.
pub(super) struct InFlight<'a> {
    concurrency: &'a Concurrency,
    permit: Option<SemaphorePermit<'a>>,
    began_after: u64,
}

/// If replies take this many times as long to begin as at a lower limit, the requests have waited for each other. A server that answers one request at a
/// time takes 1.5 times as long for the first two that are sent together, and twice as long from then on.
const MAX_SLOWDOWN: f64 = 1.4;
/// The limit may be raised after a round: as many replies as may be in flight, but at least this many.
const MIN_REPLIES: usize = 4;

impl Concurrency {
    /// At most `max` requests in flight, and `first` of them until the server has replied.
    pub(super) fn new(first: usize, max: usize) -> Self {
        let max = max.max(1);
        let limit = first.clamp(1, max);
        let state = State {
            limit,
            max,
            surplus: 0,
            has_been_lowered: false,
            changes: 0,
            shortest_wait: None,
            replies: 0,
            waits: Duration::ZERO,
        };
        Self { permits: Semaphore::new(limit), state: Mutex::new(state) }
    }

    /// Waits until a request may be sent.
    pub(super) async fn acquire(&self) -> InFlight<'_> {
        let permit = self.permits.acquire().await.expect("the semaphore is never closed");
        InFlight { concurrency: self, permit: Some(permit), began_after: self.state().changes }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code that holds the lock panics")
    }

    fn set_limit(&self, state: &mut State, limit: usize) {
        if limit > state.limit {
            let more = limit - state.limit;
            let kept = more.min(state.surplus);
            state.surplus -= kept;
            self.permits.add_permits(more - kept);
        } else {
            let fewer = state.limit - limit;
            state.surplus += fewer - self.permits.forget_permits(fewer);
        }
        state.limit = limit;
        state.changes += 1;
        state.start_round();
        tracing::debug!(limit, "the limit of requests in flight has changed");
    }
}

impl State {
    fn start_round(&mut self) {
        self.replies = 0;
        self.waits = Duration::ZERO;
    }
}

impl InFlight<'_> {
    /// Counts a reply and how long its first token was waited for. After a round the limit is raised, if the server keeps up.
    pub(super) fn record_reply(&self, wait: Duration) {
        let mut state = self.concurrency.state();
        if self.began_after != state.changes {
            return;
        }
        state.replies += 1;
        state.waits += wait;
        if (state.replies as usize) < state.limit.max(MIN_REPLIES) {
            return;
        }
        let mean = state.waits / state.replies;
        let shortest = state.shortest_wait.map_or(mean, |shortest| shortest.min(mean));
        state.shortest_wait = Some(shortest);
        let keeps_up = mean <= shortest.mul_f64(MAX_SLOWDOWN);
        if keeps_up && state.limit < state.max {
            let limit = if state.has_been_lowered { state.limit + 1 } else { state.limit * 2 };
            let limit = limit.min(state.max);
            self.concurrency.set_limit(&mut state, limit);
        } else {
            state.start_round();
        }
    }

    /// Halves the limit, after the server has refused the request because there are too many, or was too slow.
    pub(super) fn record_overload(&self) {
        let mut state = self.concurrency.state();
        // Requests in flight at the same time fail together, and count once.
        if self.began_after == state.changes && state.limit > 1 {
            state.has_been_lowered = true;
            state.shortest_wait = None;
            let limit = state.limit / 2;
            self.concurrency.set_limit(&mut state, limit);
        }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut state = self.concurrency.state();
        if state.surplus > 0
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
            state.surplus -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limit(concurrency: &Concurrency) -> usize {
        let state = concurrency.state();
        assert_eq!(concurrency.permits.available_permits(), state.limit, "no request is in flight");
        state.limit
    }

    /// Sends the requests of a round, as many at a time as may be in flight; `wait` says how long the first tokens take at that limit. Returns the
    /// limit afterwards.
    async fn round(concurrency: &Concurrency, wait: impl Fn(usize) -> Duration) -> usize {
        let now = limit(concurrency);
        for _ in 0..MIN_REPLIES.div_ceil(now) {
            let mut in_flight = Vec::new();
            for _ in 0..now {
                in_flight.push(concurrency.acquire().await);
            }
            assert_eq!(concurrency.permits.available_permits(), 0);
            for request in &in_flight {
                request.record_reply(wait(now));
            }
        }
        limit(concurrency)
    }

    #[tokio::test]
    async fn grows_to_the_maximum_while_replies_begin_as_soon_as_before() {
        let concurrency = Concurrency::new(1, 30);
        let mut limits = Vec::new();
        for _ in 0..7 {
            limits.push(round(&concurrency, |_| SECOND).await);
        }
        assert_eq!(limits, [2, 4, 8, 16, 30, 30, 30]);
    }

    #[tokio::test]
    async fn server_with_few_slots_gets_at_most_twice_as_many_requests() {
        for slots in [1, 4] {
            let concurrency = Concurrency::new(1, 30);
            for _ in 0..100 {
                round(&concurrency, |in_flight| SECOND.mul_f64((in_flight as f64 / slots as f64).max(1.0))).await;
            }
            assert_eq!(limit(&concurrency), 2 * slots);
        }
    }

    #[tokio::test]
    async fn limit_is_halved_once_for_requests_that_fail_together() {
        let concurrency = Concurrency::new(16, 16);
        let mut in_flight = Vec::new();
        for _ in 0..16 {
            in_flight.push(concurrency.acquire().await);
        }
        in_flight.iter().for_each(InFlight::record_overload);
        for request in &in_flight {
            request.record_reply(SECOND);
        }
        assert_eq!(concurrency.state().limit, 8);
        drop(in_flight);
        assert_eq!(limit(&concurrency), 8);
        assert_eq!(round(&concurrency, |_| SECOND).await, 9, "it grows by one after it was lowered");
        let lonely = Concurrency::new(1, 1);
        lonely.acquire().await.record_overload();
        assert_eq!(limit(&lonely), 1);
    }
}
