//! A `shelf` command with stages that ask a language model and need no scan.

use std::collections::BTreeMap;

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

/// What is on which page.
#[page]
struct Index {
    pages: BTreeMap<u32, String>,
}

/// Collects the words of all pages.
#[stage(name = "index", scope = book, deps = [described], parallelism = cpu)]
fn index(described: Pages<Described>) -> Result<Index> {
    let pages = described.iter().map(|page| page.map(|(number, page)| (number.get(), page.text)));
    Ok(Index { pages: pages.collect::<Result<_>>()? })
}

/// A page with what is before and after it.
#[page]
struct Linked {
    previous: Option<String>,
    next: Option<String>,
    pages: usize,
}

/// What was measured of a linked page.
#[derive(PageMetrics, Report)]
struct LinkedMetrics {
    /// Neighbours.
    neighbours: u32,
}

/// Links every page to its neighbours and to the index.
#[stage(name = "linked", deps = [described, index], parallelism = cpu, after = count_pages)]
fn linked(described: Window<Described>, index: Index) -> Result<(Linked, LinkedMetrics)> {
    let text = |page: Option<&Described>| page.map(|page| page.text.clone());
    let (previous, next) = (text(described.previous()), text(described.next()));
    let neighbours = u32::from(previous.is_some()) + u32::from(next.is_some());
    Ok((Linked { previous, next, pages: index.pages.len() }, LinkedMetrics { neighbours }))
}

#[expect(clippy::unnecessary_wraps, reason = "a hook returns a result")]
fn count_pages(run: &mut StageRun) -> Result<()> {
    run.metadata.status = Some(format!("{} of {} pages linked", run.done, run.pages.len()));
    Ok(())
}

/// Binds the linked pages.
#[stage(name = "bound", scope = book, deps = [linked], parallelism = cpu)]
fn bound(linked: Pages<Linked>) -> Result<Index> {
    let pages = linked.iter().map(|page| page.map(|(number, page)| (number.get(), page.next.unwrap_or_default())));
    Ok(Index { pages: pages.collect::<Result<_>>()? })
}

fn main() -> std::process::ExitCode {
    shelf::main()
}
