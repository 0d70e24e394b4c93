use crate::activities::Parts;
use crate::connection::{ConnectArgs, Server, block_on};
use crate::health::Health;
use crate::job::{Queue, job_queue};
use crate::library_id::library_id;
use crate::workflow::BookJob;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use shelf::Exit;
use shelf::extension::{CliError, Result, Session};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::runtime::worker_tuner::{FixedSizeSlotSupplier, TunerHolder};
use temporalio_sdk::{Runtime, Worker as SdkWorker, WorkerOptions};

/// The arguments of `shelf worker`.
#[derive(Debug, Args)]
struct Worker {
    /// Take parts of these kinds: those that need the machine's cores, those that ask language models
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_enum, default_values = ["cpu", "llm"])]
    queues: Vec<Queue>,
    /// Do this many parts at a time; with `QUEUE=N`, of one kind [default: cpu=CORES,llm=4]
    #[arg(long, value_name = "N,QUEUE=N", value_delimiter = ',', value_parser = parse_slots)]
    slots: Vec<Slots>,
    /// Answer `GET /health` at this address, such as `0.0.0.0:8080`
    #[arg(long, value_name = "ADDRESS")]
    health: Option<SocketAddr>,
    #[command(flatten)]
    server: ConnectArgs,
}

/// So many parts at a time, of one queue or of each.
type Slots = (Option<Queue>, NonZeroUsize);

/// Parts of the `llm` queue at a time, by default. Each asks several questions at a time.
const LLM_SLOTS: NonZeroUsize = NonZeroUsize::new(4).expect("it is not 0");
/// How often the worker looks whether it is to end.
const TICK: Duration = Duration::from_millis(100);

fn parse_slots(text: &str) -> std::result::Result<Slots, String> {
    let invalid = || format!("`{text}`: expected a number such as `4`, or `cpu=4` or `llm=8`");
    let (queue, number) = match text.split_once('=') {
        Some((queue, number)) => (Some(clap::ValueEnum::from_str(queue, true).map_err(|_| invalid())?), number),
        None => (None, text),
    };
    Ok((queue, number.parse().map_err(|_| invalid())?))
}

impl Worker {
    /// How many parts of each queue at a time.
    fn slots(&self) -> BTreeMap<Queue, NonZeroUsize> {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let of = |queue: Queue| {
            let given = |wanted: Option<Queue>| self.slots.iter().rev().find(|(queue, _)| *queue == wanted);
            let default = if queue == Queue::Cpu { cores } else { LLM_SLOTS };
            given(Some(queue)).or_else(|| given(None)).map_or(default, |(_, slots)| *slots)
        };
        self.queues.iter().map(|queue| (*queue, of(*queue))).collect()
    }
}

pub(crate) fn command() -> Command {
    Worker::augment_args(Command::new("worker")).about("Do parts of jobs that were submitted on any machine").after_help(
        "\
Examples:
  shelf worker                              all that this machine can do
  shelf worker --queues cpu --slots 8       parts that ask no language model, eight at a time
  shelf worker --queues llm --slots llm=2   only parts that may ask a language model
  shelf worker --health 0.0.0.0:8080        with an address to ask whether it works

Every machine needs the library in a folder that all can write. SIGTERM or Ctrl-C: it finishes the pages that it has begun, and ends.",
    )
}

pub(crate) fn run(session: &Session, given: &ArgMatches) -> Result<Exit> {
    let args = Worker::from_arg_matches(given)?;
    let library = library_id(session)?;
    block_on(work(session, &args, &library))?;
    Ok(Exit::Done)
}

async fn work(session: &Session, args: &Worker, library: &str) -> Result<()> {
    let health = Health::default();
    if let Some(address) = args.health {
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| CliError::refused(format!("cannot listen at {address}: {error}")))?;
        tokio::spawn(health.clone().serve(listener));
    }
    let is_ending = || session.stop().reason().is_some();
    let is_told = Cell::new(false);
    let is_patient = |error: &dyn std::fmt::Display| {
        if !is_told.replace(true) {
            session.note(format_args!("waiting for the Temporal server: {error}"));
        }
        !is_ending()
    };
    let server = args.server.connect_while(&is_patient).await?;
    let runtime =
        Runtime::from_current_tokio(temporalio_sdk::runtime::RuntimeOptions::default()).map_err(CliError::failed)?;
    let mut workers = vec![jobs_worker(&runtime, &server, library)?];
    for (queue, slots) in args.slots() {
        let parts = Parts::new(session.clone(), slots, Arc::clone(&health.running));
        workers.push(parts_worker(&runtime, &server, queue.task_queue(library), parts, slots)?);
    }
    let queues: Vec<String> =
        args.slots().iter().map(|(queue, slots)| format!("{queue:?}={slots}").to_lowercase()).collect();
    session.note(format_args!("worker of library {library}: {}", queues.join(", ")));
    health.is_ready.store(true, Ordering::SeqCst);
    let shut_down: Vec<_> = workers.iter().map(SdkWorker::shutdown_handle).collect();
    let ended = async {
        while !is_ending() {
            tokio::time::sleep(TICK).await;
        }
        health.is_ready.store(false, Ordering::SeqCst);
        session.note("finishing the pages that were begun");
        shut_down.iter().for_each(|shut_down| shut_down());
        std::future::pending::<()>().await;
    };
    let running = futures::future::try_join_all(workers.iter_mut().map(SdkWorker::run));
    tokio::select! {
        done = running => done.map(drop).map_err(CliError::failed),
        () = ended => Ok(()),
    }
}

/// Takes decisions about jobs. Every worker does, whatever its queues.
fn jobs_worker(runtime: &Runtime, server: &Server, library: &str) -> Result<SdkWorker> {
    let options = WorkerOptions::new(job_queue(library))
        .register_workflow::<BookJob>()
        .map_err(CliError::failed)?
        .deployment_options(release())
        .build();
    SdkWorker::new(runtime, server.client.clone(), options).map_err(CliError::failed)
}

fn parts_worker(
    runtime: &Runtime,
    server: &Server,
    queue: String,
    parts: Parts,
    slots: NonZeroUsize,
) -> Result<SdkWorker> {
    let fixed = |slots: usize| FixedSizeSlotSupplier::new(slots);
    let tuner = TunerHolder::builder()
        .workflow_task_slot_supplier(fixed(2))
        .activity_task_slot_supplier(fixed(slots.get()))
        .local_activity_task_slot_supplier(fixed(1))
        .nexus_task_slot_supplier(fixed(1))
        .build();
    let options =
        WorkerOptions::new(queue).register_activities(parts).tuner(tuner).deployment_options(release()).build();
    SdkWorker::new(runtime, server.client.clone(), options).map_err(CliError::failed)
}

/// This release, for the server's list of workers.
fn release() -> WorkerDeploymentOptions {
    WorkerDeploymentOptions::from_build_id(format!("shelf-{}", env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(words: &[&str]) -> BTreeMap<Queue, usize> {
        let matches = command().get_matches_from(["worker"].iter().chain(words));
        let args = Worker::from_arg_matches(&matches).unwrap();
        args.slots().into_iter().map(|(queue, slots)| (queue, slots.get())).collect()
    }

    #[test]
    fn slots_are_for_one_queue_or_for_each() {
        assert_eq!(slots(&["--slots", "3"]), [(Queue::Cpu, 3), (Queue::Llm, 3)].into());
        assert_eq!(slots(&["--slots", "3,llm=8"]), [(Queue::Cpu, 3), (Queue::Llm, 8)].into());
        assert_eq!(slots(&["--queues", "llm"]), [(Queue::Llm, LLM_SLOTS.get())].into());
        assert!(parse_slots("0").is_err() && parse_slots("gpu=1").is_err());
    }
}
