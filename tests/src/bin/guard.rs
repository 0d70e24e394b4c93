//! Measures how well the guard of `corrected` tells bad replies from right corrections, and writes the table in `docs/language-models.md`: `make guard`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use shelf_tests::Shelf;
use shelf_tests::guard::{DRAWN_PAGES, TEST_SEED, document, draw_bad_scans, measure, read_pages};

/// Bad replies of each kind, for each book.
const REPLIES: usize = 100;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let data = root.join("../shared/data");
    if !data.is_dir() {
        eprintln!("error: there are no scans to measure on: expected them in {}", data.display());
        return ExitCode::FAILURE;
    }
    let program = std::env::current_exe().expect("this program is a file").with_file_name("shelf-under-test");
    let shelf = Shelf::new(&program.display().to_string());
    // A library with the real books, read before, saves the minutes that reading them takes.
    let library = std::env::args().nth(1).map_or_else(|| shelf.library().to_owned(), PathBuf::from);
    let seed = std::env::args().nth(2).and_then(|seed| seed.parse().ok()).unwrap_or(TEST_SEED);
    if library == shelf.library() {
        shelf.correct("florida", &[data.join("book-colonial-florida/colonial-florida-20pp.pdf")]);
        shelf.correct("degraded", &files(&data.join("degraded"), ".jpg"));
    }
    let drawn = draw_bad_scans(&shelf, DRAWN_PAGES, seed);
    let books = [
        (
            "Colonial Florida, 20 pages",
            library.as_path(),
            "florida",
            files(&data.join("book-colonial-florida"), ".gt.txt"),
        ),
        ("bad scans, 15 pages", &library, "degraded", files(&data.join("degraded"), ".gt.txt")),
        ("drawn pages as bad scans", shelf.library(), "drawn", drawn),
    ];
    let measured: Vec<_> = books
        .iter()
        .map(|(name, library, id, truths)| (*name, measure(&read_pages(library, id, truths), REPLIES, seed)))
        .collect();
    for (name, measured) in &measured {
        println!("{name}\n{}\n{}", measured.table(), measured.surprises.join("\n"));
    }
    if seed == TEST_SEED {
        let path = root.join("docs/language-models.md");
        let before = std::fs::read_to_string(&path).expect("the documents can be read");
        std::fs::write(&path, document(&before, &measured)).expect("the documents can be written");
    }
    ExitCode::SUCCESS
}

fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let entries = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    files.sort();
    files
}
