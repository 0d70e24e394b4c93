use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers::count;
use crate::out::ask;
use crate::out::print_error;
use clap::Args;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::store::Store;

/// Delete books from the library, scans included
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf delete florida
  shelf delete florida --yes       without asking")]
pub(crate) struct Delete {
    /// Books to delete
    #[arg(value_name = "BOOK", required = true)]
    ids: Vec<ScanId>,
    /// Delete without asking
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
        confirm(&format!("permanently delete {names} ({pages}) with all results?"), args.yes)?;
    }
    exits.extend(remove(context, &books, "", "deleted"));
    Ok(Exit::of_books(exits))
}

/// Returns the books that exist. For each of the others, prints an error and returns its exit code in the second list.
pub(super) fn there(context: &Context, books: &[ScanId]) -> (Vec<ScanId>, Vec<Exit>) {
    let mut exits = Vec::new();
    let is_there = |book: &&ScanId| match metadata(&context.store, book).map_err(|error| context.near(error.into())) {
        Ok(_) => true,
        Err(error) => {
            exits.push(error.exit);
            print_error(error.render());
            false
        }
    };
    (books.iter().filter(is_there).cloned().collect(), exits)
}

/// Removes a folder of each book and returns their exit codes; an error does not stop the others.
pub(super) fn remove(context: &Context, books: &[ScanId], folder: &str, said: &str) -> Vec<Exit> {
    let mut exits = Vec::new();
    for book in books {
        let removed = context.store.lock(book).and_then(|_lock| context.store.remove_folder(book, folder));
        let removed = removed.map_err(CliError::from);
        exits.push(Exit::of(&removed));
        match removed {
            Ok(()) => context.out.note(format_args!("{book}: {said}")),
            Err(error) => {
                print_error(error.render());
            }
        }
    }
    exits
}

/// Asks before deleting; refuses without a terminal.
pub(super) fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    match ask(question)? {
        Some(true) => Ok(()),
        Some(false) => Err(CliError::refused("nothing was deleted")),
        None => Err(CliError::refused("refusing to delete without confirmation (no terminal)").hint("pass `--yes`")),
    }
}
