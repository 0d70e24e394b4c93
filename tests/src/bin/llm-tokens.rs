//! Counts the tokens that `corrected` sends a model and gets back for twenty real pages, and writes `docs/tokens.md`: `make tokens`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::path::Path;
use std::process::ExitCode;

use shelf_tests::Shelf;
use shelf_tests::tokens::count;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let data = root.join("../shared/data");
    if !data.is_dir() {
        eprintln!("error: there are no scans to count on: expected them in {}", data.display());
        return ExitCode::FAILURE;
    }
    let program = std::env::current_exe().expect("this program is a file").with_file_name("shelf-under-test");
    let shelf = Shelf::new(&program.display().to_string());
    shelf.read("florida", &[data.join("book-colonial-florida/colonial-florida-20pp.pdf")]);
    let page = format!("{INTRODUCTION}{}", count(&shelf, &data).table());
    std::fs::write(root.join("docs/tokens.md"), &page).expect("the documents can be written");
    println!("{page}");
    ExitCode::SUCCESS
}

const INTRODUCTION: &str = "\
# What a question costs

Counted by `make tokens` on the twenty pages of Colonial Florida, with the tokenizer o200k of [tiktoken-rs](https://crates.io/crates/tiktoken-rs); a test keeps the shares from rising.

* *shelf* is what `corrected --engine llm` really sends to a scripted model on 127.0.0.1 after the rules have done their work: numbers and texts of the paragraphs that are in doubt. The answer carries those that change.
* *original* is what the original tool would have sent for the same page: the page's whole JSON with its boxes, indented, as shelf's `ocr` read it and without the lines and words that only shelf keeps. The
  answer carries every paragraph, and the text of those that change, in JSON without white space.
* The answers are the truth, from which quotes, dashes and line ends may differ: each paragraph in question that does not read as printed is answered with what is printed, as a model that makes no mistake would.
  Since no rules went before the original, it is also asked to put parted words together, and answers with more paragraphs.
  A paragraph that changes is as long in either answer, so that the worse a book was read, the nearer both come; where nothing changes, shelf's answer has 4 tokens.
* Neither side's prompt and schema are in the columns: the original's are not known. The pictures are those that come with the question, at 300 dpi: the whole page in the original's way, what
  `corrected` sends in shelf's. How many tokens a picture is differs from model to model; all count its pixels.

";
