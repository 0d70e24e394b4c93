use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::show::page_number;
use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::numbers::{count, ranges};
use shelf_runtime::book::{PageNumber, PageSet, ScanId};
use shelf_runtime::inspect::look;
use shelf_scans::Turn;
use shelf_scans::edit::{Change, MendError, Mended, mend};

/// Mend a book's scans: replace, insert, drop or rotate a page
///
/// Pages that are not touched keep what was made of them, and their numbers move where they have to. A scan that is no page any
/// more is kept in the book's folder, under `removed`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf page florida replace 12 better.tif       a better scan of page 12
  shelf page florida insert 31 leaf.tif          a missing leaf becomes page 31; the old page 31 is page 32 now
  shelf page florida drop 49                     a leaf that was scanned twice
  shelf page florida rotate 7 90                 a quarter turn clockwise

`shelf status florida` says which leaves seem to be missing or doubled. Then `shelf process florida` makes what has
changed.")]
pub(crate) struct Page {
    /// The book
    #[arg(value_name = "SCAN-ID")]
    id: ScanId,
    #[command(subcommand)]
    change: Asked,
}

#[derive(Debug, Subcommand)]
enum Asked {
    /// Take another scan for a page
    Replace {
        /// The page
        #[arg(value_parser = page_number)]
        page: PageNumber,
        /// A picture, or a PDF of one page
        file: PathBuf,
    },
    /// Put pages in
    Insert {
        /// The number that the first of them will have; one more than the book has pages, to put them at its end
        #[arg(value_parser = page_number)]
        page: PageNumber,
        /// Pictures or PDFs, in the order of their pages
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Take pages out
    Drop {
        /// The pages, such as `49` or `3-5,9`
        pages: PageSet,
    },
    /// Turn a page's scan
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
    let children = context.children(1)?;
    let mended = mend(&context.store, &context.registry, &children, &args.id, &change).map_err(refusal)?;
    tell(context, args, &change, &mended)?;
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

fn tell(context: &Context, args: &Page, change: &Change, mended: &Mended) -> Result<()> {
    if context.out.json {
        context.out.json(&json!({
            "book": args.id, "pages": mended.pages, "new": mended.new, "moved": mended.moved, "kept": mended.kept,
        }))?;
        return Ok(());
    }
    let new = ranges(mended.new.iter().copied());
    let done = match change {
        Change::Replace { .. } => format!("page {new} has another scan"),
        Change::Rotate { .. } => format!("page {new} is turned"),
        Change::Insert { .. } => format!("page {new} is put in"),
        Change::Drop { pages } => format!("page {} is taken out", ranges(pages.iter().copied())),
    };
    let moved = match mended.moved {
        0 => String::new(),
        moved => format!("; {} moved", count(moved, "number")),
    };
    context.out.line(format_args!("{}: {done}{moved}; {} now", args.id, count(mended.pages as usize, "page")))?;
    for kept in &mended.kept {
        let path = context.store.book_folder(&args.id).join(kept);
        context.out.note(format_args!("the old scan is kept: {}", path.display()));
    }
    context.out.note(format_args!("next: `shelf process {}`", args.id));
    Ok(())
}
