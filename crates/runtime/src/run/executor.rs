use std::future::Future;
use std::sync::mpsc;
use std::time::Duration;

use super::finish::Ended;
use super::page_attempt::{PageAttempt, Ran};
use crate::panics::caught;
use crate::stage::Run;

/// Runs attempts on threads: blocking stages in a pool, async ones on an I/O runtime that is started with the first of them.
pub(super) struct Executor {
    pool: rayon::ThreadPool,
    io: Option<tokio::runtime::Runtime>,
    sender: mpsc::Sender<Returned>,
    returned: mpsc::Receiver<Returned>,
}

/// An attempt that has returned.
pub(super) struct Returned {
    pub(super) job: usize,
    /// Time in the stage's function.
    pub(super) time: Duration,
    pub(super) ended: Ended,
}

impl Executor {
    pub(super) fn new(threads: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("page-{n}"))
            .build()
            .expect("threads can be started");
        let (sender, returned) = mpsc::channel();
        Self { pool, io: None, sender, returned }
    }

    /// Starts an attempt; `is_last` if a transient failure is not retried.
    pub(super) fn start(&mut self, job: usize, attempt: PageAttempt, is_last: bool) {
        let sender = self.sender.clone();
        let finish = move |attempt: &PageAttempt, ran: Ran| {
            let time = ran.time;
            let ended = attempt.span().in_scope(|| caught(|| Ok(attempt.finish(ran, is_last))));
            let ended = ended.unwrap_or_else(Ended::Failed);
            // The receiver is gone only after the run has ended, when results are no longer needed.
            let _ = sender.send(Returned { job, time, ended });
        };
        if let Run::Blocking(_) = attempt.cx.row.run {
            self.pool.spawn(move || {
                let ran = attempt.span().in_scope(|| attempt.call());
                finish(&attempt, ran);
            });
        } else {
            self.io().spawn(async move {
                use tracing::Instrument;
                let span = attempt.span();
                let ran = attempt.wait().instrument(span).await;
                tokio::task::spawn_blocking(move || finish(&attempt, ran));
            });
        }
    }

    /// The next attempt that returns within `patience`.
    pub(super) fn next_returned(&self, patience: Duration) -> Option<Returned> {
        self.returned.recv_timeout(patience).ok()
    }

    /// Waits for a future, such as that of an async hook.
    pub(super) fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.io().block_on(future)
    }

    fn io(&mut self) -> &tokio::runtime::Runtime {
        self.io.get_or_insert_with(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("an io runtime can be started")
        })
    }
}
