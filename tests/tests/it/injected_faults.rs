//! `process` with a fault at any of its system calls: killed, or refused by the operating system. Whatever was written is valid, no failure is
//! hidden behind exit code 0, and the next run ends with the same pages as a run without faults.

use std::fs;

use serde_json::Value;
use shelf::book::Unit;
use shelf_tests::Shelf;

const KILL: &str = "signal=KILL";

/// System calls with the faults that they can have. With `?`, the machine need not have the call. `read` and `write` are only killed: tokio's threads use them to
/// wake each other, where the kernel never refuses them. A full disk is in `faults`.
const FAULTS: [(&str, &[&str]); 9] = [
    ("openat", &[KILL, "error=EIO", "error=EMFILE", "error=ENOSPC"]),
    ("read", &[KILL]),
    ("write", &[KILL]),
    ("fsync", &[KILL, "error=EIO"]),
    ("fdatasync", &[KILL, "error=EIO"]),
    ("?rename", &[KILL, "error=EIO", "error=ENOSPC"]),
    ("renameat2", &[KILL, "error=EIO"]),
    ("?unlink", &[KILL, "error=EIO"]),
    ("?mkdir", &[KILL, "error=EIO", "error=ENOSPC"]),
];

const PROCESS: [&str; 4] = ["process", "book", "--keep", "--quiet"];

fn shelf() -> Shelf {
    Shelf::new(env!("CARGO_BIN_EXE_authors-shelf"))
}

/// A library with a book of two pages.
fn original() -> Shelf {
    let shelf = shelf();
    let scans = tempfile::tempdir().unwrap();
    let blank = image::GrayImage::from_pixel(90, 120, image::Luma([250]));
    (1..=2).for_each(|page| blank.save(scans.path().join(format!("{page}.png"))).unwrap());
    shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    shelf
}

/// The outputs of all stages, each with its file and its hash, which does not cover times.
fn outputs(shelf: &Shelf) -> Vec<(String, String)> {
    let mut outputs = Vec::new();
    for stage in ["counted", "around", "digest"] {
        for entry in fs::read_dir(shelf.library().join("book").join(stage)).into_iter().flatten() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if Unit::of_file(&name).is_some_and(|unit| name == format!("{}.json", unit.stem())) {
                let page: Value = shelf.json(&format!("book/{stage}/{name}"));
                outputs.push((format!("{stage}/{name}"), page["_record"]["output"].as_str().unwrap().to_owned()));
            }
        }
    }
    outputs.sort();
    outputs
}

/// Runs `process` with each fault at each call, or at a few of them. Returns at how many.
fn inject(every: bool) -> usize {
    let original = original();
    let undisturbed = shelf();
    undisturbed.copy("book", &original);
    undisturbed.ok(PROCESS);
    let expected = outputs(&undisturbed);
    assert_eq!(expected.len(), 5);
    let mut points = 0;
    for (call, faults) in FAULTS {
        for fault in faults {
            let mut nth = 1;
            loop {
                let shelf = shelf();
                shelf.copy("book", &original);
                let Some(ended) = shelf.with_fault((call, fault, nth), PROCESS) else { break };
                let point = format!("{call}:{fault}:when={nth}");
                check(&shelf, &expected, ended.code == Some(0), &format!("{point}: {ended:?}"));
                points += 1;
                nth += if every { 1 } else { nth.div_ceil(2) + 1 };
            }
        }
    }
    points
}

fn check(shelf: &Shelf, expected: &[(String, String)], has_succeeded: bool, point: &str) {
    let made = outputs(shelf);
    assert!(made.iter().all(|page| expected.contains(page)), "{point}: {made:?}");
    if has_succeeded {
        assert_eq!(made, expected, "{point}: exit code 0 hides that pages are missing");
    }
    assert!(shelf.ok(["verify", "book"]).contains("no errors"), "{point}");
    let again = shelf.run(PROCESS);
    assert_eq!(again.code, Some(0), "{point}: {again:?}");
    assert_eq!(outputs(shelf), expected, "{point}");
    assert!(shelf.ok(["verify", "book"]).contains("no errors"), "{point}");
}

#[test]
fn a_fault_at_a_system_call_loses_no_page_and_hides_no_failure() {
    let points = inject(false);
    assert!(points > 40, "faults at {points} calls only");
}

#[test]
#[ignore = "takes a minute: faults at every system call"]
fn a_fault_at_any_system_call_loses_no_page_and_hides_no_failure() {
    let points = inject(true);
    assert!(points > 200, "faults at {points} calls only");
}
