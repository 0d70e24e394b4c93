//! The `shelf` command that `scripts/cluster.sh` runs: with the built-in stages, stages of an author that ask a language model, and two verbs that
//! prepare the test.

use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use shelf::Exit;
use shelf::extension::{CliError, Result as VerbResult, Session, Verb};
use shelf::prelude::*;
use shelf::testing::{ScriptedModel, ScriptedReply};
use shelf_temporal as _;
use stages as _;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// What a model says of a page.
#[page]
struct Described {
    /// In a few words.
    #[garde(length(min = 1, max = 80))]
    text: String,
}

/// Asks a model what is on every page.
#[stage(name = "described", parallelism = llm)]
async fn described(page: PageNumber, llm: Llm) -> Result<Described> {
    llm.ask().system("Describe the page in a word.").user(format!("page {page}")).reply().await
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

/// Links every page to its neighbours and to the index.
#[stage(name = "linked", deps = [described, index], parallelism = cpu, after = count_pages)]
fn linked(described: Window<Described>, index: Index) -> Result<Linked> {
    let text = |page: Option<&Described>| page.map(|page| page.text.clone());
    let (previous, next) = (text(described.previous()), text(described.next()));
    Ok(Linked { previous, next, pages: index.pages.len() })
}

#[expect(clippy::unnecessary_wraps, reason = "a hook returns a result")]
fn count_pages(run: &mut StageRun) -> Result<()> {
    run.metadata.status = Some(format!("{} of {} pages linked", run.done, run.pages.len()));
    Ok(())
}

fn draw_command() -> Command {
    let file = Arg::new("folder").required(true).value_parser(value_parser!(PathBuf));
    let pages = Arg::new("pages").required(true).value_parser(value_parser!(usize));
    Command::new("draw-pages").about("Draw so many pages in a folder").arg(file).arg(pages)
}

fn draw(_session: &Session, given: &ArgMatches) -> VerbResult<Exit> {
    let folder: &PathBuf = given.get_one("folder").expect("it is required");
    let pages: usize = *given.get_one("pages").expect("it is required");
    std::fs::create_dir_all(folder)?;
    let drawn = shelf::demo::book().pages;
    for (page, number) in drawn.iter().cycle().zip(1..=pages) {
        // The test is not about reading: less text takes less time.
        let (width, height) = page.image.dimensions();
        let image = image::imageops::crop_imm(&page.image, 0, 0, width, height / 3).to_image();
        image.save(folder.join(format!("{number:04}.png"))).map_err(CliError::failed)?;
    }
    Ok(Exit::Done)
}

fn model_command() -> Command {
    let file = |name| Arg::new(name).required(true).value_parser(value_parser!(PathBuf));
    Command::new("scripted-model").about("Reply as a model would").arg(file("address")).arg(file("log"))
}

/// Writes its address to a file, and each question to another, until it is killed.
fn model(_session: &Session, given: &ArgMatches) -> VerbResult<Exit> {
    let [address, log] = ["address", "log"].map(|name| given.get_one::<PathBuf>(name).expect("it is required"));
    let log = std::sync::Mutex::new(std::fs::File::options().create(true).append(true).open(log)?);
    let server = ScriptedModel::with_script(move |asked| {
        let mut log = log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A question that is not in the log is missed by the test.
        writeln!(log, "{}", asked.user.lines().next().unwrap_or_default()).expect("the log can be written");
        let usage = json!({ "prompt_tokens": 10, "completion_tokens": 5, "cost": 0.01 });
        ScriptedReply::text(json!({ "text": asked.user }).to_string())
            .usage(Some(usage))
            .delayed(Duration::from_millis(200), Duration::from_millis(200))
    });
    std::fs::write(address, server.base_url())?;
    loop {
        std::thread::park();
    }
}

shelf::verb!(Verb::new("draw-pages", draw_command, draw));
shelf::verb!(Verb::new("scripted-model", model_command, model));

fn main() -> std::process::ExitCode {
    shelf::main()
}
