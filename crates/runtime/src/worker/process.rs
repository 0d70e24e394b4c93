//! One child process, as its parent sees it.

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

use super::death::Death;
use super::limits::time_limit;
use super::wire::{self, Reply, Request};
use super::{Allowance, ChildSettings};
use crate::failure::Failure;
use crate::logs::trace_sent;

/// A running child. Dropping it kills it.
///
/// One thread writes to it and reads its replies, one reads its standard error; both end with the child. The caller waits on a
/// channel, so that it returns in time even from a child that hangs.
pub(super) struct Process {
    child: Child,
    buried: bool,
    requests: Option<Sender<Message>>,
    replies: Receiver<Answer>,
    stderr: Arc<Mutex<Tail>>,
    /// Disconnected once the process has ended and standard error is read to its end.
    end: Receiver<()>,
}

/// A request and its body.
type Message = (Request, Arc<Vec<u8>>);

/// A reply and its body, or that it was none.
type Answer = io::Result<(Reply, Vec<u8>)>;

/// How a call ended.
pub(super) enum Outcome {
    /// The child answered, and is ready for the next call.
    Answer(Result<Vec<u8>, Failure>),
    /// The child died, with the page in hand (`taken`) or before.
    Death { death: Death, taken: bool },
    /// It did not answer within this time.
    Late(Duration),
    /// What it answered is no reply.
    Garbled(io::Error),
}

/// How long a child that is dead to us may take to leave before it is killed.
const GRACE: Duration = Duration::from_secs(1);
/// As much of standard error is kept, bytes.
const TAIL_BYTES: usize = 8 << 10;

impl Process {
    /// Starts a child.
    pub(super) fn start(settings: &ChildSettings) -> io::Result<Self> {
        let mut child = command(settings).spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (requests, to_write) = channel();
        let (to_caller, replies) = channel();
        let (at_end, end) = channel();
        let tail = Arc::new(Mutex::new(Tail::default()));
        let pid = Pid::from_child(&child);
        let process = Self { child, buried: false, requests: Some(requests), replies, stderr: Arc::clone(&tail), end };
        let piped = "the pipe that was just asked for";
        let (stdin, stdout, stderr) = (stdin.expect(piped), stdout.expect(piped), stderr.expect(piped));
        let start = Request::Start { memory_limit_bytes: settings.memory_limit_bytes };
        thread::Builder::new()
            .name("child".to_owned())
            .spawn(move || converse(&start, stdin, stdout, &to_write, &to_caller))?;
        thread::Builder::new().name("child stderr".to_owned()).spawn(move || {
            keep_tail(stderr, &tail);
            // Leaves it to be buried. A program may close its outputs before it ends.
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
            drop::<Sender<()>>(at_end);
        })?;
        Ok(process)
    }

    /// Sends a task's input and waits for the answer. After anything but [`Outcome::Answer`] the child is dead.
    pub(super) fn run(
        &mut self,
        task: &str,
        input: Arc<Vec<u8>>,
        allowance: Allowance,
        settings: &ChildSettings,
    ) -> Outcome {
        let started = Instant::now();
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
        let request = Request::Run { task: task.to_owned(), pixels: allowance.pixels };
        if let Some(requests) = &self.requests {
            // Without its thread the child is dead, which the wait below finds.
            let _ = requests.send((request, input));
        }
        let mut limit = time_limit(settings, allowance);
        let mut taken = false;
        loop {
            match self.replies.recv_timeout(limit.saturating_sub(started.elapsed())) {
                Ok(Ok((Reply::Taken, _))) => taken = true,
                Ok(Ok((Reply::Pixels(pixels), _))) => {
                    limit = limit.max(time_limit(settings, Allowance { pixels, ..allowance }));
                }
                Ok(Ok((Reply::Logged, line))) => trace_sent(&line),
                Ok(Ok((Reply::Done, output))) => return Outcome::Answer(Ok(output)),
                Ok(Ok((Reply::Failed(failure), _))) => return Outcome::Answer(Err(failure)),
                Ok(Err(error)) => {
                    self.kill();
                    return Outcome::Garbled(error);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.kill();
                    return Outcome::Late(limit);
                }
                Err(RecvTimeoutError::Disconnected) => return Outcome::Death { death: self.bury(), taken },
            }
        }
    }

    /// Lets the child go: it ends when its standard input does.
    pub(super) fn close(&mut self) {
        self.requests = None;
    }

    /// Waits a little for the end of a child that was closed or has died, then makes sure of it.
    pub(super) fn bury(&mut self) -> Death {
        let _ = self.end.recv_timeout(GRACE);
        let status = self.kill();
        Death { status, stderr: self.stderr.lock().unwrap_or_else(PoisonError::into_inner).to_string() }
    }

    /// Kills the child and what it started. A child that is already dead keeps its own status.
    fn kill(&mut self) -> Option<ExitStatus> {
        if !self.buried {
            self.buried = true;
            // Its number stays reserved until `wait`, so that no other process is hit.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        // `None` where the program was started with `SIGCHLD` ignored: then the kernel throws the status away.
        self.child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn command(settings: &ChildSettings) -> Command {
    let mut command = Command::new(&settings.program);
    command
        .args(&settings.arguments)
        // Read by OpenMP when the program is loaded. Children use all cores together; threads of Tesseract on top of that
        // cost a factor of three.
        .env("OMP_THREAD_LIMIT", "1")
        // Each arena of glibc's malloc reserves 64 MiB of the address space that is limited.
        .env("MALLOC_ARENA_MAX", "1")
        // Panics bring theirs; the last line before an abort should say why.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // The terminal's Ctrl-C and Ctrl-Z are for the parent; and what a child starts can be killed with it.
        .process_group(0);
    command
}

/// Writes requests to the child and hands on its replies, until the parent lets it go or it dies.
fn converse(
    start: &Request,
    mut stdin: ChildStdin,
    stdout: ChildStdout,
    requests: &Receiver<Message>,
    replies: &Sender<Answer>,
) {
    let mut stdout = BufReader::new(stdout);
    // Where a write fails the child has died: reading tells, after what it still had to say.
    let _ = wire::write(&mut stdin, start, &[]);
    for (request, input) in requests {
        let _ = wire::write(&mut stdin, &request, &input);
        drop(input);
        loop {
            let reply = match wire::read::<Reply>(&mut stdout) {
                Ok(None) => return,
                // It died as it spoke.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return,
                Ok(Some(reply)) => Ok(reply),
                Err(error) => Err(error),
            };
            let more = matches!(&reply, Ok((reply, _)) if !reply.is_last());
            // Nobody listens where the caller gave the child up.
            if replies.send(reply).is_err() {
                return;
            }
            if !more {
                break;
            }
        }
    }
}

/// The last that a child wrote to standard error.
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
