use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

/// How fast requests leave. All stages share it; who waits, waits in one queue.
pub(super) struct Pace {
    /// Whose turn it is: held while waiting, and fair, so that one waits on the limiter and the others behind it.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// Requests a minute now; `None` where nothing limits them.
    per_minute: Option<NonZeroU32>,
    /// What was asked for.
    wanted: Option<NonZeroU32>,
    limiter: Option<DefaultDirectRateLimiter>,
    /// Nothing leaves before.
    paused_until: Option<Instant>,
    /// Requests that went well since the pace was last changed.
    well: u32,
}

/// After so many requests that went well, a pace that was slowed down is doubled again.
const WELL_ENOUGH: u32 = 20;

impl Pace {
    /// So many requests a minute; 0 is no limit.
    pub(super) fn new(per_minute: u32) -> Self {
        let wanted = NonZeroU32::new(per_minute);
        let limiter = wanted.map(limiter);
        let state = State { per_minute: wanted, wanted, limiter, paused_until: None, well: 0 };
        Self { turn: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits until one more request may leave.
    pub(super) async fn turn(&self) {
        let _turn = self.turn.lock().await;
        loop {
            let wait = self.state().wait();
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return,
            }
        }
    }

    /// The server said 429: nothing leaves for `pause`, and from then on half as much.
    pub(super) fn slow_down(&self, pause: Duration) {
        let mut state = self.state();
        let until = Instant::now() + pause;
        let paused = state.paused_until.is_some_and(|paused| paused > Instant::now());
        state.paused_until = Some(state.paused_until.map_or(until, |before| before.max(until)));
        // Requests that were in flight together come back together: they count as one.
        if !paused && let Some(now) = state.per_minute {
            state.set(NonZeroU32::new(now.get() / 2).unwrap_or(NonZeroU32::MIN));
        }
    }

    /// A request went well.
    pub(super) fn went_well(&self) {
        let mut state = self.state();
        state.well += 1;
        if let (Some(now), Some(wanted)) = (state.per_minute, state.wanted)
            && now < wanted
            && state.well >= WELL_ENOUGH
        {
            state.set(now.saturating_mul(NonZeroU32::MIN.saturating_add(1)).min(wanted));
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("counting does not panic")
    }
}

impl State {
    fn set(&mut self, per_minute: NonZeroU32) {
        self.per_minute = Some(per_minute);
        self.limiter = Some(limiter(per_minute));
        self.well = 0;
    }

    /// How long to wait before trying again; `None` when a request may leave, which it then has.
    fn wait(&self) -> Option<Duration> {
        let pause = self.paused_until.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(pause) = pause.filter(|pause| !pause.is_zero()) {
            return Some(pause);
        }
        let not_yet = self.limiter.as_ref()?.check().err()?;
        Some(not_yet.wait_time_from(DefaultClock::default().now()).max(Duration::from_millis(1)))
    }
}

/// At most the requests of one second leave at once: a full minute's at once, and the next minute's after it, would be twice as many
/// as the server allows.
fn limiter(per_minute: NonZeroU32) -> DefaultDirectRateLimiter {
    let burst = NonZeroU32::new(per_minute.get().div_ceil(60)).unwrap_or(NonZeroU32::MIN);
    RateLimiter::direct(Quota::per_minute(per_minute).allow_burst(burst))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_minute(pace: &Pace) -> u32 {
        pace.state().per_minute.map_or(0, NonZeroU32::get)
    }

    #[tokio::test]
    async fn no_more_leave_than_a_second_holds() {
        let pace = Pace::new(150);
        for _ in 0..3 {
            assert_eq!(pace.state().wait(), None);
        }
        let wait = pace.state().wait().unwrap();
        assert!(wait <= Duration::from_millis(400), "{wait:?}");
        for _ in 0..1000 {
            Pace::new(0).turn().await;
        }
    }

    #[tokio::test]
    async fn refused_requests_halve_the_pace_once_and_good_ones_bring_it_back() {
        let pace = Pace::new(100);
        pace.slow_down(Duration::from_mins(1));
        pace.slow_down(Duration::from_secs(30));
        assert_eq!(per_minute(&pace), 50);
        let wait = pace.state().wait().unwrap();
        assert!(wait > Duration::from_secs(50), "{wait:?}");
        for _ in 0..WELL_ENOUGH {
            pace.went_well();
        }
        assert_eq!(per_minute(&pace), 100);
        for _ in 0..WELL_ENOUGH {
            pace.went_well();
        }
        assert_eq!(per_minute(&pace), 100);
    }
}
