use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder `shared/data` of real scans beside the checkout that contains `manifest_dir`, a crate's `CARGO_MANIFEST_DIR`. Returns
/// `None`, and says so on standard error, where it is missing. Whether `test` ran is appended to the file that `SHELF_REAL_SCANS_LOG`
/// names, for CI to count.
#[must_use]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub fn real_scans(test: &str, manifest_dir: &str) -> Option<PathBuf> {
    let folder =
        Path::new(manifest_dir).ancestors().map(|above| above.join("shared/data")).find(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("skipped {test}: no folder `shared/data` of real scans above {manifest_dir}");
    }
    if let Some(log) = std::env::var_os("SHELF_REAL_SCANS_LOG") {
        let line = format!("{} {test}\n", if folder.is_some() { "ran" } else { "skipped" });
        let noted =
            OpenOptions::new().create(true).append(true).open(log).and_then(|mut log| log.write_all(line.as_bytes()));
        noted.expect("the log of tests on real scans can be written");
    }
    folder
}
