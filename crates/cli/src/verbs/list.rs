use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use crate::out::print_error;
use crate::table::Column;
use crate::table::Table;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::store::Store;

/// List the books of the library
///
/// Counts page files without opening them; `shelf status` checks their contents.
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
                print_error(format_args!("{book}: {error}"));
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
        let titled = [Column::word("book"), Column::prose("title").rank(1), Column::number("pages").rank(2)];
        let made = stages.iter().map(|stage| Column::number(stage).rank(3));
        context.out.table(&Table::new(titled.into_iter().chain(made), rows))?;
    }
    Ok(exit)
}

fn files(context: &Context, book: &ScanId, stage: &str) -> Result<usize> {
    let names = context.store.list(book, stage)?;
    // A book stage has made one thing, or nothing.
    Ok(names.iter().filter(|name| PageNumber::of_page_file(name).is_some() || *name == "book.json").count())
}
