use crate::Exit;
use crate::context::Context;
use crate::editing;
use crate::editing::JsonEdit;
use crate::editing::LabelTarget;
use crate::editing::MergedBook;
use crate::editing::NewEdit;
use crate::editing::PageNumberTarget;
use crate::editing::ParagraphTarget;
use crate::editing::SplitTarget;
use crate::editing::TextTarget;
use crate::editing::UndoTarget;
use crate::error::CliError;
use crate::error::Result;
use crate::verbs::show::page_number;
use clap::Args;
use shelf_pages::edits::Author;
use shelf_pages::edits::ParagraphAction;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::store::Store;

/// Correct the text, paragraphs, labels and page number of a page
///
/// Opens the page in an editor (`VISUAL`, or else `EDITOR`). An edit wins over rules and models, and is applied again whenever the page is made;
/// where the text that it was made on has changed, it is kept and listed as in conflict. The page is made again at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf edit florida 15                              change page 15 in an editor
  shelf edit florida --set \"15/2/1=The modern ship\"  the text of page 15, block 2, paragraph 1
  shelf edit florida --join 15/3                     block 3 goes on with the paragraph before it
  shelf edit florida --split \"15/2/1=the end.|The next\"  a paragraph begins between these words
  shelf edit florida --delete 15/4                   leave block 4, which is noise, out of the book
  shelf edit florida --label 15/2=FOOTNOTE --page-number 15=ix --why \"as printed\"
  shelf edit florida --list                          all edits, with those in conflict
  shelf edit florida --undo 15                       remove the last edit of page 15
  shelf edit florida --adopt 15                      keep what was changed by hand in the file of page 15
  shelf edit florida --json < edits.json             edits from another program:
      [{\"page\": 15, \"block\": 2, \"paragraph\": 1, \"text\": \"The modern ship\", \"by\": \"spelling\"}]")]
pub(crate) struct Edit {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// The page to open in an editor; with `--list`, the page whose edits are listed
    #[arg(value_name = "PAGE", value_parser = page_number, conflicts_with_all = ["set", "split", "join", "delete", "label", "page_number", "undo", "adopt"])]
    page: Option<PageNumber>,
    /// Set the text of a paragraph
    #[arg(long, value_name = "PAGE/BLOCK/PARAGRAPH=TEXT")]
    set: Vec<TextTarget>,
    /// Split a paragraph between these words; one side may be empty
    #[arg(long, value_name = "PAGE/BLOCK/PARAGRAPH=BEFORE|AFTER")]
    split: Vec<SplitTarget>,
    /// Join a paragraph with the one before it
    #[arg(long, value_name = "PAGE/BLOCK/PARAGRAPH")]
    join: Vec<ParagraphTarget>,
    /// Leave a paragraph out of the book
    #[arg(long, value_name = "PAGE/BLOCK/PARAGRAPH")]
    delete: Vec<ParagraphTarget>,
    /// Set the label of a block, such as BODY or FOOTNOTE
    #[arg(long, value_name = "PAGE/BLOCK=LABEL")]
    label: Vec<LabelTarget>,
    /// Set the printed page number; `PAGE=` if none is printed
    #[arg(long, value_name = "PAGE=NUMBER")]
    page_number: Vec<PageNumberTarget>,
    /// List the edits, with those in conflict
    #[arg(long, conflicts_with_all = ["set", "split", "join", "delete", "label", "page_number", "undo", "adopt"])]
    list: bool,
    /// Remove the last edit of a page or paragraph, or the edit with an id
    #[arg(long, value_name = "PAGE|PAGE/BLOCK/PARAGRAPH|ID", conflicts_with_all = ["set", "split", "join", "delete", "label", "page_number", "adopt"])]
    undo: Option<UndoTarget>,
    /// Turn what was changed by hand in the stored page into edits
    #[arg(long, value_name = "PAGE", value_parser = page_number, conflicts_with_all = ["set", "split", "join", "delete", "label", "page_number"])]
    adopt: Option<PageNumber>,
    #[command(flatten)]
    author: AuthorArgs,
}

/// Who makes an edit, and why.
#[derive(Debug, Args)]
pub(crate) struct AuthorArgs {
    /// Record this name with the edit [default: the name of the user]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Record a reason with the edit
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

impl AuthorArgs {
    pub(crate) fn author(&self) -> Author {
        let user = || ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        let by = self.by.clone().or_else(user).filter(|by| !by.trim().is_empty());
        Author { by: by.unwrap_or_else(|| "unknown".to_owned()), why: self.why.clone() }
    }
}

pub(crate) fn edit(context: &Context, args: &Edit) -> Result<Exit> {
    let book = MergedBook::open(context, &args.id)?;
    let author = args.author.author();
    if args.list {
        return editing::list(&book, args.page);
    }
    if let Some(target) = &args.undo {
        let removed = editing::undo(&book, target)?;
        return editing::report_saved(&book, "removed", &[removed]);
    }
    if let Some(page) = args.adopt {
        let saved = editing::adopt(&book, page, &author)?;
        return editing::report_adopted(&book, page, &saved);
    }
    if let Some(page) = args.page {
        let planned = editing::edit_page(&book, page, &author)?;
        let ended = save(&book, |_| Ok(planned));
        if ended.is_ok() {
            editing::discard_draft(&book, page)?;
        }
        return ended;
    }
    let whole =
        |targets: &[ParagraphTarget], action| targets.iter().map(|target| target.wanted(action)).collect::<Vec<_>>();
    let wanted: Vec<_> = (args.set.iter().map(|TextTarget(page, wanted)| (*page, wanted.clone())))
        .chain(args.label.iter().map(|LabelTarget(page, wanted)| (*page, wanted.clone())))
        .chain(args.page_number.iter().map(|PageNumberTarget(page, wanted)| (*page, wanted.clone())))
        .chain(args.split.iter().map(|SplitTarget(page, wanted)| (*page, wanted.clone())))
        .chain(whole(&args.join, ParagraphAction::Join))
        .chain(whole(&args.delete, ParagraphAction::Delete))
        .map(|(page, wanted)| (page, wanted, author.clone()))
        .collect();
    if !wanted.is_empty() {
        return save(&book, |book| book.planned(&wanted));
    }
    if context.out.json {
        let edits = JsonEdit::read_all()?;
        return save(&book, |book| JsonEdit::planned(&edits, book, &author));
    }
    Err(CliError::refused("nothing to edit: name a page, or use an option such as `--set` or `--label`")
        .exit(Exit::Usage)
        .hint("see `shelf edit --help`"))
}

/// Saves edits under the book's lock, all or none, then makes the pages again.
fn save<'c>(book: &MergedBook<'c>, planned: impl FnOnce(&MergedBook<'c>) -> Result<Vec<NewEdit>>) -> Result<Exit> {
    let saved = {
        let _lock = book.context.store.lock(&book.id)?;
        book.save(planned(book)?)?
    };
    editing::report_saved(book, "saved", &saved)
}
