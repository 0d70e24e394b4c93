use super::delete::confirm;
use super::delete::remove;
use super::delete::there;
use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use crate::numbers::count;
use crate::selection::selected;
use clap::Args;
use shelf_llm::Spent;
use shelf_llm::ledger;
use shelf_runtime::book::ScanId;
use shelf_runtime::store::Store;

/// Delete a stage's results so that they are made again
///
/// The scans and the results of other stages stay, but become stale if the stage produces something else next time. Stored replies of
/// language models are deleted too, so making the pages again costs again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf clean florida --stage ocr
  shelf clean florida --stage ocr+           also the results of all stages that are made from it
  shelf clean florida --stage ocr --yes      without asking")]
pub(crate) struct Clean {
    /// Books to clean
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// Clean all books of the library
    #[arg(long)]
    all: bool,
    /// Delete the results of this stage; `STAGE+` also those of all stages made from it
    #[arg(long, value_name = "STAGE")]
    stage: String,
    /// Delete without asking
    #[arg(long, short)]
    yes: bool,
}

pub(crate) fn clean(context: &Context, args: &Clean) -> Result<Exit> {
    let books = context.books(&args.ids, args.all)?;
    let (books, mut exits) = there(context, &books);
    let stages = selected(&context.registry, std::slice::from_ref(&args.stage))?;
    let (mut files, mut replies) = (0, Spent::default());
    for book in &books {
        for stage in &stages {
            let results = Results::of(context, book, stage)?;
            context.out.note(format_args!("{book}: {stage}: {}", results.line()));
            files += results.files;
            replies.merge(&results.replies);
        }
    }
    let names = books.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !books.is_empty() {
        let what = stages.iter().map(|stage| format!("`{stage}`")).collect::<Vec<_>>().join(", ");
        let paid = if replies.calls > 0 { format!(" and replies that cost {replies}") } else { String::new() };
        confirm(&format!("delete {} of {what} in {names}{paid}?", count(files, "file")), args.yes)?;
    }
    // Dependants first: an interruption leaves none whose inputs are gone.
    for stage in stages.iter().rev() {
        exits.extend(remove(context, &books, stage, &format!("deleted the results of {stage}")));
    }
    Ok(Exit::of_books(exits))
}

/// The results of a stage in a book.
struct Results {
    files: usize,
    /// What the stored replies cost.
    replies: Spent,
}

impl Results {
    fn of(context: &Context, book: &ScanId, stage: &str) -> Result<Self> {
        let stored = context.store.list(book, &format!("{stage}/replies"))?;
        let is_stored = |hash: &str| stored.iter().any(|name| name.strip_suffix(".json") == Some(hash));
        let attempts = if stored.is_empty() { Vec::new() } else { ledger(&context.store, book)? };
        let replies = attempts.iter().filter(|entry| entry.stage == stage && is_stored(entry.request.as_str()));
        Ok(Self { files: context.store.list(book, stage)?.len(), replies: Spent::of(replies) })
    }

    /// `18 files`, `18 files; 4 calls to language models, $0.42`.
    fn line(&self) -> String {
        let files = count(self.files, "file");
        match self.replies.calls {
            0 => files,
            calls => format!("{files}; {} to language models, {}", count(calls, "call"), self.replies),
        }
    }
}
