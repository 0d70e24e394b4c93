use super::show::page_number;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers;
use crate::numbers::count;
use crate::table::Column;
use crate::table::Table;
use clap::Args;
use clap::Subcommand;
use serde_json::json;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::PageSet;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::look;
use shelf_runtime::inspect::metadata;
use shelf_scans::Rotation;
use shelf_scans::edit::EditError;
use shelf_scans::edit::EditSummary;
use shelf_scans::edit::RemovedPage;
use shelf_scans::edit::RemovingEdit;
use shelf_scans::edit::ScanEdit;
use shelf_scans::edit::edit_scans;
use shelf_scans::edit::removed_pages;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Replace, insert, remove, rotate or restore pages
///
/// Keeps the results of other pages, renumbered as needed. A page that is replaced, removed or rotated is put aside in the folder `removed` of
/// the book, with its results; `restore` brings it back.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf page florida replace 12 better.tif       a better scan of page 12
  shelf page florida insert 31 missing.tif       a missing page becomes page 31; the old page 31 is now page 32
  shelf page florida drop 49                     a page that was scanned twice
  shelf page florida rotate 7 90                 a quarter turn clockwise
  shelf page florida restore                     what can be brought back
  shelf page florida restore 49                  page 49 as it was before it was removed, replaced or rotated

`shelf status florida` reports pages that seem to be missing or scanned twice. `shelf process florida` then processes
what has changed.")]
pub(crate) struct Page {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    #[command(subcommand)]
    edit: EditArgs,
}

#[derive(Debug, Subcommand)]
enum EditArgs {
    /// Replace the scan of a page
    Replace {
        /// The page
        #[arg(value_parser = page_number)]
        page: PageNumber,
        /// An image, or a PDF with one page
        file: PathBuf,
    },
    /// Insert pages
    Insert {
        /// The number of the first new page; to append, one more than the book has pages
        #[arg(value_parser = page_number)]
        page: PageNumber,
        /// Images or PDFs, in page order
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Remove pages
    Drop {
        /// Pages such as `49` or `3-5,9`
        pages: PageSet,
    },
    /// Rotate the scan of a page
    Rotate {
        /// The page
        #[arg(value_parser = page_number)]
        page: PageNumber,
        /// Degrees clockwise: 90, 180 or 270
        #[arg(value_parser = rotation, allow_hyphen_values = true)]
        degrees: Rotation,
    },
    /// Bring back a page that was replaced, removed or rotated, or list these pages
    Restore {
        /// The number that the page had, or its name in the list; without it, lists what can be restored
        page: Option<String>,
    },
}

fn rotation(text: &str) -> Result<Rotation, String> {
    let rotation = text.trim_end_matches('°').parse().ok().and_then(Rotation::from_degrees);
    rotation.ok_or_else(|| "expected 90, 180 or 270 degrees clockwise".to_owned())
}

pub(crate) fn page(context: &Context, args: &Page) -> Result<Exit> {
    let edit = match &args.edit {
        EditArgs::Replace { page, file } => ScanEdit::Replace { page: *page, file: file.clone() },
        EditArgs::Insert { page, files } => ScanEdit::Insert { page: *page, files: files.clone() },
        EditArgs::Rotate { page, degrees } => ScanEdit::Rotate { page: *page, rotation: *degrees },
        EditArgs::Drop { pages } => ScanEdit::Drop { pages: picked(context, args, pages)? },
        EditArgs::Restore { page: None } => return list_removed(context, args),
        EditArgs::Restore { page: Some(wanted) } => ScanEdit::Restore { name: removed_name(context, args, wanted)? },
    };
    let files = match &edit {
        ScanEdit::Replace { file, .. } => std::slice::from_ref(file),
        ScanEdit::Insert { files, .. } => files,
        _ => &[],
    };
    let worker_pool = context.worker_pool_for(1, files)?;
    let summary = edit_scans(&context.store, &context.registry, &worker_pool, &args.id, &edit).map_err(refusal)?;
    print(context, args, &edit, &summary)?;
    Ok(Exit::Done)
}

/// The name of the page that was put aside last with this number, or of that name.
fn removed_name(context: &Context, args: &Page, wanted: &str) -> Result<String> {
    metadata(&context.store, &args.id)?;
    let pages = removed_pages(&context.store, &args.id).map_err(refusal)?;
    let is_meant = |page: &&RemovedPage| page.name == wanted || page.page.to_string() == wanted;
    match pages.iter().find(is_meant) {
        Some(page) => Ok(page.name.clone()),
        None => Err(refusal(EditError::NotRemoved { book: args.id.clone(), name: wanted.to_owned() })),
    }
}

fn list_removed(context: &Context, args: &Page) -> Result<Exit> {
    metadata(&context.store, &args.id)?;
    let pages = removed_pages(&context.store, &args.id).map_err(refusal)?;
    let edit = |page: &RemovedPage| page.removal.as_ref().map(|removal| removal.edit);
    if context.out.json {
        let value = |page: &RemovedPage| json!({ "page": page.page, "name": page.name, "edit": edit(page), "when": page.when(), "scan": page.scan });
        context.out.json(&pages.iter().map(value).collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    if pages.is_empty() {
        context.out.note(format_args!("{}: no page was put aside", args.id));
        return Ok(Exit::Done);
    }
    let row = |page: &RemovedPage| {
        let done = match edit(page) {
            Some(RemovingEdit::Replace) => "replaced",
            Some(RemovingEdit::Drop) => "removed",
            Some(RemovingEdit::Rotate) => "rotated",
            Some(RemovingEdit::Restore) => "replaced by an earlier scan",
            None => "not recorded",
        };
        vec![page.page.to_string(), done.to_owned(), page.name.clone()]
    };
    let columns = [Column::number("page"), Column::prose("was"), Column::word("name")];
    context.out.table(&Table::new(columns, pages.iter().map(row).collect()))?;
    context.out.note(format_args!("`shelf page {} restore PAGE` (or NAME) brings one back", args.id));
    Ok(Exit::Done)
}

/// The selected pages; refused if one is out of range.
fn picked(context: &Context, args: &Page, set: &PageSet) -> Result<BTreeSet<PageNumber>> {
    let book = look(&context.store, &context.registry, &args.id)?;
    let pages: BTreeSet<PageNumber> = book.pages.iter().copied().filter(|page| set.contains(*page)).collect();
    let last = book.pages.last().map_or(0, |page| page.get());
    match set.outside(&book.pages.iter().copied().collect()).first().copied().and_then(PageNumber::new) {
        Some(page) => Err(refusal(EditError::OutOfRange { book: args.id.clone(), page, last })),
        None => Ok(pages),
    }
}

fn refusal(error: EditError) -> CliError {
    match error {
        EditError::Store(error) => error.into(),
        EditError::Look(error) => error.into(),
        EditError::Report(error) => error.into(),
        EditError::Stopped => CliError::failed(error).exit(Exit::Interrupted),
        EditError::File(error) if !error.is_not_found() => CliError::failed(error),
        error => {
            let hint = error.hint();
            let refused = CliError::failed(error).exit(Exit::Refused);
            match hint {
                Some(hint) => refused.hint(hint),
                None => refused,
            }
        }
    }
}

fn print(context: &Context, args: &Page, edit: &ScanEdit, summary: &EditSummary) -> Result<()> {
    let texts = summary.unreadable_text.iter();
    let texts: Vec<_> = texts.map(|(page, problem)| json!({ "page": page, "problem": problem })).collect();
    if context.out.json {
        context.out.json(&json!({
            "book": args.id, "pages": summary.pages, "new": summary.new_pages, "moved": summary.renumbered, "kept": summary.kept_scans,
            "unreadable_text": texts,
        }))?;
        return Ok(());
    }
    let new = numbers::pages(summary.new_pages.iter().copied());
    let done = match edit {
        ScanEdit::Replace { .. } => format!("replaced {new}"),
        ScanEdit::Rotate { .. } => format!("rotated {new}"),
        ScanEdit::Insert { .. } => format!("inserted {new}"),
        ScanEdit::Restore { .. } => format!("restored {new}"),
        ScanEdit::Drop { pages } => format!("removed {}", numbers::pages(pages.iter().copied())),
    };
    let moved = match summary.renumbered {
        0 => String::new(),
        moved => format!("; {} renumbered", count(moved, "page")),
    };
    context.out.line(format_args!("{}: {done}{moved}; now {}", args.id, count(summary.pages as usize, "page")))?;
    for (page, problem) in &summary.unreadable_text {
        context.out.note(format_args!("page {page} was added without its text: {problem}"));
    }
    for kept in &summary.kept_scans {
        let path = context.store.book_folder(&args.id).join(kept);
        context.out.note(format_args!("kept the old scan: {}", path.display()));
    }
    context.out.note(format_args!("next: `shelf process {}`", args.id));
    Ok(())
}
