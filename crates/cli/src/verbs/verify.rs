use clap::Args;
use serde_json::{Value, json};

use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::numbers::count;
use crate::out::complain;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::verify::{self, Fault};

/// Check every page of every stage against schema, record and hashes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf verify florida
  shelf verify --all --json")]
pub(crate) struct Verify {
    /// The books
    #[arg(value_name = "SCAN-ID", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// All books of the library
    #[arg(long)]
    all: bool,
}

pub(crate) fn verify(context: &Context, args: &Verify) -> Result<Exit> {
    let mut exits = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    for book in context.books(&args.ids, args.all)? {
        let checked = match verify::book(&context.store, &context.registry, &book).map_err(CliError::from) {
            Ok(checked) => checked,
            Err(error) => {
                exits.push(error.exit);
                complain(error.render());
                continue;
            }
        };
        exits.push(if checked.faults.is_empty() { Exit::Done } else { Exit::SomePages });
        let faults = &checked.faults;
        if context.out.json {
            let faults: Vec<Value> = faults.iter().map(json_of).collect();
            values.push(json!({ "book": book, "pages": checked.pages, "files": checked.files, "faults": faults }));
            continue;
        }
        for fault in faults {
            context.out.line(format_args!("{}: {}", fault.path, fault.problem))?;
        }
        let found = if faults.is_empty() { "all whole".to_owned() } else { count(faults.len(), "fault") };
        let (pages, files) = (count(checked.pages, "page"), count(checked.files, "other file"));
        context.out.line(format_args!("{book}: {pages} and {files} checked, {found}"))?;
        let scans: Vec<PageNumber> = faults.iter().filter_map(|fault| fault.scan).collect();
        if faults.len() > scans.len() {
            context.out.note(format_args!("hint: `shelf process {book}` makes damaged pages again"));
        }
        if let Some(page) = scans.first() {
            context.out.note(format_args!(
                "hint: only you have the scans: `shelf page {book} replace {page} FILE` gives a page another one; without any, `shelf delete \
                 {book}` and add the book again"
            ));
        }
    }
    if context.out.json {
        context.out.json(&values)?;
    }
    Ok(Exit::of_books(exits))
}

fn json_of(fault: &Fault) -> Value {
    json!({ "file": fault.path.to_string(), "scan_of_page": fault.scan, "problem": fault.problem })
}
