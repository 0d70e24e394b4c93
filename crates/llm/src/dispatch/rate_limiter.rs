use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};
use tokio::time::Instant;

/// Limits the rate of requests. All stages share it and wait in one queue; it adapts to the server's 429s.
pub(super) struct RateLimiter {
    /// Held while waiting, and fair: one task waits on the limiter, the others behind it.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// Current requests per minute; `None` if unlimited.
    per_minute: Option<NonZeroU32>,
    /// Configured requests per minute.
    configured: Option<NonZeroU32>,
    limiter: Option<DefaultDirectRateLimiter>,
    /// No request is sent before.
    paused_until: Option<Instant>,
    /// Successful requests since the rate last changed.
    successes: u32,
}

/// After this many successful requests, a reduced rate is doubled.
const SUCCESSES_TO_SPEED_UP: u32 = 20;

impl RateLimiter {
    /// A limiter of requests per minute; 0 means unlimited.
    pub(super) fn new(per_minute: u32) -> Self {
        let configured = NonZeroU32::new(per_minute);
        let limiter = configured.map(limiter);
        let state = State { per_minute: configured, configured, limiter, paused_until: None, successes: 0 };
        Self { queue: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits until a request may be sent.
    pub(super) async fn acquire(&self) {
        let _queue = self.queue.lock().await;
        loop {
            let wait = self.state().try_acquire();
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return,
            }
        }
    }

    /// After a 429: pauses for `pause`, then continues at half the rate.
    pub(super) fn back_off(&self, pause: Duration) {
        let mut state = self.state();
        let until = Instant::now() + pause;
        let paused = state.paused_until.is_some_and(|paused| paused > Instant::now());
        state.paused_until = Some(state.paused_until.map_or(until, |before| before.max(until)));
        // Requests in flight at the same time are rejected together, and count once.
        if !paused && let Some(now) = state.per_minute {
            state.set_rate(NonZeroU32::new(now.get() / 2).unwrap_or(NonZeroU32::MIN));
        }
    }

    /// After a successful request: doubles a reduced rate from time to time.
    pub(super) fn record_success(&self) {
        let mut state = self.state();
        state.successes += 1;
        if let (Some(now), Some(configured)) = (state.per_minute, state.configured)
            && now < configured
            && state.successes >= SUCCESSES_TO_SPEED_UP
        {
            state.set_rate(now.saturating_mul(NonZeroU32::MIN.saturating_add(1)).min(configured));
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no code that holds the lock panics")
    }
}

impl State {
    fn set_rate(&mut self, per_minute: NonZeroU32) {
        self.per_minute = Some(per_minute);
        self.limiter = Some(limiter(per_minute));
        self.successes = 0;
    }

    /// Takes a slot and returns `None`, or returns how long to wait before trying again.
    fn try_acquire(&self) -> Option<Duration> {
        let pause = self.paused_until.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(pause) = pause.filter(|pause| !pause.is_zero()) {
            return Some(pause);
        }
        let not_yet = self.limiter.as_ref()?.check().err()?;
        Some(not_yet.wait_time_from(DefaultClock::default().now()).max(Duration::from_millis(1)))
    }
}

/// Allows bursts of one second's requests. A burst of a whole minute's, with the next minute's after it, would exceed the server's limit
/// twofold.
fn limiter(per_minute: NonZeroU32) -> DefaultDirectRateLimiter {
    let burst = NonZeroU32::new(per_minute.get().div_ceil(60)).unwrap_or(NonZeroU32::MIN);
    governor::RateLimiter::direct(Quota::per_minute(per_minute).allow_burst(burst))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_minute(limiter: &RateLimiter) -> u32 {
        limiter.state().per_minute.map_or(0, NonZeroU32::get)
    }

    #[tokio::test]
    async fn bursts_are_limited_to_one_second() {
        let limiter = RateLimiter::new(150);
        for _ in 0..3 {
            assert_eq!(limiter.state().try_acquire(), None);
        }
        let wait = limiter.state().try_acquire().unwrap();
        assert!(wait <= Duration::from_millis(400), "{wait:?}");
        for _ in 0..1000 {
            RateLimiter::new(0).acquire().await;
        }
    }

    #[tokio::test]
    async fn halves_rate_once_after_429s_and_recovers() {
        let limiter = RateLimiter::new(100);
        limiter.back_off(Duration::from_mins(1));
        limiter.back_off(Duration::from_secs(30));
        assert_eq!(per_minute(&limiter), 50);
        let wait = limiter.state().try_acquire().unwrap();
        assert!(wait > Duration::from_secs(50), "{wait:?}");
        for _ in 0..SUCCESSES_TO_SPEED_UP {
            limiter.record_success();
        }
        assert_eq!(per_minute(&limiter), 100);
        for _ in 0..SUCCESSES_TO_SPEED_UP {
            limiter.record_success();
        }
        assert_eq!(per_minute(&limiter), 100);
    }
}
