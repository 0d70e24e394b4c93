//! A job as Temporal's workflow. It names no stage: what it does is in its input. A change of the order in which it starts activities breaks the
//! jobs that run: `tests/replay.rs` replays saved histories.

#![expect(missing_docs, reason = "the SDK makes constants of the functions, without their documentation")]

use crate::activities::Parts;
use crate::job::{Job, JobEnd, JobPhase, Part, PartEnd, Queue};
use std::time::Duration;
use temporalio_common::RetryPolicy;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::workflows::join_all;
use temporalio_sdk::{ActivityCancellationType, ActivityOptions, SyncWorkflowContext, WorkflowContext, WorkflowResult};

/// The workflow of a job.
#[workflow]
#[derive(Default)]
pub struct BookJob {
    paused: bool,
    end: JobEnd,
    /// The shards that have been taken of the current group of phases.
    taken: u32,
}

/// Parts of a job that are with the server at a time.
const WINDOW: u32 = 64;
/// A part that takes longer is started again. It is not lost: what it has made is kept.
const LONGEST_PART: Duration = Duration::from_hours(24);

#[workflow_methods]
impl BookJob {
    /// Does a job: its parts in groups, then what they have left.
    #[run(name = "shelf_book")]
    pub async fn run(ctx: &mut WorkflowContext<Self>, job: Job) -> WorkflowResult<JobEnd> {
        let (ctx, job) = (&*ctx, &job);
        if job.redo.is_some() {
            ctx.execute_activity(Parts::begin_redo, job.last_part(&Default::default()), options(job, job.last_queue()))
                .await?;
        }
        for group in job.groups() {
            ctx.state_mut(|state| state.taken = 0);
            let lanes = (0..WINDOW.min(job.shards)).map(|_| lane(ctx, job, group));
            for ended in join_all(lanes).await {
                ended?;
            }
        }
        if ctx.state(|state| state.end.stopped.is_none()) {
            let failed = ctx.state(|state| state.end.failed.clone());
            part(ctx, job, job.last_queue(), job.last_part(&failed)).await?;
        }
        Ok(ctx.state(|state| state.end.clone()))
    }

    /// Starts no more parts.
    #[signal(name = "pause")]
    pub fn pause(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.paused = true;
    }

    /// Goes on.
    #[signal(name = "resume")]
    pub fn resume(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.paused = false;
    }
}

/// Takes one shard after the other through a group of phases.
async fn lane(ctx: &WorkflowContext<BookJob>, job: &Job, group: &[JobPhase]) -> WorkflowResult<()> {
    loop {
        let shard = ctx.state_mut(|state| {
            state.taken += 1;
            state.taken
        });
        if shard > job.shards {
            return Ok(());
        }
        for phase in group {
            let failed = ctx.state(|state| state.end.failed.clone());
            if let Some(of_shard) = job.part(phase, shard, &failed) {
                part(ctx, job, phase.queue, of_shard).await?;
            }
        }
    }
}

/// Does a part, unless the job has stopped, and adds its counts. Returns its exit code.
async fn part(ctx: &WorkflowContext<BookJob>, job: &Job, queue: Queue, part: Part) -> WorkflowResult<Option<u8>> {
    ctx.wait_condition(|state| !state.paused || state.end.stopped.is_some()).await?;
    if ctx.state(|state| state.end.stopped.is_some()) {
        return Ok(None);
    }
    let end: PartEnd = ctx.execute_activity(Parts::part, part, options(job, queue)).await?;
    let exit = end.exit;
    ctx.state_mut(|state| state.end.add(end));
    Ok(Some(exit))
}

fn options(job: &Job, queue: Queue) -> ActivityOptions {
    // A worker that died is not a failure of the part: it is tried until it ends in some way.
    let retries = RetryPolicy::builder()
        .initial_interval(Duration::from_millis(500))
        .backoff_coefficient(1.5)
        .maximum_interval(Duration::from_secs(30))
        .build();
    ActivityOptions::with_start_to_close_timeout(LONGEST_PART)
        .task_queue(queue.task_queue(&job.library))
        .heartbeat_timeout(Duration::from_secs(job.heartbeat_s.max(1)))
        .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
        .retry_policy(retries)
        .build()
}
