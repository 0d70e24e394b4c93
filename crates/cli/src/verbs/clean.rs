use super::delete::confirm;
use super::delete::remove;
use super::delete::there;
use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use clap::Args;
use shelf_runtime::book::ScanId;
use shelf_runtime::store::Store;

/// Delete a stage's results so that they are made again
///
/// The scans and the results of other stages stay; those become stale if the stage produces something else next time.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf clean florida --stage ocr
  shelf clean florida --stage ocr --yes      without asking")]
pub(crate) struct Clean {
    /// Books to clean
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// Clean all books of the library
    #[arg(long)]
    all: bool,
    /// Delete the results of this stage
    #[arg(long, value_name = "STAGE")]
    stage: String,
    /// Delete without asking
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
        confirm(&format!("delete all {files} files of `{}` in {names}?", args.stage), args.yes)?;
    }
    exits.extend(remove(context, &books, &args.stage, &format!("deleted the results of {}", args.stage)));
    Ok(Exit::of_books(exits))
}
