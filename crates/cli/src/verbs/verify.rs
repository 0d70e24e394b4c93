use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use crate::numbers::count;
use crate::out::print_error;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::verify;
use shelf_runtime::verify::Fault;

/// Check every scan and page against its schema, record and hash
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf verify florida
  shelf verify --all --json")]
pub(crate) struct Verify {
    /// Books to check
    #[arg(value_name = "BOOK", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<ScanId>,
    /// Check all books of the library
    #[arg(long)]
    all: bool,
}

pub(crate) fn verify(context: &Context, args: &Verify) -> Result<Exit> {
    let mut exits = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    for book in context.books(&args.ids, args.all)? {
        let checked =
            match verify::book(&context.store, &context.registry, &book).map_err(|error| context.near(error.into())) {
                Ok(checked) => checked,
                Err(error) => {
                    exits.push(error.exit);
                    print_error(error.render());
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
        let found = if faults.is_empty() { "no errors".to_owned() } else { count(faults.len(), "error") };
        let (pages, files) = (count(checked.pages, "record"), count(checked.files, "file"));
        context.out.line(format_args!("{book}: checked {pages} and {files}; {found}"))?;
        let scans: Vec<PageNumber> = faults.iter().filter_map(|fault| fault.scan).collect();
        if faults.len() > scans.len() {
            context.out.note(format_args!("hint: `shelf process {book}` makes damaged pages again"));
        }
        if let Some(page) = scans.first() {
            context.out.note(format_args!("hint: `shelf page {book} replace {page} FILE` replaces a damaged scan"));
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
