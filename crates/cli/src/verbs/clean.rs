use clap::Args;

use super::delete::{confirm, remove, there};
use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use shelf_runtime::book::ScanId;
use shelf_runtime::store::Store;

/// Remove what a stage has made, to make it afresh
///
/// The scans stay. What other stages have made stays too, and is stale once the stage has run again with another result.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf clean florida --stage ocr
  shelf clean florida --stage ocr --yes      without asking")]
pub(crate) struct Clean {
    /// The books
    #[arg(value_name = "SCAN-ID", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// All books of the library
    #[arg(long)]
    all: bool,
    /// The stage
    #[arg(long, value_name = "STAGE")]
    stage: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(crate) fn clean(context: &Context, args: &Clean) -> Result<Exit> {
    let books = context.books(&args.ids, args.all)?;
    let (books, mut exits) = there(context, &books);
    let mut files = 0;
    for book in &books {
        files += context.store.list(book, &args.stage)?.len();
    }
    let names = books.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !books.is_empty() {
        confirm(&format!("remove all {files} files of `{}` in {names}?", args.stage), args.yes)?;
    }
    exits.extend(remove(context, &books, &args.stage, &format!("what `{}` had made is gone", args.stage)));
    Ok(Exit::of_books(exits))
}
