use clap::Args;
use serde_json::{Value, json};

use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use crate::out::complain;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::inspect::metadata;
use shelf_runtime::store::Store;

/// List the books of the library
///
/// Counts page files without opening them; `shelf status` looks inside.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf list
  shelf list --json")]
pub(crate) struct List {}

pub(crate) fn list(context: &Context, _: &List) -> Result<Exit> {
    let mut exit = Exit::Done;
    let mut rows = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let stages: Vec<&str> = context.registry.names().collect();
    for book in context.store.books()? {
        let metadata = match metadata(&context.store, &book) {
            Ok(metadata) => metadata,
            Err(error) => {
                exit = exit.and(Exit::Failed);
                complain(format_args!("{book}: {error}"));
                continue;
            }
        };
        let files = stages.iter().map(|stage| files(context, &book, stage)).collect::<Result<Vec<usize>>>()?;
        let title = metadata.title.clone().unwrap_or_default();
        let mut row = vec![book.to_string(), title, metadata.total_pages.to_string()];
        row.extend(files.iter().map(ToString::to_string));
        rows.push(row);
        let made: serde_json::Map<String, Value> =
            stages.iter().zip(&files).map(|(stage, files)| ((*stage).to_owned(), (*files).into())).collect();
        values.push(json!({ "book": book, "title": metadata.title, "author": metadata.author, "year": metadata.year, "pages": metadata.total_pages, "made": made }));
    }
    if context.out.json {
        context.out.json(&values)?;
    } else if rows.is_empty() {
        context
            .out
            .note(format_args!("{} has no books yet; add one: `shelf add book.pdf`", context.store.root().display()));
    } else {
        let header: Vec<&str> = ["book", "title", "pages"].into_iter().chain(stages.iter().copied()).collect();
        context.out.table(&header, &rows)?;
    }
    Ok(exit)
}

fn files(context: &Context, book: &ScanId, stage: &str) -> Result<usize> {
    let names = context.store.list(book, stage)?;
    // A book stage has made one thing, or nothing.
    Ok(names.iter().filter(|name| PageNumber::of_page_file(name).is_some() || *name == "book.json").count())
}
