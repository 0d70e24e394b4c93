//! A program that reads a book without the command line: `cargo run -p shelf-examples --example embed LIBRARY BOOK.pdf`.

#![cfg_attr(not(test), expect(clippy::print_stdout, reason = "it is a program"))]

use std::path::Path;

use shelf::library::{Library, LibraryError};
use shelf_examples::text_lines::text_lines;

/// Adds a book, and counts the lines of each of its pages.
pub(crate) fn count_lines(folder: &Path, pdf: &Path) -> Result<Vec<usize>, LibraryError> {
    let library = Library::open(folder)?.stages(["text_lines"]);
    let book = library.add(pdf)?.id;
    library.process(&book).run(|event| println!("{event}"))?;
    let pages = 1..=library.metadata(&book)?.total_pages;
    pages.map(|page| Ok(library.page::<text_lines>(&book, page)?.lines.len())).collect()
}

fn main() -> Result<(), LibraryError> {
    let arguments: Vec<String> = std::env::args().collect();
    let lines = count_lines(Path::new(&arguments[1]), Path::new(&arguments[2]))?;
    println!("{lines:?}");
    Ok(())
}
