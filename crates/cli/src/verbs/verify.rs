use clap::Args;
use serde_json::{Value, json};

use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use crate::numbers::count;
use crate::out::print_error;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::store::{LedgerFault, Store as _};
use shelf_runtime::verify::{self, DAMAGED, Fault, FaultKind, Verified};

/// Check every scan and page against its schema, record and hash, and the ledger of spending
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf verify florida
  shelf verify florida --repair
  shelf verify --all --json")]
pub(crate) struct Verify {
    /// Books to check
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// Check all books of the library
    #[arg(long)]
    all: bool,
    /// Move damaged files of shelf's own aside (metadata of scans, records of failures, stored replies of models), so that the pages can be made again
    #[arg(long)]
    repair: bool,
}

pub(crate) fn verify(context: &Context, args: &Verify) -> Result<Exit> {
    let mut exits = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    for (book, is_deleted) in books(context, args)? {
        let checked = if is_deleted { check_ledger(context, &book) } else { check(context, &book, args.repair) };
        let checked = match checked {
            Ok(checked) => checked,
            Err(error) => {
                exits.push(error.exit);
                print_error(error.render());
                continue;
            }
        };
        exits.push(if checked.is_valid() { Exit::Done } else { Exit::SomePages });
        if context.out.json {
            let ledger_faults = checked.ledger_faults.iter().map(json_of_ledger);
            let faults: Vec<Value> = checked.faults.iter().map(json_of).chain(ledger_faults).collect();
            let Verified { pages, files, without_checksum, is_metadata_edited, .. } = checked;
            values.push(json!({
                "book": book, "pages": pages, "files": files, "without_checksum": without_checksum,
                "metadata_edited": is_metadata_edited, "faults": faults,
            }));
        } else {
            show(context, &book, &checked)?;
        }
    }
    if context.out.json {
        context.out.json(&values)?;
    }
    Ok(Exit::of_books(exits))
}

/// The books to check, and whether they were deleted: their ledgers are kept.
fn books(context: &Context, args: &Verify) -> Result<Vec<(ScanId, bool)>> {
    let with_ledger = if args.all { context.store.ledgers()? } else { Vec::new() };
    let books = if with_ledger.is_empty() { context.books(&args.ids, args.all)? } else { context.store.books()? };
    let deleted: Vec<ScanId> = with_ledger.into_iter().filter(|book| !books.contains(book)).collect();
    let existing = books.into_iter().map(|book| (book, false));
    Ok(existing.chain(deleted.into_iter().map(|book| (book, true))).collect())
}

/// Checks a book, after its repair if that is asked for.
fn check(context: &Context, book: &ScanId, repair: bool) -> Result<Verified> {
    let near = |error: shelf_runtime::inspect::LookError| context.near(error.into());
    // Taken first: a file that another process has made anew meanwhile is not moved aside.
    let _lock = repair.then(|| context.store.lock(book)).transpose()?;
    let checked = verify::book(&context.store, &context.registry, book).map_err(near)?;
    if !repair || checked.faults.iter().all(|fault| fault.kind != FaultKind::Own) {
        return Ok(checked);
    }
    for path in verify::repair(&context.store, &checked.faults).map_err(near)? {
        context.out.note(format_args!("moved {path} to {book}/{DAMAGED}"));
    }
    verify::book(&context.store, &context.registry, book).map_err(near)
}

/// Checks what is left of a book that was deleted.
fn check_ledger(context: &Context, book: &ScanId) -> Result<Verified> {
    verify::ledger(&context.store, book).map_err(|error| context.near(error.into()))
}

fn show(context: &Context, book: &ScanId, checked: &Verified) -> Result<()> {
    let (faults, of_ledger) = (&checked.faults, &checked.ledger_faults);
    for fault in faults {
        context.out.line(format_args!("{}: {}", fault.path, fault.problem))?;
    }
    for fault in of_ledger {
        context.out.line(format_args!("{}: {}", fault.file, fault.problem))?;
    }
    let errors = faults.len() + of_ledger.len();
    let found = if errors == 0 { "no errors".to_owned() } else { count(errors, "error") };
    let (pages, files) = (count(checked.pages, "record"), count(checked.files, "file"));
    context.out.line(format_args!("{book}: checked {pages} and {files}; {found}"))?;
    if checked.without_checksum > 0 {
        let written = if checked.without_checksum == 1 { "was" } else { "were" };
        context.out.note(format_args!(
            "{} of these {written} written by an earlier release or another program, without a checksum: changes there are found only in part",
            checked.without_checksum
        ));
    }
    if checked.is_metadata_edited {
        context.out.note(format_args!("{book}/metadata.json was edited since shelf wrote it"));
    }
    let has = |kind: FaultKind| faults.iter().any(|fault| fault.kind == kind);
    if has(FaultKind::Output) {
        context.out.note(format_args!("hint: `shelf process {book}` makes damaged pages again"));
    }
    if has(FaultKind::Original) {
        context.out.note(format_args!(
            "hint: the scans that were taken from it are not affected; copy the original file to its place again if you have it"
        ));
    }
    if has(FaultKind::NoRecord) {
        context.out.note(format_args!(
            "hint: pages without a record are kept; `shelf process {book} --pages PAGES --stage STAGE --redo` makes them again"
        ));
    }
    if has(FaultKind::Own) {
        context.out.note(format_args!("hint: `shelf verify {book} --repair` moves damaged files of shelf's own aside"));
    }
    if !of_ledger.is_empty() {
        context.out.note(format_args!(
            "hint: shelf cannot restore the ledger: compare it with the bill of the model server, or restore `.ledger` from a backup"
        ));
    }
    if let Some(page) = faults.iter().find_map(scan_of) {
        context.out.note(format_args!("hint: `shelf page {book} replace {page} FILE` replaces a damaged scan"));
    }
    Ok(())
}

/// The page whose scan is damaged.
fn scan_of(fault: &Fault) -> Option<PageNumber> {
    match fault.kind {
        FaultKind::Scan(page) => Some(page),
        FaultKind::Original | FaultKind::Output | FaultKind::NoRecord | FaultKind::Own => None,
    }
}

fn json_of(fault: &Fault) -> Value {
    json!({ "file": fault.path.to_string(), "scan_of_page": scan_of(fault), "problem": fault.problem })
}

fn json_of_ledger(fault: &LedgerFault) -> Value {
    json!({ "file": fault.file, "scan_of_page": null, "problem": fault.problem })
}
