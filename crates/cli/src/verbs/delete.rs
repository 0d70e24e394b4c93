use clap::Args;

use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::numbers::count;
use crate::out::{ask, complain};
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::store::Store;

/// Remove books from the library, scans and all
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf delete florida
  shelf delete florida --yes       without asking")]
pub(crate) struct Delete {
    /// The books
    #[arg(value_name = "SCAN-ID", required = true)]
    ids: Vec<ScanId>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(crate) fn delete(context: &Context, args: &Delete) -> Result<Exit> {
    let (books, mut exits) = there(context, &args.ids);
    let mut pages = 0;
    for book in &books {
        pages += metadata(&context.store, book)?.total_pages as usize;
    }
    let names = books.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !books.is_empty() {
        let pages = count(pages, "page");
        confirm(&format!("remove {names} ({pages}) and all that was made of it, for good?"), args.yes)?;
    }
    exits.extend(remove(context, &books, "", "gone"));
    Ok(Exit::of_books(exits))
}

/// The books that are there; the others are complained of, and how each of them ended is the second.
pub(super) fn there(context: &Context, books: &[ScanId]) -> (Vec<ScanId>, Vec<Exit>) {
    let mut exits = Vec::new();
    let is_there = |book: &&ScanId| match metadata(&context.store, book).map_err(CliError::from) {
        Ok(_) => true,
        Err(error) => {
            exits.push(error.exit);
            complain(error.render());
            false
        }
    };
    (books.iter().filter(is_there).cloned().collect(), exits)
}

/// Removes a folder of each book, and tells how each ended; one that cannot be taken stops no other.
pub(super) fn remove(context: &Context, books: &[ScanId], folder: &str, said: &str) -> Vec<Exit> {
    let mut exits = Vec::new();
    for book in books {
        let removed = context.store.lock(book).and_then(|_lock| context.store.remove_folder(book, folder));
        let removed = removed.map_err(CliError::from);
        exits.push(Exit::of(&removed));
        match removed {
            Ok(()) => context.out.note(format_args!("{book}: {said}")),
            Err(error) => {
                complain(error.render());
            }
        }
    }
    exits
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
