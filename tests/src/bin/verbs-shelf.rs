//! A `shelf` command with a stage and two verbs of its author.

use clap::{Arg, ArgMatches, Args, Command};
use shelf::Exit;
use shelf::extension::{CliError, Result as VerbResult, Session, Verb};
use shelf::prelude::*;

/// A page's number.
#[page]
struct Numbered {
    number: u32,
}

/// How pages are numbered.
#[derive(Args, Serialize)]
struct NumberedOptions {
    /// Begin with this number
    #[arg(long, default_value_t = 1)]
    first: u32,
}

/// Numbers the pages.
#[stage(name = "numbered", options = NumberedOptions, parallelism = cpu)]
fn numbered(page: PageNumber, options: &NumberedOptions) -> Result<Numbered> {
    Ok(Numbered { number: page.get() + options.first - 1 })
}

fn greet_command() -> Command {
    Command::new("greet").about("Greet a librarian").arg(Arg::new("name").required(true))
}

fn greet(session: &Session, given: &ArgMatches) -> VerbResult<Exit> {
    let name: &String = given.get_one("name").expect("it is required");
    if name == "nobody" {
        return Err(CliError::refused("nobody is there").hint("name somebody"));
    }
    let books = session.books(&[], true)?.len();
    if session.is_json() {
        session.json(&(name, books))?;
    } else {
        session.line(format_args!("{name} has {books} books"))?;
    }
    Ok(Exit::SomePages)
}

fn send_command() -> Command {
    Command::new("send")
        .about("Print what another process would be sent")
        .arg(Arg::new("wait").long("wait").num_args(0))
}

/// Prints the arguments, and what another process makes of them.
fn send(session: &Session, given: &ArgMatches) -> VerbResult<Exit> {
    let sent = session.submission(given)?;
    let processing = session.processing(&sent.arguments)?;
    let options = processing.request().options.get("numbered").map(|options| options.json.to_string());
    session.line(format_args!("{} {:?} {:?}", sent.books[0], sent.arguments, sent.budget))?;
    session.line(format_args!("{:?} {options:?}", processing.request().stages))?;
    Ok(Exit::Done)
}

shelf::verb!(Verb::new("greet", greet_command, greet));
shelf::verb!(Verb::new("send", send_command, send).processing());
// `shelf` has a verb of this name.
shelf::verb!(Verb::new("list", greet_command, greet));

fn main() -> std::process::ExitCode {
    shelf::main()
}
