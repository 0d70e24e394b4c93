//! Tasks that crash, hang and fill the memory, for the tests of worker processes.

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, abort, exit, id};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use shelf::stage::{Failure, ScanFile};
use shelf::worker::{Task, allow_pixels, worker_task};

/// Returns what it gets.
pub static ECHO: Task<ByteBuf, ByteBuf> = Task::new("tests.echo", Ok);
worker_task!(ECHO);

/// The worker's process id.
pub static PID: Task<(), u32> = Task::new("tests.pid", |()| Ok(id()));
worker_task!(PID);

/// The process id of the worker that a scan is handed to.
pub static SCAN_PID: Task<(ScanFile, ()), u32> = Task::new("tests.scan_pid", |_| Ok(id()));
worker_task!(SCAN_PID);

/// A variable of the worker's environment.
pub static VARIABLE: Task<String, Option<String>> = Task::new("tests.variable", |name| Ok(std::env::var(name).ok()));
worker_task!(VARIABLE);

/// Connects to the socket, tells its process id there and hangs, with another process that it started. Both hold the socket open.
pub static HANG: Task<PathBuf, ()> = Task::new("tests.hang", |socket| {
    let mut here = UnixStream::connect(socket)?;
    Command::new("sleep").arg("1000").stdin(OwnedFd::from(here.try_clone()?)).spawn()?;
    here.write_all(&id().to_le_bytes())?;
    loop {
        thread::park();
    }
});
worker_task!(HANG);

/// Takes so many milliseconds, after it told that the scan has so many pixels.
pub static SLOW: Task<(u64, u64), ()> = Task::new("tests.slow", |(milliseconds, pixels)| {
    allow_pixels(pixels);
    thread::sleep(Duration::from_millis(milliseconds));
    Ok(())
});
worker_task!(SLOW);

/// Allocates so many bytes, after it told that the scan has so many pixels.
pub static ALLOCATE: Task<(usize, u64), usize> = Task::new("tests.allocate", |(bytes, pixels)| {
    if pixels > 0 {
        allow_pixels(pixels);
    }
    Ok(black_box(Vec::<u8>::with_capacity(bytes)).capacity())
});
worker_task!(ALLOCATE);

/// Sends itself the signal of Ctrl-C.
pub static INTERRUPT: Task<(), ()> = Task::new("tests.interrupt", |()| Ok(kill_process(getpid(), Signal::INT)?));
worker_task!(INTERRUPT);

/// Has a segmentation fault, or as good as one: Rust's handler takes the first signal for that of a stack overflow and lets the second through.
pub static FAULT: Task<(), ()> = Task::new("tests.fault", |()| {
    kill_process(getpid(), Signal::SEGV)?;
    Ok(kill_process(getpid(), Signal::SEGV)?)
});
worker_task!(FAULT);

/// Aborts, and says why.
pub static ABORT: Task<String, ()> = Task::new("tests.abort", |reason| {
    io::stderr().write_all(reason.as_bytes())?;
    abort()
});
worker_task!(ABORT);

/// Ends the process with this code.
pub static EXIT: Task<i32, ()> = Task::new("tests.exit", |code| exit(code));
worker_task!(EXIT);

/// Panics.
pub static PANIC: Task<String, ()> = Task::new("tests.panic", |message| panic!("{message}"));
worker_task!(PANIC);

/// Fails as a task should.
pub static FAIL: Task<String, ()> =
    Task::new("tests.fail", |message| Err(Failure::retry(message).context("a task").hint("do not worry")));
worker_task!(FAIL);

/// Prints to standard output, by itself and by a program that it runs; returns how much there is on standard input.
pub static PRINT: Task<String, usize> = Task::new("tests.print", |text| {
    io::stdout().write_all(text.as_bytes())?;
    io::stdout().flush()?;
    Command::new("echo").arg(text).status()?;
    Ok(io::stdin().read_to_end(&mut Vec::new())?)
});
worker_task!(PRINT);

/// Is not registered.
pub static UNREGISTERED: Task<(), ()> = Task::new("tests.unregistered", Ok);

/// Has the name of another task.
pub static TWIN: Task<(), ()> = Task::new("tests.twin", Ok);
worker_task!(TWIN);
static OTHER_TWIN: Task<(), ()> = Task::new("tests.twin", Ok);
worker_task!(OTHER_TWIN);

/// Tries to do what a hostile scan would make a worker do, and returns what succeeded: `(what, the file, socket or process)`.
pub static ESCAPE: Task<Escape, Vec<String>> = Task::new("tests.escape", |escape| {
    let mut done = Vec::new();
    let mut tried = |what: &str, succeeded: bool| done.extend(succeeded.then(|| what.to_owned()));
    tried("read its own scan", std::fs::read(&escape.scan).is_ok());
    tried("write outside", std::fs::write(&escape.outside, "x").is_ok());
    tried("write to its own book", std::fs::write(&escape.scan, "x").is_ok());
    tried("read /etc/shadow", std::fs::read("/etc/shadow").is_ok());
    tried("open another book", std::fs::read(&escape.other_book).is_ok());
    tried("connect", UnixStream::connect(&escape.socket).is_ok());
    tried("open a TCP socket", std::net::TcpListener::bind("127.0.0.1:0").is_ok());
    tried("open a UDP socket", std::net::UdpSocket::bind("127.0.0.1:0").is_ok());
    tried("start a program", Command::new("/bin/sh").args(["-c", "exit"]).status().is_ok());
    tried("start the allowed program", Command::new("pdftoppm").arg("-v").output().is_ok());
    tried("read the key", std::env::var(&escape.key).is_ok());
    tried("read the parent's environment", std::fs::read(format!("/proc/{}/environ", parent_id())).is_ok());
    tried("read the parent's memory", std::fs::File::open(format!("/proc/{}/mem", parent_id())).is_ok());
    Ok(done)
});
worker_task!(ESCAPE);

/// What a worker tries to reach.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Escape {
    /// A file of the book that it works on.
    pub scan: PathBuf,
    /// A file that is not there, in a folder outside the library.
    pub outside: PathBuf,
    /// A file of another book.
    pub other_book: PathBuf,
    /// A socket that somebody listens on.
    pub socket: PathBuf,
    /// An environment variable of the parent.
    pub key: String,
}

fn parent_id() -> u32 {
    std::os::unix::process::parent_id()
}
