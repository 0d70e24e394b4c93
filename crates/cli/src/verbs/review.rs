use crate::Exit;
use crate::context::Context;
use crate::editing;
use crate::editing::MergedBook;
use crate::error::Result;
use crate::numbers::count;
use crate::reviewing;
use crate::reviewing::Session;
use crate::verbs::edit::AuthorArgs;
use clap::Args;
use shelf_runtime::book::ScanId;
use std::io::stdin;

/// Decide on doubtful corrections and flagged pages, one after the other
///
/// First come corrections that were proposed but are in doubt, then pages that reports flag; those come first whose decision probably corrects the most
/// errors. Shows the line of the scan in terminals with kitty's graphics protocol, else where it is. Decisions are edits (see `shelf edit`):
/// what was rejected or found right is not asked again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf review florida          decide until you stop with q
  shelf review florida --next   decide on the next one only
  shelf review florida --json   what is to be decided, for other programs

Answers: a accepts, r rejects, `t WORDS` types other words, e opens the page in an editor, s skips, q stops.")]
pub(crate) struct Review {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// Ask about the next one only
    #[arg(long)]
    next: bool,
    #[command(flatten)]
    author: AuthorArgs,
}

pub(crate) fn review(context: &Context, args: &Review) -> Result<Exit> {
    let book = MergedBook::open(context, &args.id)?;
    let limit = args.next.then_some(1);
    if context.out.json {
        let items = reviewing::queue(&book)?;
        let items: Vec<_> = items.iter().take(limit.unwrap_or(usize::MAX)).map(reviewing::json_of_item).collect();
        context.out.json(&items)?;
        return Ok(Exit::Done);
    }
    let pool = context.worker_pool(1)?;
    let mut session = Session { book: &book, author: args.author.author(), pool, saved: Vec::new() };
    let ended = session.run(limit, &mut stdin().lock());
    let saved = session.saved;
    let exit = if saved.is_empty() { Exit::Done } else { editing::report_saved(&book, "saved", &saved)? };
    ended?;
    match reviewing::queue(&book)?.len() {
        0 => context.out.line(format_args!("{}: nothing left to decide", book.id))?,
        left => context.out.line(format_args!("{}: {} to decide", book.id, count(left, "item")))?,
    }
    Ok(exit)
}
