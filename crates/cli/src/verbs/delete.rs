use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers::count;
use crate::out::ask;
use crate::out::print_error;
use clap::Args;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::LookError;
use shelf_runtime::inspect::metadata;
use shelf_runtime::store::Store;
use shelf_runtime::store::StoreError;
use shelf_runtime::store::Trash;
use std::fmt::Write;

/// Move books from the library to the trash, scans included
///
/// `shelf trash restore` brings them back; only `shelf trash empty` deletes them permanently.
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
    let mut exits = Vec::new();
    let mut books = Vec::new();
    let mut question = String::new();
    for book in &args.ids {
        match described(context, book).map_err(|error| context.near(error)) {
            Ok(described) => {
                let comma = if books.is_empty() { "" } else { ", " };
                let _ = write!(question, "{comma}{described}");
                books.push(book);
            }
            Err(error) => {
                exits.push(error.exit);
                print_error(error.render());
            }
        }
    }
    if !books.is_empty() {
        confirm(&format!("move to the trash, with all results: {question}?"), args.yes)?;
    }
    for book in books {
        let deleted = Trash::of(&context.store).discard(book).map_err(CliError::from);
        exits.push(Exit::of(&deleted));
        match deleted {
            Ok(_) => context.out.note(format_args!("{book}: moved to the trash (`shelf trash restore {book}`)")),
            Err(error) => print_error(error.render()),
        }
    }
    Ok(Exit::of_books(exits))
}

/// `florida (12 pages)`. Also what is left of a book that an earlier release was deleting when it was killed; not what only leads to a
/// book.
fn described(context: &Context, book: &ScanId) -> Result<String> {
    let folder = context.store.book_folder(book);
    if let Ok(target) = folder.read_link() {
        return Err(StoreError::Link { path: folder, target }.into());
    }
    match metadata(&context.store, book) {
        Ok(metadata) => Ok(format!("{book} ({})", count(metadata.total_pages as usize, "page"))),
        Err(LookError::NoBook(_) | LookError::File { .. }) if folder.is_dir() => {
            Ok(format!("{book} (incomplete: it has no valid metadata.json)"))
        }
        Err(error) => Err(error.into()),
    }
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
