//! Measures how well shelf reads books that TeX typesets, and writes `docs/typeset-books.md`: `make books`. With `tune` it measures the books for tuning
//! instead, writes nothing, and prints what is wrong on their pages. A number chooses one of the books.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::path::Path;
use std::process::ExitCode;

use shelf_tests::Shelf;
use shelf_tests::typeset::{BOOKS, document, read_and_measure};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_for_testing = !arguments.iter().any(|argument| argument == "tune");
    let chosen: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("target/books");
    let program = std::env::current_exe().expect("this program is a file").with_file_name("shelf-under-test");
    let program = program.display().to_string();
    let shelf =
        if is_for_testing { Shelf::new(&program) } else { Shelf::on_library(&program, &folder.join("library")) };
    let mut all = Vec::new();
    let is_all = chosen.is_empty();
    let numbers = if chosen.is_empty() { (0..BOOKS).collect() } else { chosen };
    for number in numbers {
        let (book, measured) = match read_and_measure(&shelf, &folder, number, is_for_testing) {
            Ok(measured) => measured,
            Err(error) => {
                eprintln!(
                    "error: book {number} cannot be made: {error}\nhint: `scripts/setup.sh books` installs what it needs"
                );
                return ExitCode::FAILURE;
            }
        };
        println!("{number}: {}, {} pages", book.name, book.pages.len());
        for defect in measured.defects.iter().filter(|_| !is_for_testing) {
            println!("  {defect}");
        }
        all.push((book, measured));
    }
    let text = document(&all);
    println!("{text}");
    if is_for_testing && is_all {
        std::fs::write(root.join("docs/typeset-books.md"), text).expect("the document can be written");
    }
    ExitCode::SUCCESS
}
