use super::show::page_number;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers;
use crate::numbers::count;
use clap::Args;
use clap::Subcommand;
use serde_json::json;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::PageSet;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::look;
use shelf_scans::Turn;
use shelf_scans::edit::Change;
use shelf_scans::edit::MendError;
use shelf_scans::edit::Mended;
use shelf_scans::edit::mend;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Replace, insert, remove or rotate pages
///
/// The results of other pages are kept and renumbered as needed. A scan that is replaced or removed is kept in the book's folder, under
/// `removed`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf page florida replace 12 better.tif       a better scan of page 12
  shelf page florida insert 31 missing.tif       a missing page becomes page 31; the old page 31 is now page 32
  shelf page florida drop 49                     a page that was scanned twice
  shelf page florida rotate 7 90                 a quarter turn clockwise

`shelf status florida` reports pages that seem to be missing or scanned twice. `shelf process florida` then processes
what has changed.")]
pub(crate) struct Page {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    #[command(subcommand)]
    change: Asked,
}

#[derive(Debug, Subcommand)]
enum Asked {
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
        #[arg(value_parser = turn, allow_hyphen_values = true)]
        degrees: Turn,
    },
}

fn turn(text: &str) -> Result<Turn, String> {
    let degrees = text.trim_end_matches('°').parse().ok().and_then(Turn::of_degrees);
    degrees.ok_or_else(|| "expected 90, 180 or 270 degrees clockwise".to_owned())
}

pub(crate) fn page(context: &Context, args: &Page) -> Result<Exit> {
    let change = match &args.change {
        Asked::Replace { page, file } => Change::Replace { page: *page, file: file.clone() },
        Asked::Insert { page, files } => Change::Insert { page: *page, files: files.clone() },
        Asked::Rotate { page, degrees } => Change::Rotate { page: *page, turn: *degrees },
        Asked::Drop { pages } => Change::Drop { pages: picked(context, args, pages)? },
    };
    let worker_pool = context.worker_pool(1)?;
    let mended = mend(&context.store, &context.registry, &worker_pool, &args.id, &change).map_err(refusal)?;
    print(context, args, &change, &mended)?;
    Ok(Exit::Done)
}

/// The pages that a set picks; refused where it picks one that is not there.
fn picked(context: &Context, args: &Page, set: &PageSet) -> Result<BTreeSet<PageNumber>> {
    let book = look(&context.store, &context.registry, &args.id)?;
    let pages: BTreeSet<PageNumber> = book.pages.iter().copied().filter(|page| set.contains(*page)).collect();
    let last = book.pages.last().map_or(0, |page| page.get());
    match set.outside(&book.pages.iter().copied().collect()).first().copied().and_then(PageNumber::new) {
        Some(page) => Err(refusal(MendError::NoPage { book: args.id.clone(), page, last })),
        None => Ok(pages),
    }
}

fn refusal(error: MendError) -> CliError {
    match error {
        MendError::Store(error) => error.into(),
        MendError::Look(error) => error.into(),
        MendError::Add(error) => super::add::refusal(error),
        MendError::Report(error) => error.into(),
        error @ MendError::Io { .. } if !error.is_not_found() => CliError::failed(error),
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

fn print(context: &Context, args: &Page, change: &Change, mended: &Mended) -> Result<()> {
    if context.out.json {
        context.out.json(&json!({
            "book": args.id, "pages": mended.pages, "new": mended.new, "moved": mended.moved, "kept": mended.kept,
        }))?;
        return Ok(());
    }
    let new = numbers::pages(mended.new.iter().copied());
    let done = match change {
        Change::Replace { .. } => format!("replaced {new}"),
        Change::Rotate { .. } => format!("rotated {new}"),
        Change::Insert { .. } => format!("inserted {new}"),
        Change::Drop { pages } => format!("removed {}", numbers::pages(pages.iter().copied())),
    };
    let moved = match mended.moved {
        0 => String::new(),
        moved => format!("; {} renumbered", count(moved, "page")),
    };
    context.out.line(format_args!("{}: {done}{moved}; now {}", args.id, count(mended.pages as usize, "page")))?;
    for kept in &mended.kept {
        let path = context.store.book_folder(&args.id).join(kept);
        context.out.note(format_args!("kept the old scan: {}", path.display()));
    }
    context.out.note(format_args!("next: `shelf process {}`", args.id));
    Ok(())
}
