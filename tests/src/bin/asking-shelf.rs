//! A `shelf` command with a stage that asks a language model and needs no scan.

use shelf::prelude::*;

/// What a model says of a page.
#[page]
struct Described {
    /// In a word.
    #[garde(length(min = 1, max = 40))]
    text: String,
}

/// Asks a model what is on every page.
#[stage(name = "described", parallelism = llm)]
async fn described(page: PageNumber, llm: Llm) -> Result<Described> {
    llm.ask().system("Describe the page in a word.").user(format!("page {page}")).reply().await
}

fn main() -> std::process::ExitCode {
    shelf::main()
}
