use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder `shared/data` of real scans beside the checkout that `manifest_dir`, a crate's `CARGO_MANIFEST_DIR`, is in; `None`, and a
/// word of it, where it is missing. What `test` finds is noted in the file that `SHELF_REAL_SCANS_LOG` names, for CI to count.
#[must_use]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub fn real_scans(test: &str, manifest_dir: &str) -> Option<PathBuf> {
    let folder = Path::new(manifest_dir).join("../../shared/data");
    let there = folder.is_dir();
    if !there {
        eprintln!("skipped {test}: there are no real scans in {}", folder.display());
    }
    if let Some(log) = std::env::var_os("SHELF_REAL_SCANS_LOG") {
        let line = format!("{} {test}\n", if there { "ran" } else { "skipped" });
        let noted =
            OpenOptions::new().create(true).append(true).open(log).and_then(|mut log| log.write_all(line.as_bytes()));
        noted.expect("the log of tests on real scans can be written");
    }
    there.then_some(folder)
}
