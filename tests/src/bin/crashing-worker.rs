//! A program whose workers do what workers should not, and which is killed itself.

use std::path::Path;
use std::time::Duration;

use shelf::worker::{Allowance, ServeError, WorkerPool, WorkerSettings, serve};
use shelf_tests::killed_run::run_until;
use shelf_tests::worker_tasks::HANG;

/// `crashing-worker worker` serves; `crashing-worker parent SOCKET` starts itself as a worker that hangs; `crashing-worker run POINT LIBRARY
/// BOOK SOCKET` runs a stage until that point, and hangs.
fn main() -> Result<(), ServeError> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [word] if word == "worker" => serve(),
        [word, socket] if word == "parent" => {
            let settings = WorkerSettings {
                program: std::env::current_exe().expect("this program has a path"),
                arguments: vec!["worker".into()],
                count: 1,
                memory_limit_bytes: 1 << 30,
                confinement: None,
                withheld: Vec::new(),
                time_limit: Duration::from_mins(10),
            };
            let socket = Path::new(socket).to_owned();
            panic!("it did not hang: {:?}", WorkerPool::start(settings).call(&HANG, socket, Allowance::default()));
        }
        [word, point, library, book, socket] if word == "run" => {
            let [point, book] = [point, book].map(|argument| argument.to_str().expect("the tests write UTF-8"));
            run_until(point, library.as_ref(), &book.parse().expect("a scan id"), socket.into());
            Ok(())
        }
        other => panic!("expected `worker`, `parent SOCKET` or `run POINT LIBRARY BOOK SOCKET`, found {other:?}"),
    }
}
