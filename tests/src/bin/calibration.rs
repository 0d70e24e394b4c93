//! Measures how often words are right that `ocr` gives a probability, and writes the table in `docs/confidence.md`: `make calibration`. With `fit` it prints the
//! curves of `stages/src/ocr/word_probability.rs`, from other pages.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::path::Path;
use std::process::ExitCode;

use shelf_tests::Shelf;
use shelf_tests::calibration::{PageSet, document, fitted, read_bad_scans, read_words, reliability};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let data = root.join("../shared/data");
    if !data.is_dir() {
        eprintln!("error: scans to measure on are missing: expected them in {}", data.display());
        return ExitCode::FAILURE;
    }
    let program = std::env::current_exe().expect("this program is a file").with_file_name("shelf-under-test");
    let shelf = Shelf::new(&program.display().to_string());
    let fits = std::env::args().nth(1).is_some_and(|argument| argument == "fit");
    let set = if fits { PageSet::Tuning } else { PageSet::Test };
    let scans = read_bad_scans(&shelf, &data, set);
    let words = read_words(shelf.library(), set, &scans);
    if fits {
        println!("{}", fitted(&words));
        return ExitCode::SUCCESS;
    }
    let table = reliability(&words);
    println!("{table}");
    let path = root.join("docs/confidence.md");
    let before = std::fs::read_to_string(&path).expect("the document can be read");
    std::fs::write(&path, document(&before, &table)).expect("the document can be written");
    ExitCode::SUCCESS
}
