//! The side of the worker process.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{
    Resource, Rlimit, Signal, getpgrp, getpid, getrlimit, kill_current_process_group, kill_process, setrlimit,
};
use rustix::stdio::{dup2_stdin, dup2_stdout};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::confinement::confine;
use super::limits::MemoryLimit;
use super::wire::{self, Reply, Request};
use super::{Allowance, TaskRow};
use crate::failure::{Cause, Failure};
use crate::logs::StageLogs;
use crate::panics::caught;

/// Why a worker process cannot serve. Failures of a task are sent to the parent instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The process could not be set up.
    #[error("cannot set up the worker process: {step}")]
    SetUp {
        /// What failed.
        step: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The first message of the parent is missing or invalid.
    #[error("no message from a parent process on standard input: this command is for internal use by shelf")]
    NoParent,
    /// The reply could not be written.
    #[error("cannot reply to the parent process")]
    Answer(#[source] io::Error),
}

/// The connection to the parent and the memory limit. Set in a worker only.
static SERVED: OnceLock<Served> = OnceLock::new();

struct Served {
    replies: Mutex<File>,
    limit: MemoryLimit,
}

/// How long a task may run after its parent has ended.
const ORPHAN_GRACE: Duration = Duration::from_millis(200);

/// Serves the parent process: runs the tasks requested on standard input until it is closed.
///
/// Takes over the process, in which nothing else should be running: standard output belongs to the parent, so what a library prints goes to
/// standard error instead; the address space is limited; `SIGINT` is ignored, since the parent handles Ctrl-C; panics
/// are caught; trace events are sent to the parent, which emits them in the span of the call.
///
/// # Errors
/// There is no parent, the process cannot be set up, or a reply cannot be written.
pub fn serve() -> Result<(), ServeError> {
    let set_up = |step| move |source| ServeError::SetUp { step, source };
    let mut requests = own_stdin().map_err(set_up("standard input"))?;
    let replies = own_stdout().map_err(set_up("standard output"))?;
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::new(AtomicBool::new(false)))
        .map_err(set_up("the handler of SIGINT"))?;
    no_core_files().map_err(set_up("the limit of core files"))?;

    let Ok(Some((Request::Start { memory_limit_bytes, confinement }, _))) = wire::read(&mut requests) else {
        return Err(ServeError::NoParent);
    };
    let limit = MemoryLimit::impose(memory_limit_bytes).map_err(set_up("the memory limit"))?;
    if let Some(confinement) = confinement {
        confine(&confinement).map_err(set_up("its confinement"))?;
    }
    let served = SERVED.get_or_init(|| Served { replies: Mutex::new(replies), limit });

    // A program with its own subscriber keeps it.
    let _ = tracing_subscriber::registry()
        .with(StageLogs::sent(|line| drop(served.reply(&Reply::LogLine, line))))
        .with(LevelFilter::INFO)
        .try_init();

    let (to_run, calls) = channel();
    thread::Builder::new()
        .name("requests".to_owned())
        .stack_size(256 << 10)
        .spawn(move || listen(requests, limit, to_run))
        .map_err(set_up("the thread that reads requests"))?;
    served.work(&calls).map_err(ServeError::Answer)
}

/// Reports the pixels of the scan, for a task that learns them only from the file: its memory and time limits grow as if the
/// caller had known. Does nothing outside a worker process.
pub fn allow_pixels(pixels: u64) {
    if let Some(served) = SERVED.get() {
        // Neither fails while the parent lives; without it, this process ends.
        let _ = served.limit.allow(Allowance::pixels(pixels));
        let _ = served.reply(&Reply::Pixels(pixels), &[]);
    }
}

/// Adds the name of the task to a panic.
fn named(task: &str, failure: Failure) -> Failure {
    let is_panic = failure.cause == Cause::Panic;
    let error = if is_panic { format!("`{task}` {}", failure.error) } else { failure.error };
    Failure { error, ..failure }
}

/// A task's name and its input.
type Call = (String, Vec<u8>);

impl Served {
    fn work(&self, calls: &Receiver<Call>) -> io::Result<()> {
        for (name, input) in calls {
            self.reply(&Reply::Accepted, &[])?;
            match find(&name).and_then(|row| caught(|| (row.run)(input)).map_err(|failure| named(&name, failure))) {
                Ok(output) => self.reply(&Reply::Done, &output)?,
                Err(failure) => self.reply(&Reply::Failed(failure), &[])?,
            }
        }
        Ok(())
    }

    fn reply(&self, reply: &Reply, body: &[u8]) -> io::Result<()> {
        wire::write(&mut *self.replies.lock().unwrap_or_else(PoisonError::into_inner), reply, body)
    }
}

fn find(name: &str) -> Result<&'static TaskRow, Failure> {
    let mut rows = inventory::iter::<TaskRow>.into_iter().filter(|row| row.name == name);
    match (rows.next(), rows.next()) {
        (Some(row), None) => Ok(row),
        (Some(_), Some(_)) => Err(Failure::new(format!("the worker process has two tasks named `{name}`"))
            .hint("give each `Task` a name of its own: `<module>.<function>`")),
        (None, _) => Err(Failure::new(format!("the worker process has no task `{name}`"))
            .hint("register it with `worker_task!`, in a crate that the program uses: unused crates are not linked")),
    }
}

/// Reads requests, also while a task runs, so that the end of the parent is always noticed.
fn listen(mut requests: File, limit: MemoryLimit, to_run: Sender<Call>) {
    while let Ok(Some(request)) = wire::open(&mut requests) {
        // The allowance first: the input may need most of it.
        let allowed = match &request.header {
            Request::Run { pixels, .. } => limit.allow(Allowance::pixels(*pixels)),
            Request::Start { .. } => break,
        };
        let Ok((Request::Run { task, .. }, input)) = request.body(&mut requests) else { break };
        if allowed.is_err() || to_run.send((task, input)).is_err() {
            break;
        }
    }
    // An idle process ends by itself now; one that hangs in foreign code has to be killed.
    drop(to_run);
    thread::sleep(ORPHAN_GRACE);
    // Also kills what it started, if it leads its process group.
    let _ = if getpgrp() == getpid() {
        kill_current_process_group(Signal::KILL)
    } else {
        kill_process(getpid(), Signal::KILL)
    };
}

/// Takes standard input away from the rest of this process and from what it starts.
fn own_stdin() -> io::Result<File> {
    let own = io::stdin().as_fd().try_clone_to_owned()?;
    dup2_stdin(File::open("/dev/null")?)?;
    Ok(own.into())
}

/// Takes standard output away as well: prints go to standard error.
fn own_stdout() -> io::Result<File> {
    let own = io::stdout().as_fd().try_clone_to_owned()?;
    dup2_stdout(io::stderr())?;
    Ok(own.into())
}

/// Malicious pages must not fill the disk with core dumps.
fn no_core_files() -> io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Core);
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum })?)
}
