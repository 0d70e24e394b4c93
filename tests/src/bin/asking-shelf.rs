//! A `shelf` command with stages that ask a language model and need no scan.

use shelf::llm::Engine;
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

/// Options of `guessed`.
#[derive(Debug, Default, clap::Args, Serialize)]
struct GuessedOptions {
    /// Who guesses
    #[arg(long, value_enum, default_value_t)]
    engine: Engine,
}

/// What a model guesses.
#[page]
#[derive(Default)]
struct Guess {
    /// In a word.
    text: Option<String>,
}

/// Guesses by rules, and asks a model if one is configured.
#[stage(name = "guessed", options = GuessedOptions, parallelism = llm)]
async fn guessed(page: PageNumber, llm: Llm, options: &GuessedOptions) -> Result<Guess> {
    if !options.engine.asks(&llm) {
        return Ok(Guess::default());
    }
    options.engine.or_rules(&llm, llm.ask().user(format!("page {page}")).reply().await)
}

fn main() -> std::process::ExitCode {
    shelf::main()
}
