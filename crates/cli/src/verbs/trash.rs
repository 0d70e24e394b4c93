use super::delete::confirm;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers::bytes;
use crate::numbers::count;
use crate::numbers::parse_age;
use crate::out::print_error;
use crate::table::Column;
use crate::table::Table;
use clap::Args;
use clap::Subcommand;
use jiff::SignedDuration;
use jiff::Timestamp;
use serde_json::json;
use shelf_runtime::book::ScanId;
use shelf_runtime::clock::now;
use shelf_runtime::store::StoreError;
use shelf_runtime::store::Trash as Trashed;
use shelf_runtime::store::TrashedBook;
use std::time::Duration;

/// List, restore or permanently delete the books in the trash
///
/// `shelf delete` moves books into the trash, the folder `.trash` of the library. They stay there until it is emptied.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf trash                              the deleted books
  shelf trash restore florida              back into the library
  shelf trash restore florida --as florida-1892
  shelf trash empty --older 30d            permanently delete what has been there for 30 days")]
pub(crate) struct Trash {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Move a book back into the library
    Restore {
        /// The book; of several with the same id, the last deleted, or the name in `shelf trash --json`
        book: String,
        /// Give it another id
        #[arg(long = "as", value_name = "ID")]
        id: Option<ScanId>,
    },
    /// Permanently delete the books in the trash
    Empty {
        /// Only books that were deleted at least this long ago, such as `30d` or `12h`
        #[arg(long, value_name = "AGE", value_parser = parse_age)]
        older: Option<Duration>,
        /// Delete without asking
        #[arg(long, short)]
        yes: bool,
    },
}

pub(crate) fn trash(context: &Context, args: &Trash) -> Result<Exit> {
    let trash = Trashed::of(&context.store);
    match &args.action {
        None => list(context, trash),
        Some(Action::Restore { book, id }) => restore(context, trash, book, id.as_ref()),
        Some(Action::Empty { older, yes }) => empty(context, trash, *older, *yes),
    }
}

/// Prints the ids of all deleted books, for completions.
pub(super) fn print_ids(context: &Context) -> Result<Exit> {
    let mut books = Trashed::of(&context.store).list().unwrap_or_default();
    books.dedup_by(|a, b| a.book == b.book);
    books.iter().try_for_each(|deleted| context.out.line(&deleted.book))?;
    Ok(Exit::Done)
}

fn list(context: &Context, trash: Trashed<'_>) -> Result<Exit> {
    let books = trash.list()?;
    let sizes = books.iter().map(|deleted| trash.size_bytes(deleted)).collect::<Result<Vec<_>, _>>()?;
    if context.out.json {
        let value = |(deleted, size): (&TrashedBook, &u64)| {
            let title = deleted.metadata.as_ref().and_then(|metadata| metadata.title.clone());
            json!({ "book": deleted.book, "name": deleted.name, "title": title, "pages": pages(deleted), "deleted": deleted.deleted, "bytes": size })
        };
        context.out.json(&books.iter().zip(&sizes).map(value).collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    if books.is_empty() {
        context.out.note("the trash is empty");
        return Ok(Exit::Done);
    }
    let row = |(deleted, size): (&TrashedBook, &u64)| {
        let title = deleted.metadata.as_ref().and_then(|metadata| metadata.title.clone());
        let pages = pages(deleted).map_or_else(|| "?".to_owned(), |pages| pages.to_string());
        vec![deleted.book.to_string(), title.unwrap_or_default(), pages, bytes(*size), day(deleted.deleted)]
    };
    let columns = [
        Column::word("book"),
        Column::prose("title").rank(2),
        Column::number("pages").rank(1),
        Column::number("size").rank(1),
        Column::word("deleted"),
    ];
    context.out.table(&Table::new(columns, books.iter().zip(&sizes).map(row).collect()))?;
    context.out.note("`shelf trash restore BOOK` brings one back; `shelf trash empty` deletes them permanently");
    Ok(Exit::Done)
}

/// `2026-11-28 17:05`, in local time.
fn day(time: Timestamp) -> String {
    time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn pages(deleted: &TrashedBook) -> Option<u32> {
    deleted.metadata.as_ref().map(|metadata| metadata.total_pages)
}

fn restore(context: &Context, trash: Trashed<'_>, wanted: &str, id: Option<&ScanId>) -> Result<Exit> {
    let books = trash.list()?;
    let found = books.iter().find(|deleted| deleted.name == wanted || deleted.book.as_str() == wanted);
    let Some(deleted) = found else {
        let hint = match crate::nearest::nearest(wanted, books.iter().map(|deleted| deleted.book.as_str())) {
            Some(nearest) => format!("did you mean `{nearest}`? `shelf trash` lists the deleted books"),
            None => "`shelf trash` lists the deleted books".to_owned(),
        };
        return Err(CliError::refused(format!("`{wanted}` is not in the trash")).hint(hint));
    };
    let id = id.unwrap_or(&deleted.book);
    trash.restore(deleted, id).map_err(|error| match error {
        error @ StoreError::Exists { .. } => {
            let hint = format!("give it another id: `shelf trash restore {wanted} --as {}-2`", deleted.book);
            CliError::from(error).hint(hint)
        }
        error => error.into(),
    })?;
    if context.out.json {
        context.out.json(&json!({ "book": id, "pages": pages(deleted), "deleted": deleted.deleted }))?;
        return Ok(Exit::Done);
    }
    context.out.line(format_args!("{id}: restored; it was deleted on {}", day(deleted.deleted)))?;
    if books.iter().any(|other| other.book == deleted.book && other.name != deleted.name) {
        context.out.note(format_args!("another book that was `{}` is still in the trash", deleted.book));
    }
    Ok(Exit::Done)
}

fn empty(context: &Context, trash: Trashed<'_>, older: Option<Duration>, yes: bool) -> Result<Exit> {
    let latest = older.and_then(|age| SignedDuration::try_from(age).ok()).and_then(|age| now().checked_sub(age).ok());
    let mut books = trash.list()?;
    books.retain(|deleted| older.is_none() || latest.is_some_and(|latest| deleted.deleted <= latest));
    if books.is_empty() {
        context.out.note(if older.is_some() { "nothing in the trash is that old" } else { "the trash is empty" });
        return Ok(Exit::Done);
    }
    let mut size = 0;
    for deleted in &books {
        size += trash.size_bytes(deleted)?;
    }
    let names = books.iter().map(|deleted| deleted.book.as_str()).collect::<Vec<_>>().join(", ");
    confirm(&format!("permanently delete {names} ({}, {})?", count(books.len(), "book"), bytes(size)), yes)?;
    let mut exits = Vec::new();
    for deleted in &books {
        let removed = trash.remove(deleted, &|| context.stop.reason().is_some()).map_err(CliError::from);
        exits.push(Exit::of(&removed));
        match removed {
            Ok(true) => context.out.note(format_args!("{}: permanently deleted", deleted.book)),
            Ok(false) => {
                context
                    .out
                    .note("stopped; the next command deletes the rest of this book, and other books stay in the trash");
                exits.push(Exit::Interrupted);
                break;
            }
            Err(error) => print_error(error.render()),
        }
    }
    Ok(Exit::of_books(exits))
}
