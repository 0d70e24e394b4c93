use clap::Args;

use crate::book::ScanId;
use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Result};
use crate::cli::numbers::count;
use crate::cli::out::ask;
use crate::plan::metadata;
use crate::store::Store;

/// Remove books from the library, scans and all
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf delete florida
  shelf delete florida --yes       without asking")]
pub(in crate::cli) struct Delete {
    /// The books
    #[arg(value_name = "SCAN-ID", required = true)]
    ids: Vec<ScanId>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(in crate::cli) fn delete(context: &Context, args: &Delete) -> Result<Exit> {
    let mut pages = 0;
    for book in &args.ids {
        pages += metadata(&context.store, book)?.total_pages as usize;
    }
    let names = args.ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let question = format!("remove {names} ({}) and all that was made of it, for good?", count(pages, "page"));
    confirm(&question, args.yes)?;
    for book in &args.ids {
        let _lock = context.store.lock(book)?;
        context.store.remove_folder(book, "")?;
        context.out.note(format_args!("{book} is gone"));
    }
    Ok(Exit::Done)
}

/// Asks before something is removed; refuses where there is nobody to ask.
pub(super) fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    match ask(question)? {
        Some(true) => Ok(()),
        Some(false) => Err(CliError::refused("nothing was removed")),
        None => Err(CliError::refused(format!("{question} There is no terminal to ask on"))
            .hint("say `--yes` to remove it without being asked")),
    }
}
