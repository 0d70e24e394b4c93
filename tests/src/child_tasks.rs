//! Tasks that crash, hang and fill the memory, for the tests of child processes.

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, abort, exit, id};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use serde_bytes::ByteBuf;
use shelf::child::{Task, allow_pixels, child_task};
use shelf::stage::{Failure, ScanFile};

/// Returns what it gets.
pub static ECHO: Task<ByteBuf, ByteBuf> = Task::new("tests.echo", Ok);
child_task!(ECHO);

/// The child's process id.
pub static PID: Task<(), u32> = Task::new("tests.pid", |()| Ok(id()));
child_task!(PID);

/// The process id of the child that a scan is handed to.
pub static SCAN_PID: Task<(ScanFile, ()), u32> = Task::new("tests.scan_pid", |_| Ok(id()));
child_task!(SCAN_PID);

/// A variable of the child's environment.
pub static VARIABLE: Task<String, Option<String>> = Task::new("tests.variable", |name| Ok(std::env::var(name).ok()));
child_task!(VARIABLE);

/// Connects to the socket, tells its process id there and hangs, with another process that it started. Both hold the socket open.
pub static HANG: Task<PathBuf, ()> = Task::new("tests.hang", |socket| {
    let mut here = UnixStream::connect(socket)?;
    Command::new("sleep").arg("1000").stdin(OwnedFd::from(here.try_clone()?)).spawn()?;
    here.write_all(&id().to_le_bytes())?;
    loop {
        thread::park();
    }
});
child_task!(HANG);

/// Takes so many milliseconds, after it told that the scan has so many pixels.
pub static SLOW: Task<(u64, u64), ()> = Task::new("tests.slow", |(milliseconds, pixels)| {
    allow_pixels(pixels);
    thread::sleep(Duration::from_millis(milliseconds));
    Ok(())
});
child_task!(SLOW);

/// Allocates so many bytes, after it told that the scan has so many pixels.
pub static ALLOCATE: Task<(usize, u64), usize> = Task::new("tests.allocate", |(bytes, pixels)| {
    if pixels > 0 {
        allow_pixels(pixels);
    }
    Ok(black_box(Vec::<u8>::with_capacity(bytes)).capacity())
});
child_task!(ALLOCATE);

/// Sends itself the signal of Ctrl-C.
pub static INTERRUPT: Task<(), ()> = Task::new("tests.interrupt", |()| Ok(kill_process(getpid(), Signal::INT)?));
child_task!(INTERRUPT);

/// Has a segmentation fault, or as good as one: Rust's handler takes the first signal for that of a stack overflow and lets the second through.
pub static FAULT: Task<(), ()> = Task::new("tests.fault", |()| {
    kill_process(getpid(), Signal::SEGV)?;
    Ok(kill_process(getpid(), Signal::SEGV)?)
});
child_task!(FAULT);

/// Aborts, and says why.
pub static ABORT: Task<String, ()> = Task::new("tests.abort", |reason| {
    io::stderr().write_all(reason.as_bytes())?;
    abort()
});
child_task!(ABORT);

/// Ends the process with this code.
pub static EXIT: Task<i32, ()> = Task::new("tests.exit", |code| exit(code));
child_task!(EXIT);

/// Panics.
pub static PANIC: Task<String, ()> = Task::new("tests.panic", |message| panic!("{message}"));
child_task!(PANIC);

/// Fails as a task should.
pub static FAIL: Task<String, ()> =
    Task::new("tests.fail", |message| Err(Failure::retry(message).context("a task").hint("do not worry")));
child_task!(FAIL);

/// Prints to standard output, by itself and by a program that it runs; returns how much there is on standard input.
pub static PRINT: Task<String, usize> = Task::new("tests.print", |text| {
    io::stdout().write_all(text.as_bytes())?;
    io::stdout().flush()?;
    Command::new("echo").arg(text).status()?;
    Ok(io::stdin().read_to_end(&mut Vec::new())?)
});
child_task!(PRINT);

/// Is not registered.
pub static UNREGISTERED: Task<(), ()> = Task::new("tests.unregistered", Ok);

/// Has the name of another task.
pub static TWIN: Task<(), ()> = Task::new("tests.twin", Ok);
child_task!(TWIN);
static OTHER_TWIN: Task<(), ()> = Task::new("tests.twin", Ok);
child_task!(OTHER_TWIN);
