//! One worker process, from the side of its parent.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::limits::time_limit;
use super::termination::Termination;
use super::wire::{self, Reply, Request};
use super::{Allowance, Confinement, WorkerSettings};
use crate::failure::Failure;
use crate::logs::trace_sent;

/// A running worker. Dropping it kills it.
///
/// One thread writes to it and reads its replies, one reads its standard error; both end with the worker. The caller waits on a
/// channel, so that it returns in time even from a worker that hangs.
pub(super) struct Process {
    child: Child,
    pub(super) is_confined: bool,
    reaped: bool,
    requests: Option<Sender<Message>>,
    replies: Receiver<Answer>,
    stderr: Arc<Mutex<Tail>>,
    /// Disconnected once the process has exited and standard error has been read to its end.
    end: Receiver<()>,
}

/// A request and its body.
type Message = (Request, Arc<Vec<u8>>);

/// A reply and its body, or the error of an invalid one.
type Answer = io::Result<(Reply, Vec<u8>)>;

/// How a call ended.
pub(super) enum CallOutcome {
    /// It answered, and is ready for the next call.
    Answer(Result<Vec<u8>, Failure>),
    /// The worker died, after it accepted the task or before.
    Terminated { termination: Termination, accepted: bool },
    /// It did not answer within this time.
    TimedOut(Duration),
    /// It sent something that is not a reply.
    InvalidReply(io::Error),
}

/// How long a worker that was closed may take to exit before it is killed.
const GRACE: Duration = Duration::from_secs(1);
/// How much of standard error is kept, bytes.
const TAIL_BYTES: usize = 8 << 10;

impl Process {
    /// Starts a worker.
    pub(super) fn start(settings: &WorkerSettings, is_confined: bool) -> io::Result<Self> {
        let confinement = settings.confinement.clone().filter(|_| is_confined);
        let mut child = command(settings, confinement.is_some()).spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (requests, to_write) = channel();
        let (to_caller, replies) = channel();
        let (at_end, end) = channel();
        let tail = Arc::new(Mutex::new(Tail::default()));
        let pid = Pid::from_child(&child);
        let process = Self {
            child,
            is_confined,
            reaped: false,
            requests: Some(requests),
            replies,
            stderr: Arc::clone(&tail),
            end,
        };
        let piped = "the pipe was just requested";
        let (stdin, stdout, stderr) = (stdin.expect(piped), stdout.expect(piped), stderr.expect(piped));
        let start = Request::Start { memory_limit_bytes: settings.memory_limit_bytes, confinement };
        thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || exchange(&start, stdin, stdout, &to_write, &to_caller))?;
        thread::Builder::new().name("worker stderr".to_owned()).spawn(move || {
            keep_tail(stderr, &tail);
            // Waits without reaping: a program may close its outputs before it exits.
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
            drop::<Sender<()>>(at_end);
        })?;
        Ok(process)
    }

    /// Sends a task's input and waits for the answer. After anything but [`CallOutcome::Answer`] the worker is dead.
    pub(super) fn run(
        &mut self,
        task: &str,
        input: Arc<Vec<u8>>,
        allowance: Allowance,
        settings: &WorkerSettings,
    ) -> CallOutcome {
        let started = Instant::now();
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
        let request = Request::Run { task: task.to_owned(), pixels: allowance.pixels };
        if let Some(requests) = &self.requests {
            // If its thread has ended the worker is dead, which the wait below detects.
            let _ = requests.send((request, input));
        }
        let mut limit = time_limit(settings, allowance);
        let mut accepted = false;
        loop {
            match self.replies.recv_timeout(limit.saturating_sub(started.elapsed())) {
                Ok(Ok((Reply::Accepted, _))) => accepted = true,
                Ok(Ok((Reply::Pixels(pixels), _))) => {
                    limit = limit.max(time_limit(settings, Allowance { pixels, ..allowance }));
                }
                Ok(Ok((Reply::LogLine, line))) => trace_sent(&line),
                Ok(Ok((Reply::Done, output))) => return CallOutcome::Answer(Ok(output)),
                Ok(Ok((Reply::Failed(failure), _))) => return CallOutcome::Answer(Err(failure)),
                Ok(Err(error)) => {
                    self.kill();
                    return CallOutcome::InvalidReply(error);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.kill();
                    return CallOutcome::TimedOut(limit);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return CallOutcome::Terminated { termination: self.reap(), accepted };
                }
            }
        }
    }

    /// Closes the standard input of the worker, which makes it exit.
    pub(super) fn close(&mut self) {
        self.requests = None;
    }

    /// Waits briefly for a worker that was closed or has died, then kills it if necessary, and reaps it.
    pub(super) fn reap(&mut self) -> Termination {
        let _ = self.end.recv_timeout(GRACE);
        let status = self.kill();
        Termination { status, stderr: self.stderr.lock().unwrap_or_else(PoisonError::into_inner).to_string() }
    }

    /// Kills the worker and what it started. A worker that is already dead keeps its own status.
    fn kill(&mut self) -> Option<ExitStatus> {
        if !self.reaped {
            self.reaped = true;
            // Its pid stays reserved until `wait`, so no other process can be hit.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        // `None` where the program was started with `SIGCHLD` ignored: then the kernel discards the status.
        self.child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn command(settings: &WorkerSettings, is_confined: bool) -> Command {
    let mut command = Command::new(&settings.program);
    if is_confined {
        command.env_clear().envs(Confinement::variables());
    }
    for name in &settings.withheld {
        command.env_remove(name);
    }
    command
        .args(&settings.arguments)
        // Read by OpenMP when the program is loaded. The workers use all cores together; Tesseract threads on top of that
        // cost a factor of three.
        .env("OMP_THREAD_LIMIT", "1")
        // Each arena of glibc's malloc reserves 64 MiB of the address space that is limited.
        .env("MALLOC_ARENA_MAX", "1")
        // Panics carry their own; the last line before an abort should give the reason.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // The terminal's Ctrl-C and Ctrl-Z are for the parent, and what a worker starts can be killed with it.
        .process_group(0);
    command
}

/// Writes requests to the worker and forwards its replies, until the parent closes it or it dies.
fn exchange(
    start: &Request,
    mut stdin: ChildStdin,
    stdout: ChildStdout,
    requests: &Receiver<Message>,
    replies: &Sender<Answer>,
) {
    let mut stdout = BufReader::new(stdout);
    // If a write fails the worker has died, which reading detects after its remaining replies.
    let _ = wire::write(&mut stdin, start, &[]);
    for (request, input) in requests {
        let _ = wire::write(&mut stdin, &request, &input);
        drop(input);
        loop {
            let reply = match wire::read::<Reply>(&mut stdout) {
                Ok(None) => return,
                // It died in the middle of a message.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return,
                Ok(Some(reply)) => Ok(reply),
                Err(error) => Err(error),
            };
            let more = matches!(&reply, Ok((reply, _)) if !reply.is_last());
            // The caller no longer listens once it has given up on the worker.
            if replies.send(reply).is_err() {
                return;
            }
            if !more {
                break;
            }
        }
    }
}

/// The last bytes that a worker wrote to standard error.
#[derive(Default)]
struct Tail(VecDeque<u8>);

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
        let surplus = self.0.len().saturating_sub(TAIL_BYTES);
        self.0.drain(..surplus);
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = self.0.iter().copied().collect();
        f.write_str(&String::from_utf8_lossy(&bytes))
    }
}

fn keep_tail(mut stderr: ChildStderr, tail: &Mutex<Tail>) {
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = stderr.read(&mut chunk) {
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(&chunk[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::{TAIL_BYTES, Tail};

    #[test]
    fn the_tail_keeps_the_end() {
        let mut tail = Tail::default();
        tail.push(b"first");
        tail.push(&[b'x'; TAIL_BYTES]);
        tail.push(b"last");
        let text = tail.to_string();
        assert_eq!(text.len(), TAIL_BYTES);
        assert!(text.ends_with("xlast") && !text.contains("first"));
    }
}
