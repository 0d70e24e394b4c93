//! The child's side.

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

use super::limits::MemoryLimit;
use super::wire::{self, Reply, Request};
use super::{Allowance, TaskRow};
use crate::failure::{Cause, Failure};
use crate::logs::StageLogs;
use crate::panics::caught;

/// What is wrong with a child as such; what is wrong with a task is told to the parent.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The process could not be set up.
    #[error("cannot set up the child process: {step}")]
    SetUp {
        /// What failed.
        step: &'static str,
        /// Why.
        source: io::Error,
    },
    /// Nothing or something else came where the parent's first message was expected.
    #[error("expected a parent's first message on standard input: this command is run by shelf itself")]
    NoParent,
    /// The parent could not be answered.
    #[error("cannot answer the parent process")]
    Answer(#[source] io::Error),
}

/// The parent's ear, and what this process may use. Set in a child only.
static SERVED: OnceLock<Served> = OnceLock::new();

struct Served {
    replies: Mutex<File>,
    limit: MemoryLimit,
}

/// How long a task may go on without its parent.
const ORPHAN_GRACE: Duration = Duration::from_millis(200);

/// Serves the parent process: runs the tasks that it asks for on standard input, until that ends.
///
/// Takes the process over, which nothing else should be running in: standard output is the parent's, so that what a library prints goes to
/// standard error instead; the address space is limited; `SIGINT` is ignored, since the parent decides what Ctrl-C ends; panics
/// are caught; what is traced goes to the parent, which traces it in the span that it called from.
///
/// # Errors
/// That there is no parent, that the process can't be set up, or that the parent can't be answered.
pub fn serve() -> Result<(), ServeError> {
    let set_up = |step| move |source| ServeError::SetUp { step, source };
    let mut requests = own_stdin().map_err(set_up("standard input"))?;
    let replies = own_stdout().map_err(set_up("standard output"))?;
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::new(AtomicBool::new(false)))
        .map_err(set_up("the handler of SIGINT"))?;
    no_core_files().map_err(set_up("the limit of core files"))?;

    let Ok(Some((Request::Start { memory_limit_bytes }, _))) = wire::read(&mut requests) else {
        return Err(ServeError::NoParent);
    };
    let limit = MemoryLimit::impose(memory_limit_bytes).map_err(set_up("the memory limit"))?;
    let served = SERVED.get_or_init(|| Served { replies: Mutex::new(replies), limit });

    // A program that has a subscriber of its own keeps it.
    let _ = tracing_subscriber::registry()
        .with(StageLogs::sent(|line| drop(served.reply(&Reply::Logged, line))))
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

/// Tells that the scan at hand has so many pixels, for a task that learns it only from the file: its memory and time grow as if the
/// caller had known. Does nothing outside a child process.
pub fn allow_pixels(pixels: u64) {
    if let Some(served) = SERVED.get() {
        // Neither fails while there is a parent; without one, this process ends.
        let _ = served.limit.allow(Allowance::pixels(pixels));
        let _ = served.reply(&Reply::Pixels(pixels), &[]);
    }
}

/// A panic says which task it was.
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
            self.reply(&Reply::Taken, &[])?;
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
        (Some(_), Some(_)) => Err(Failure::new(format!("two tasks of the child process are named `{name}`"))
            .hint("give each `Task` a name of its own: `<module>.<function>`")),
        (None, _) => Err(Failure::new(format!("the child process knows no task `{name}`")).hint(
            "register it with `worker_task!`, in a crate that the program names: one that nothing names is not linked",
        )),
    }
}

/// Reads requests, also while a task runs: so the end of the parent is heard at any time.
fn listen(mut requests: File, limit: MemoryLimit, to_run: Sender<Call>) {
    while let Ok(Some(request)) = wire::open(&mut requests) {
        // First the allowance, then the input, which may be the larger part of it.
        let allowed = match &request.header {
            Request::Run { pixels, .. } => limit.allow(Allowance::pixels(*pixels)),
            Request::Start { .. } => break,
        };
        let Ok((Request::Run { task, .. }, input)) = request.body(&mut requests) else { break };
        if allowed.is_err() || to_run.send((task, input)).is_err() {
            break;
        }
    }
    // An idle process ends by itself now. One that hangs in foreign code could not be told to.
    drop(to_run);
    thread::sleep(ORPHAN_GRACE);
    // What it started goes with it, where the group is its own.
    let _ = if getpgrp() == getpid() {
        kill_current_process_group(Signal::KILL)
    } else {
        kill_process(getpid(), Signal::KILL)
    };
}

/// Takes standard input away from everything else in this process, and from what it starts.
fn own_stdin() -> io::Result<File> {
    let own = io::stdin().as_fd().try_clone_to_owned()?;
    dup2_stdin(File::open("/dev/null")?)?;
    Ok(own.into())
}

/// Takes standard output away likewise: what is printed goes to standard error.
fn own_stdout() -> io::Result<File> {
    let own = io::stdout().as_fd().try_clone_to_owned()?;
    dup2_stdout(io::stderr())?;
    Ok(own.into())
}

/// Hostile pages should not fill the disk with the memory of the children that they crash.
fn no_core_files() -> io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Core);
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum })?)
}
