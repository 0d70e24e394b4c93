//! The program without a command line, on a drawn book.

#[path = "../../examples/embed.rs"]
#[expect(clippy::print_stdout, dead_code, reason = "it is a program, whose `main` is not called here")]
mod program;

use shelf::demo;
use shelf::draw::{Document, PageFormat};

#[test]
fn program_is_short_and_counts_the_lines_of_a_book() {
    let source = include_str!("../../examples/embed.rs");
    let code: Vec<&str> = source.lines().filter(|line| !line.is_empty() && !line.starts_with("//")).collect();
    let imports = code.iter().filter(|line| line.starts_with("use ")).count();
    assert!(code.len() <= 20 && imports <= 3, "{} lines, {imports} imports", code.len());

    let pages = Document::new().prose("A short paragraph.").prose(&"It goes on and on, ".repeat(20));
    let pages = pages.typeset(&PageFormat::octavo());
    let images: Vec<_> = pages.iter().map(|page| page.image.clone()).collect();
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("book.pdf");
    std::fs::write(&pdf, demo::pdf(&images, pages[0].dpi, "A Book")).unwrap();
    let found = program::count_lines(&folder.path().join("library"), &pdf).unwrap();
    let drawn: Vec<usize> = pages.iter().map(|page| page.lines().count()).collect();
    assert_eq!(found, drawn);
}
