//! Worker processes that crash, hang, fill the memory and lose their parent: whatever they do, the call returns with a reason, and
//! the next one works.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpgid, kill_process};
use serde::{Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;
use shelf::stage::{Cause, Failure};
use shelf::worker::{Allowance, Task, WorkerPool, WorkerSettings};
use shelf_tests::worker_tasks::{
    ABORT, ALLOCATE, ECHO, EXIT, FAIL, FAULT, HANG, INTERRUPT, PANIC, PID, PRINT, SLOW, TWIN, UNREGISTERED, VARIABLE,
};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_crashing-worker");
/// Far more than anything here takes: the machine may be busy.
const LONG: Duration = Duration::from_mins(2);
/// The default of the command line.
const MEMORY_LIMIT_BYTES: u64 = 1434 << 20;

fn settings() -> WorkerSettings {
    WorkerSettings {
        program: PROGRAM.into(),
        arguments: vec!["worker".into()],
        count: 1,
        memory_limit_bytes: MEMORY_LIMIT_BYTES,
        confinement: None,
        withheld: Vec::new(),
        time_limit: LONG,
    }
}

fn one_worker() -> WorkerPool {
    WorkerPool::start(settings())
}

fn call<In, Out>(worker_pool: &WorkerPool, task: &Task<In, Out>, input: In) -> Result<Out, Failure>
where
    In: Serialize + DeserializeOwned,
    Out: Serialize + DeserializeOwned,
{
    worker_pool.call(task, input, Allowance::default())
}

fn pid(worker_pool: &WorkerPool) -> Pid {
    Pid::from_raw(call(worker_pool, &PID, ()).unwrap().cast_signed()).unwrap()
}

/// Where a worker that hangs tells that it does.
struct Lookout {
    folder: TempDir,
    listener: UnixListener,
}

impl Lookout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        Self { folder, listener }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Waits for a worker to hang.
    fn hanging(&self) -> Hanging {
        let (sender, connection) = channel();
        let listener = self.listener.try_clone().unwrap();
        thread::spawn(move || sender.send(listener.accept().unwrap().0));
        let mut connection = connection.recv_timeout(LONG).expect("the child says that it hangs");
        connection.set_read_timeout(Some(LONG)).unwrap();
        let mut pid = [0; 4];
        connection.read_exact(&mut pid).unwrap();
        Hanging { pid: Pid::from_raw(i32::from_le_bytes(pid)).unwrap(), connection }
    }
}

/// A worker that hangs, and the process that it started.
struct Hanging {
    pid: Pid,
    connection: UnixStream,
}

impl Hanging {
    /// Waits for both to end: the socket is closed then.
    fn assert_ends(mut self) {
        match self.connection.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("the child or what it started is still there: {other:?}"),
        }
    }
}

#[test]
fn a_child_is_kept_for_many_pages() {
    let worker_pool = one_worker();
    let first = pid(&worker_pool);
    assert_ne!(first.as_raw_nonzero().get().cast_unsigned(), std::process::id());
    for _ in 0..20 {
        assert_eq!(pid(&worker_pool), first);
    }
    assert_eq!(pid(&worker_pool.clone()), first);
}

#[test]
fn large_pages_go_both_ways() {
    let page: Vec<u8> = (0..20_000_000_u32).map(|i| (i % 251) as u8).collect();
    let echo = call(&one_worker(), &ECHO, ByteBuf::from(page.clone())).unwrap();
    assert!(echo.as_slice() == page, "20 MB came back changed: {} bytes", echo.len());
}

#[test]
fn calls_share_the_children() {
    let worker_pool = WorkerPool::start(WorkerSettings { count: 2, ..settings() });
    let pids: BTreeSet<u32> = thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..25).map(|_| call(&worker_pool, &PID, ()).unwrap()).collect::<Vec<_>>()))
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    assert!((1..=2).contains(&pids.len()), "{pids:?}");
}

#[test]
fn calls_run_side_by_side() {
    let worker_pool = WorkerPool::start(WorkerSettings { count: 2, ..settings() });
    let lookout = Lookout::new();
    let socket = lookout.socket();
    thread::scope(|scope| {
        let hung = scope.spawn(|| call(&worker_pool, &HANG, socket));
        let hanging = lookout.hanging();
        assert_ne!(pid(&worker_pool), hanging.pid);
        kill_process(hanging.pid, Signal::KILL).unwrap();
        // It is tried once more.
        kill_process(lookout.hanging().pid, Signal::KILL).unwrap();
        hung.join().unwrap().unwrap_err();
    });
}

#[test]
fn the_environment_keeps_tesseract_to_one_thread() {
    let value = call(&one_worker(), &VARIABLE, "OMP_THREAD_LIMIT".to_owned()).unwrap();
    assert_eq!(value.as_deref(), Some("1"));
}

#[test]
fn output_of_a_task_is_not_part_of_its_reply() {
    let worker_pool = one_worker();
    let before = pid(&worker_pool);
    assert_eq!(call(&worker_pool, &PRINT, "Tesseract says hello\n".repeat(500)).unwrap(), 0);
    assert_eq!(pid(&worker_pool), before);
}

#[test]
fn a_failure_comes_back_as_it_is_and_the_child_goes_on() {
    let worker_pool = one_worker();
    let before = pid(&worker_pool);
    let failure = call(&worker_pool, &FAIL, "upside down".to_owned()).unwrap_err();
    assert_eq!(failure, Failure::retry("upside down").context("a task").hint("do not worry"));
    assert_eq!(pid(&worker_pool), before);
}

#[test]
fn a_panic_is_a_failure_and_the_child_goes_on() {
    let worker_pool = one_worker();
    let before = pid(&worker_pool);
    let failure = call(&worker_pool, &PANIC, "page 7 is odd".to_owned()).unwrap_err();
    assert_eq!(failure.cause, Cause::Panic);
    assert!(failure.error.starts_with("`tests.panic` panicked at "), "{failure}");
    assert!(failure.error.contains("worker_tasks.rs:") && failure.error.ends_with(": page 7 is odd"), "{failure}");
    assert!(failure.backtrace.unwrap().contains("worker_tasks"));
    assert_eq!(pid(&worker_pool), before);
}

#[test]
fn a_crash_costs_its_page_only() {
    let worker_pool = one_worker();
    let crashes = [
        (
            call(&worker_pool, &FAULT, ()).unwrap_err(),
            "`tests.fault` crashed: its worker process was terminated by SIGSEGV",
        ),
        (
            call(&worker_pool, &ABORT, "loading\nbox is empty\n".to_owned()).unwrap_err(),
            "`tests.abort` crashed: its worker process was terminated by SIGABRT: box is empty",
        ),
        (call(&worker_pool, &EXIT, 3).unwrap_err(), "`tests.exit` crashed: its worker process exited with code 3"),
    ];
    for (failure, expected) in crashes {
        assert_eq!(failure.to_string(), expected);
        assert_eq!((failure.cause, failure.transient), (Cause::Crash, false));
    }
    call(&worker_pool, &PID, ()).unwrap();
}

#[test]
fn a_child_that_was_killed_while_idle_costs_nothing() {
    let worker_pool = one_worker();
    let before = pid(&worker_pool);
    kill_process(before, Signal::KILL).unwrap();
    assert_ne!(pid(&worker_pool), before);
}

#[test]
fn a_page_whose_child_was_killed_is_tried_once_more_and_then_may_be_tried_again() {
    let worker_pool = one_worker();
    let lookout = Lookout::new();
    let socket = lookout.socket();
    let failure = thread::scope(|scope| {
        let hung = scope.spawn(|| call(&worker_pool, &HANG, socket));
        for _ in 0..2 {
            let hanging = lookout.hanging();
            kill_process(hanging.pid, Signal::KILL).unwrap();
            hanging.assert_ends();
        }
        hung.join().unwrap().unwrap_err()
    });
    assert_eq!((failure.cause, failure.transient), (Cause::Crash, true));
    assert!(failure.error.ends_with("was killed from outside (SIGKILL)"), "{failure}");
    call(&worker_pool, &PID, ()).unwrap();
}

#[test]
fn a_hang_ends_at_the_time_limit() {
    let limit = Duration::from_millis(1500);
    let worker_pool = WorkerPool::start(WorkerSettings { time_limit: limit, ..settings() });
    let lookout = Lookout::new();
    let socket = lookout.socket();
    let failure = thread::scope(|scope| {
        let hung = scope.spawn(|| call(&worker_pool, &HANG, socket));
        lookout.hanging().assert_ends();
        hung.join().unwrap().unwrap_err()
    });
    assert_eq!((failure.cause, failure.transient), (Cause::Timeout, false));
    assert_eq!(failure.error, "`tests.hang` took longer than 1.5 s");
    assert_eq!(failure.hint.as_deref(), Some("raise the limit with `--worker-time`"));
    worker_pool.call(&PID, (), Allowance::pixels(u64::MAX)).unwrap();
}

#[test]
fn a_large_page_has_more_time() {
    let large = 150_000_000;
    let limit = Duration::from_secs(1);
    let worker_pool = WorkerPool::start(WorkerSettings { time_limit: limit, ..settings() });
    worker_pool.call(&SLOW, (1500, 0), Allowance::pixels(large)).unwrap();
    call(&worker_pool, &SLOW, (1500, large)).unwrap();
    assert_eq!(call(&worker_pool, &SLOW, (30_000, 0)).unwrap_err().cause, Cause::Timeout);
}

#[test]
fn memory_is_limited_by_the_size_of_the_page() {
    let foldout = 150_000_000;
    // Colour, grey and half as much again.
    let room = 900_000_000;
    let worker_pool = one_worker();
    let out_of_memory = |input, allowance| {
        let failure = worker_pool.call(&ALLOCATE, input, allowance).unwrap_err();
        assert_eq!((failure.cause, failure.transient), (Cause::Memory, false), "{failure}");
        assert!(failure.error.starts_with("`tests.allocate` ran out of memory"), "{failure}");
        assert_eq!(failure.causes, [format!("memory allocation of {} bytes failed", input.0)]);
    };

    worker_pool.call(&ALLOCATE, (room, 0), Allowance::pixels(foldout)).unwrap();
    worker_pool.call(&ALLOCATE, (room, foldout), Allowance::default()).unwrap();
    out_of_memory((room, 0), Allowance::default());
    out_of_memory((1600 << 20, u64::MAX), Allowance::pixels(u64::MAX));
    call(&worker_pool, &ALLOCATE, (200 << 20, 0)).unwrap();
}

#[test]
fn the_interrupt_of_a_terminal_does_not_reach_a_child() {
    let worker_pool = one_worker();
    let before = pid(&worker_pool);
    assert_eq!(getpgid(Some(before)).unwrap(), before);
    call(&worker_pool, &INTERRUPT, ()).unwrap();
    assert_eq!(pid(&worker_pool), before);
}

#[test]
fn children_end_with_the_last_handle() {
    let worker_pool = one_worker();
    let last = worker_pool.clone();
    let before = pid(&worker_pool);
    drop(worker_pool);
    assert_eq!(pid(&last), before);
    drop(last);
    assert!(rustix::process::test_kill_process(before).is_err(), "the child is still there");
}

#[test]
fn a_child_dies_with_its_parent_whatever_it_does() {
    let lookout = Lookout::new();
    let mut parent = Command::new(PROGRAM).arg("parent").arg(lookout.socket()).spawn().unwrap();
    let hanging = lookout.hanging();
    parent.kill().unwrap();
    parent.wait().unwrap();
    hanging.assert_ends();
}

#[test]
fn a_task_that_the_child_does_not_know_is_named() {
    let worker_pool = one_worker();
    let failure = call(&worker_pool, &UNREGISTERED, ()).unwrap_err();
    assert_eq!(failure.to_string(), "the worker process has no task `tests.unregistered`");
    assert!(failure.hint.unwrap().starts_with("register it with `worker_task!`"));
    let failure = call(&worker_pool, &TWIN, ()).unwrap_err();
    assert_eq!(failure.to_string(), "the worker process has two tasks named `tests.twin`");
}

#[test]
fn a_program_that_does_not_serve_is_named() {
    let failure = |program: &str| {
        let worker_pool = WorkerPool::start(WorkerSettings { program: program.into(), ..settings() });
        call(&worker_pool, &PID, ()).unwrap_err()
    };
    assert_eq!(
        failure("/no/such/program").to_string(),
        "cannot start the worker process `/no/such/program` for `tests.pid`: No such file or directory (os error 2)"
    );
    assert_eq!(
        failure("/bin/false").to_string(),
        "cannot start `tests.pid`: the worker process `/bin/false` exited with code 1 at its start"
    );
    assert!(failure("/bin/false").transient);
    // Runs as a program that answers with what it is told.
    let cat = WorkerPool::start(WorkerSettings { program: "/bin/cat".into(), arguments: Vec::new(), ..settings() });
    let failure = call(&cat, &PID, ()).unwrap_err();
    assert_eq!(failure.error, "`/bin/cat` sent an invalid reply to `tests.pid`");
}

#[test]
fn a_child_without_a_parent_says_so() {
    let output = Command::new(PROGRAM).arg("worker").stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("NoParent"), "{output:?}");
    assert!(output.stdout.is_empty());
}
