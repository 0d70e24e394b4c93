//! Counts the tokens that `corrected` sends to a model and receives for twenty real pages, and writes `docs/tokens.md`: `make tokens`.

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

Counted by `make tokens` on twenty pages of Colonial Florida, with the o200k tokenizer of the crate `tiktoken-rs`; a test fails if the shares rise.

* *shelf* is what `corrected --engine llm` sends to a scripted model on 127.0.0.1 after the rules have run: the numbers and texts of the paragraphs in doubt, and the words in doubt. The reply carries the
  words that change.
* *original* is what the original program would have sent for the same page: the page's complete JSON with its boxes, indented, as shelf's `ocr` read it, without the lines and words that only shelf stores. The
  reply carries every paragraph, with the text of those that change, in JSON without white space.
* The replies are the ground truth, apart from quotation marks, dashes and line ends: each paragraph that does not read as printed is answered with what is printed, as a model without errors would.
  The original runs no rules first, so its model also joins words split at line ends, and changes more paragraphs.
  The original's reply has the whole paragraph where one word changes. Where nothing changes, shelf's reply has 4 tokens.
* The columns include neither side's prompt and schema, because the original's are not known. The pictures are those of the request, at 300 dpi: the original's whole page, and what
  `corrected` sends. The number of tokens per picture differs between models; all count its pixels.

";
