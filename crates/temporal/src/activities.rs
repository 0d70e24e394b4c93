//! Parts as Temporal's activities: heartbeats, cancellation, and which failures are tried again.

#![expect(missing_docs, reason = "the SDK makes constants of the functions, without their documentation")]

use crate::job::{Part, PartEnd};
use crate::part::{Counts, PartError, Progress, begin_redo, do_part};
use shelf::extension::Session;
use shelf::run::Stop;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use temporalio_macros::activities;
use temporalio_sdk::ApplicationFailure;
use temporalio_sdk::activities::{ActivityContext, ActivityError};

/// What a worker process does parts with.
pub struct Parts {
    session: Session,
    slots: NonZeroUsize,
    running: Arc<AtomicUsize>,
}

/// How often a part looks whether it is to stop. Heartbeats are sent as often; the SDK passes on as many as the server needs.
const TICK: Duration = Duration::from_millis(250);
/// How long a part that found its pages or its book locked waits for each attempt so far, and at most.
const LOCKED: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

impl Parts {
    /// Does up to `slots` parts at a time, and counts those that it does in `running`.
    #[must_use]
    pub fn new(session: Session, slots: NonZeroUsize, running: Arc<AtomicUsize>) -> Self {
        Self { session, slots, running }
    }

    /// Runs `work` on a thread of its own, with heartbeats, until it ends. It is asked to stop when the job is cancelled or the process ends.
    async fn watched<T: Send + 'static>(
        &self,
        context: &ActivityContext,
        work: impl FnOnce(&Session, &Counts, &Stop) -> Result<T, PartError> + Send + 'static,
    ) -> Result<T, ActivityError> {
        let earlier: Progress = context.heartbeat_details().deserialize().ok().flatten().unwrap_or_default();
        let (counts, stop) = (Arc::new(Counts::from(earlier)), Stop::default());
        let (sender, mut ended) = tokio::sync::oneshot::channel();
        let (session, for_work, asked) = (self.session.clone(), Arc::clone(&counts), stop.clone());
        let running = Running::begin(&self.running);
        std::thread::spawn(move || {
            let result = work(&session, &for_work, &asked);
            drop(running);
            // Nobody listens if the worker is gone.
            let _ = sender.send(result);
        });
        loop {
            match tokio::time::timeout(TICK, &mut ended).await {
                Ok(Ok(Ok(done))) => return Ok(done),
                Ok(Ok(Err(PartError::Stopped))) if context.is_cancelled() => return Err(ActivityError::cancelled()),
                Ok(Ok(Err(error))) => return Err(failure(error, context.info().attempt)),
                Ok(Err(_)) => return Err(ApplicationFailure::new("the part has panicked").into()),
                Err(_) => {}
            }
            context.record_heartbeat(counts.now()).await?;
            if context.is_cancelled() || self.session.stop().reason().is_some() {
                stop.ask();
            }
        }
    }
}

/// A part in progress, counted until it is dropped.
struct Running(Arc<AtomicUsize>);

impl Running {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[activities]
impl Parts {
    /// Records which pages are made again.
    #[activity(name = "shelf_begin_redo")]
    pub async fn begin_redo(self: Arc<Self>, context: ActivityContext, part: Part) -> Result<(), ActivityError> {
        self.watched(&context, move |session, _, _| begin_redo(session, &part)).await
    }

    /// Does a part.
    #[activity(name = "shelf_part")]
    pub async fn part(self: Arc<Self>, context: ActivityContext, part: Part) -> Result<PartEnd, ActivityError> {
        let slots = self.slots;
        self.watched(&context, move |session, counts, stop| do_part(session, &part, slots, counts, stop)).await
    }
}

/// What the server is told: whether to try again, and when.
fn failure(error: PartError, attempt: u32) -> ActivityError {
    let (type_name, retried) = match &error {
        PartError::Locked(_) => ("Locked", Some((LOCKED.0 * attempt).min(LOCKED.1))),
        PartError::Stopped => ("Stopped", Some(Duration::from_millis(100))),
        PartError::Machine(_) => ("Machine", None),
        PartError::StageTable(_) => ("StageTable", None),
        PartError::Refused(_) => ("Refused", None),
    };
    let non_retryable = matches!(error, PartError::StageTable(_) | PartError::Refused(_));
    let failure = ApplicationFailure::builder(error)
        .type_name(type_name.to_owned())
        .non_retryable(non_retryable)
        .maybe_next_retry_delay(retried)
        .build();
    ActivityError::Application(Box::new(failure))
}
