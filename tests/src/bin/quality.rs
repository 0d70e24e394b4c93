//! Measures how good shelf is on real scans and on the drawn book, and writes `docs/quality.md`: `make quality`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::path::Path;
use std::process::ExitCode;

use shelf_tests::Shelf;
use shelf_tests::quality::{Measure, altered_scans, books, degraded_drawings, table};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let data = root.join("../shared/data");
    if !data.is_dir() {
        eprintln!("error: there are no scans to measure on: expected them in {}", data.display());
        return ExitCode::FAILURE;
    }
    let program = std::env::current_exe().expect("this program is a file").with_file_name("shelf-under-test");
    let shelf = Shelf::new(&program.display().to_string());
    let mut measures = books(&shelf, &data);
    measures.extend(altered_scans(&shelf, &data));
    measures.extend(degraded_drawings(&shelf));
    let page = format!("{INTRODUCTION}{}", table(&measures));
    std::fs::write(root.join("docs/quality.md"), &page).expect("the documents can be written");
    println!("{page}");
    if measures.iter().all(Measure::is_reached) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const INTRODUCTION: &str = "\
# Quality of the texts

Measured by `make quality`, with the rules engines, offline, on real scans with known text and on the drawn book; tests keep the numbers from
falling (`make test`; those of the altered scans and of the degraded drawings, `make test-long`). The character error rate (CER) is the Levenshtein distance between text and truth over the characters of the truth, after both were
normalised (`shelf eval --help` says how). Hyphens at line ends are scored by aligning words to the truth, since that normalisation drops hyphens.
F1 is the harmonic mean of precision and recall over blocks. The counts are given with every number, since a perfect share of two blocks means little.
Books in other typefaces and styles, with confidence intervals: [typeset-books.md](typeset-books.md).

";
