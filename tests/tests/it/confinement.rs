//! A worker process that a hostile scan has taken over gets nowhere.

use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shelf::worker::{Allowance, Confinement, WorkerPool, WorkerSettings, confinement_gap};
use shelf_tests::worker_tasks::{ESCAPE, Escape};

/// Set for every test of this program, by cargo.
const KEY: &str = "CARGO_MANIFEST_DIR";

fn pdftoppm() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join("pdftoppm")).find(|program| program.exists()).unwrap()
}

/// What a worker with this confinement gets done.
fn escapes(folder: &Path, confinement: Option<Confinement>) -> Vec<String> {
    let (scan, other_book) = (folder.join("library/a/scan.png"), folder.join("library/b/scan.png"));
    for file in [&scan, &other_book] {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "scan").unwrap();
    }
    let socket = folder.join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let worker_pool = WorkerPool::start(WorkerSettings {
        confinement,
        time_limit: Duration::from_mins(2),
        ..WorkerSettings::new(env!("CARGO_BIN_EXE_crashing-worker").into(), ["worker".into()])
    });
    let outside = folder.join("outside");
    let escape = Escape { scan, outside, other_book, socket, key: KEY.to_owned() };
    worker_pool.call(&ESCAPE, escape, Allowance::default()).unwrap()
}

#[test]
fn a_confined_worker_reads_its_book_and_escapes_nowhere() {
    if let Some(gap) = confinement_gap() {
        writeln!(std::io::stderr(), "skipped: this machine does not keep workers from {gap}").unwrap();
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let confinement = Confinement {
        readable: vec![folder.path().join("library/a")],
        writable: vec![std::env::temp_dir()],
        programs: vec![pdftoppm()],
    };
    // Its folder is there before the worker starts.
    std::fs::create_dir_all(folder.path().join("library/a")).unwrap();
    assert_eq!(escapes(folder.path(), Some(confinement)), ["read its own scan", "start the allowed program"]);
}

#[test]
fn without_confinement_a_worker_does_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let done = escapes(folder.path(), None);
    for escape in
        ["write outside", "open another book", "connect", "open a UDP socket", "start a program", "read the key"]
    {
        assert!(done.iter().any(|done| done == escape), "the test tries nothing: {escape}: {done:?}");
    }
}
