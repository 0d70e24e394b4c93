//! What must hold whatever happens: a full disk, two processes, an interruption.

use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shelf::plan::Request;
use shelf::prelude::*;
use shelf::provide::Providers;
use shelf::registry::Registry;
use shelf::run::{Runtime, Settings, Stop, Stopped, process};
use shelf::stage::Stage;
use shelf::store::StoreError;
use shelf::testing::{EventLog, TestBook};
use shelf::worker::WorkerPool;
use shelf_tests::killed_run::{CALLS, POINTS, closing};
use shelf_tests::{FolderWatch, HookedStore, Shelf, page_of_text};

/// A page's number.
#[page]
#[derive(Debug)]
pub struct Numbered {
    page_number: u32,
}

/// Numbers the pages.
#[stage(name = "numbered", parallelism = cpu)]
pub fn numbered(page: PageNumber) -> Result<Numbered> {
    Ok(Numbered { page_number: page.get() })
}

#[test]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let book = TestBook::of_pages(5);
    let room = Arc::new(AtomicUsize::new(3));
    let left = Arc::clone(&room);
    let store = Arc::new(HookedStore::new(book.store().clone()).before_write(move |path| {
        let room = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |room| room.checked_sub(1));
        room.map(drop).map_err(|_| StoreError::Io {
            action: "write",
            path: PathBuf::from(path.relative()),
            source: std::io::Error::new(std::io::ErrorKind::StorageFull, "plein"),
        })
    }));
    let registry = Arc::new(Registry::of([<numbered as Stage>::ROW]).unwrap());
    let runtime = Runtime { store, registry, worker_pool: WorkerPool::in_process(), providers: Providers::default() };
    let settings = Settings::workers(1);
    let run = || {
        process(&runtime, book.id(), &Request::default(), &settings, &EventLog::default(), &Stop::default()).unwrap()
    };
    let stopped = run();
    assert_eq!(stopped.stopped, Some(Stopped::DiskFull));
    let stage = &stopped.stages[0];
    assert_eq!((stage.done, stage.left), (3, 2));
    assert!(stage.report_error.as_ref().is_some_and(|error| error.contains("report")), "{:?}", stage.report_error);
    room.store(100, Ordering::SeqCst);
    assert_eq!((run().stages[0].done, run().stages[0].kept), (2, 5));
}

/// The run is killed where it can't notice. After each kill the next run finds the pages as they were, calls the hook if it had not
/// succeeded, and once only.
#[test]
fn an_after_hook_that_was_killed_is_called_again_by_the_next_run() {
    for point in POINTS {
        let book = TestBook::of_pages(2);
        let socket = book.store().root().join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_crashing-worker"))
            .args(["run".as_ref(), point.as_ref(), book.store().root().as_os_str()])
            .args([book.id().as_str().as_ref(), socket.as_os_str()])
            .spawn()
            .unwrap();
        listener.set_nonblocking(true).unwrap();
        while listener.accept().is_err() {
            assert_eq!(run.try_wait().unwrap(), None, "it did not get there: {point}");
            std::thread::yield_now();
        }
        run.kill().unwrap();
        run.wait().unwrap();
        let pages = || [1, 2].map(|page| book.bytes(&format!("closing/page_000{page}.json")).unwrap());
        let status = || book.metadata().status;
        let killed = pages();

        let due = point != "marker is removed";
        for calls in [usize::from(due), 0] {
            let before = CALLS.load(Ordering::SeqCst);
            let resumed = book.run::<closing>();
            assert_eq!((resumed.summary.stages[0].done, resumed.summary.stages[0].kept), (0, 2), "{point}");
            assert_eq!(CALLS.load(Ordering::SeqCst) - before, calls, "{point}");
            assert_eq!(
                (status(), book.bytes("closing/after.json")),
                (Some("2 pages closed".to_owned()), None),
                "{point}"
            );
        }
        assert_eq!(pages(), killed, "{point}");
    }
}

#[test]
fn two_processes_at_once_make_every_page_once() {
    let drawn = tempfile::tempdir().unwrap();
    let blank = image::GrayImage::from_pixel(900, 1200, image::Luma([250]));
    (1..=6).for_each(|page| blank.save(drawn.path().join(format!("{page}.png"))).unwrap());
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    shelf.ok(["add".as_ref(), drawn.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    let mut one = shelf.start(["process", "book", "--wait"]);
    let mut other = shelf.start(["process", "book", "--wait"]);
    assert!(one.wait().unwrap().success() && other.wait().unwrap().success());
    assert!(shelf.ok(["verify", "book"]).contains("no errors"));
    let logs = std::fs::read_dir(shelf.library().join("book/ocr/logs"))
        .unwrap()
        .map(|log| std::fs::read_to_string(log.unwrap().path()).unwrap());
    let done: usize = logs.map(|log| log.lines().filter(|line| line.contains("\"page done\"")).count()).sum();
    assert_eq!(done, 6, "each page was made by one of them");
}

#[test]
fn an_interruption_keeps_what_is_done_and_says_how_to_go_on() {
    let drawn = tempfile::tempdir().unwrap();
    let page = page_of_text();
    (1..=6).for_each(|number| page.save(drawn.path().join(format!("{number}.png"))).unwrap());
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    shelf.ok(["add".as_ref(), drawn.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    let watch = FolderWatch::new(&shelf.library().join("book/ocr"));
    let mut command = shelf.command(["process", "book"]);
    let run = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let made = || {
        std::fs::read_dir(shelf.library().join("book/ocr"))
            .map_or(0, |f| f.filter(|f| f.as_ref().unwrap().file_name().to_string_lossy().ends_with(".json")).count())
    };
    watch.wait_until(&run, || made() > 0);
    let pid = rustix::process::Pid::from_child(&run);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = run.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(130), "{out}{err}");
    assert!(
        out.contains("left to do") && err.contains("`shelf process book` continues where it stopped"),
        "{out}{err}"
    );
    let kept = made();
    assert!(kept < 6);
    assert!(shelf.ok(["process", "book", "--quiet"]).contains(&format!("{} made, {kept} up to date", 6 - kept)));
}

/// Pages made without a dictionary that is there would differ from those made with it, and be kept.
#[test]
fn a_dictionary_that_cannot_be_read_holds_its_pages_back() {
    let folder = tempfile::tempdir().unwrap();
    page_of_text().save(folder.path().join("1.png")).unwrap();
    let dictionaries = tempfile::tempdir().unwrap();
    let words = dictionaries.path().join("en_XX.dic");
    std::fs::write(words.with_extension("aff"), "SET UTF-8\n").unwrap();
    // Not even root can read a folder as a file.
    std::fs::create_dir(&words).unwrap();
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    shelf.ok(["add".as_ref(), folder.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    let process = || {
        let output = shelf.command(["process", "book"]).env("DICPATH", dictionaries.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = process();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("en_XX.dic cannot be read"), "{said}");
    assert!(!shelf.library().join("book/corrected/page_0001.json").exists());
    std::fs::remove_dir(&words).unwrap();
    std::fs::write(&words, "1\nship\n").unwrap();
    let (code, said) = process();
    assert_eq!(code, Some(0), "{said}");
    // Another dictionary is a reason to make its pages again.
    std::fs::write(&words, "2\nship\nsea\n").unwrap();
    let output = shelf.command(["plan", "book"]).env("DICPATH", dictionaries.path()).output().unwrap();
    let plan = String::from_utf8(output.stdout).unwrap();
    assert!(plan.contains("the resource InstalledDictionary changed"), "{plan}");
}

/// `shelf process … | head -1` makes all pages of all books, and ends with their exit code.
#[test]
fn a_closed_standard_output_stops_no_work() {
    let folder = tempfile::tempdir().unwrap();
    page_of_text().save(folder.path().join("1.png")).unwrap();
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    for book in ["a", "b", "c"] {
        shelf.ok(["add".as_ref(), folder.path().as_os_str(), "--id".as_ref(), book.as_ref()]);
    }
    std::fs::write(shelf.library().join("c/source/page_0001.png"), "damaged").unwrap();
    let closed = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = shelf.command(arguments).stdout(writer).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = closed(&["process", "--all", "--stage", "ocr"]);
    assert_eq!(code, Some(3), "{said}");
    for (book, made) in [("a", true), ("b", true), ("c", false)] {
        assert_eq!(shelf.library().join(book).join("ocr/page_0001.json").exists(), made, "{book}: {said}");
    }
    for arguments in [&["completions", "bash"][..], &["list"], &["--help"]] {
        let (code, said) = closed(arguments);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// Numbers and texts of a file from elsewhere cost no memory, and do not command the terminal.
#[test]
fn metadata_from_elsewhere_are_limited_and_shown_escaped() {
    let folder = tempfile::tempdir().unwrap();
    page_of_text().save(folder.path().join("1.png")).unwrap();
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    shelf.ok(["add".as_ref(), folder.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    let file = shelf.library().join("book/metadata.json");
    let metadata: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let with = |field: &str, value: serde_json::Value| {
        let mut metadata = metadata.clone();
        metadata[field] = value;
        std::fs::write(&file, metadata.to_string()).unwrap();
    };
    for (field, value) in [("total_pages", 50_000_000.into()), ("title", "x".repeat(10_000_000).into())] {
        with(field, value);
        let ended = shelf.run(["status", "book"]);
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        assert!(ended.err.contains(&format!("book/metadata.json is not valid: `{field}` ")), "{}", ended.err);
    }
    with("title", "Gold\u{1b}]0;owned\u{7}\u{202e}Bug".into());
    std::fs::write(shelf.library().join("book/source/page_100000000.png"), "").unwrap();
    for arguments in [&["list"][..], &["list", "--json"], &["show", "book"], &["status", "book"]] {
        let ended = shelf.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.err);
        assert!(!(ended.out + &ended.err).contains(['\u{1b}', '\u{7}', '\u{202e}']), "{arguments:?}");
    }
    let ended = shelf.run(["add".as_ref(), folder.path().as_os_str(), "--id".as_ref(), "con".as_ref()]);
    assert!(ended.code != Some(0) && ended.err.contains("cannot be the name of a folder on Windows"), "{}", ended.err);
}
