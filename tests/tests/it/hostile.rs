//! Damaged, encrypted, huge, recursive and mislabelled files, given to `add` with real worker processes: each becomes pages or is rejected, within
//! the limits of time and memory, and never leaves an incomplete book.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use shelf::book::{BookMetadata, PageNumber, ScanMetadata};
use shelf::intake::{AddError, AddRequest, Added, add};
use shelf::store::FolderStore;
use shelf::testing::real_scans;
use shelf::worker::{WorkerPool, WorkerSettings};

/// The default of the command line. The kernel holds every child, and what it starts, to it.
const MEMORY_LIMIT_BYTES: u64 = 1434 << 20;
const TIME_LIMIT: Duration = Duration::from_mins(1);

fn worker_pool() -> WorkerPool {
    WorkerPool::start(WorkerSettings {
        program: env!("CARGO_BIN_EXE_crashing-worker").into(),
        arguments: vec!["worker".into()],
        count: 2,
        memory_limit_bytes: MEMORY_LIMIT_BYTES,
        confinement: None,
        withheld: Vec::new(),
        time_limit: TIME_LIMIT,
    })
}

fn add_one(store: &FolderStore, worker_pool: &WorkerPool, file: &Path) -> Result<Added, AddError> {
    let mut request = AddRequest::new([file.to_owned()]);
    request.id = Some("hostile".parse().expect("this is a slug"));
    add(store, worker_pool, &request, 2, &|_| {}, &AtomicBool::new(false))
}

/// Every page is a scan with valid metadata, or a failure with its reason.
fn check_book(book: &Path, added: &Added, name: &str) {
    let read = |path: &str| fs::read(book.join(path)).unwrap_or_else(|error| panic!("{name}: {path}: {error}"));
    let metadata: BookMetadata = serde_json::from_slice(&read("metadata.json")).unwrap();
    assert_eq!(metadata.total_pages as usize, added.pages, "{name}");
    for number in (1..=metadata.total_pages).filter_map(PageNumber::new) {
        if added.failed.iter().any(|(page, _)| *page == number) {
            read(&format!("source/failed/{}.json", number.stem()));
            continue;
        }
        let page: ScanMetadata = serde_json::from_slice(&read(&format!("source/{}.json", number.stem()))).unwrap();
        garde::Validate::validate(&page).unwrap_or_else(|report| panic!("{name}, page {number}: {report}"));
        assert_eq!(read(&format!("source/{}", page.image)).len() as u64, page.bytes, "{name}, page {number}");
    }
}

#[test]
fn hostile_files_become_pages_or_are_refused() {
    let Some(data) = real_scans("hostile_files_become_pages_or_are_refused", env!("CARGO_MANIFEST_DIR")) else {
        return;
    };
    let worker_pool = worker_pool();
    let mut files: Vec<_> = fs::read_dir(data.join("hostile")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 40, "{} files", files.len());
    let mut outcomes = Vec::new();
    for file in &files {
        let library = tempfile::tempdir().unwrap();
        let store = FolderStore::open(library.path()).unwrap();
        let name = file.file_name().unwrap().to_string_lossy();
        let started = Instant::now();
        let result = add_one(&store, &worker_pool, file);
        assert!(started.elapsed() < TIME_LIMIT, "{name} took {:?}", started.elapsed());
        let left: Vec<_> = fs::read_dir(library.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let is_book = |name: &std::ffi::OsString| name == "hostile";
        match result {
            Ok(added) => {
                assert!(left.iter().any(is_book), "{name}: {left:?}");
                check_book(&library.path().join("hostile"), &added, &name);
                outcomes.push(format!("{name}: {} pages", added.pages));
            }
            Err(error) => {
                assert!(left.iter().all(|left| left == ".adding.lock"), "{name} left {left:?}");
                let reason = error.to_string().replace(&*file.to_string_lossy(), &name);
                outcomes.push(format!("{name}: {reason}"));
            }
        }
    }
    insta::assert_snapshot!(outcomes.join("\n"));
}

/// A worker that is killed says nothing of the page that it was reading.
#[test]
fn a_killed_worker_costs_no_page_of_a_book() {
    let folder = tempfile::tempdir().unwrap();
    let scan = folder.path().join("1.png");
    image::GrayImage::from_pixel(200, 300, image::Luma([255])).save(&scan).unwrap();
    let worker = |script: &str| {
        let program = folder.path().join("worker");
        let script = script.replace("PROGRAM", env!("CARGO_BIN_EXE_crashing-worker"));
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        WorkerPool::start(WorkerSettings { program, count: 1, ..WorkerSettings::new("".into(), ["worker".into()]) })
    };
    let library = tempfile::tempdir().unwrap();
    let store = FolderStore::open(library.path()).unwrap();
    // The first one is killed, and the page is read by the next.
    let counted = format!("echo >> {0}/starts; [ $(wc -l < {0}/starts) = 1 ] && kill -9 $$", folder.path().display());
    let added = add_one(&store, &worker(&format!("{counted}; exec PROGRAM worker")), &scan).unwrap();
    assert_eq!((added.pages, added.failed.len()), (1, 0));
    fs::remove_dir_all(library.path().join("hostile")).unwrap();
    let error = add_one(&store, &worker("kill -9 $$"), &scan).unwrap_err();
    assert!(error.to_string().contains("SIGKILL"), "{error}");
    assert!(error.hint().unwrap().contains("out of memory"), "{error}");
    assert_eq!(
        fs::read_dir(library.path())
            .unwrap()
            .filter(|entry| !entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'))
            .count(),
        0
    );
}
