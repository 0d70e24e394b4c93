use clap::Args;
use serde_json::Value;

use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};
use shelf_eval::stage_text;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::inspect::metadata;
use shelf_runtime::store::{BookPath, Store};

/// Show what is known of a book, or the text of a page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf show florida                          title, author, pages, where it came from
  shelf show florida --page 7                 the text of page 7
  shelf show florida --page 7 --stage ocr --json   the page as it lies in the library")]
pub(crate) struct Show {
    /// The book
    #[arg(value_name = "SCAN-ID")]
    id: ScanId,
    /// A page
    #[arg(long, value_name = "PAGE", value_parser = page_number)]
    page: Option<PageNumber>,
    /// The stage that made it [default: the last that has a text of it]
    #[arg(long, value_name = "STAGE", requires = "page")]
    stage: Option<String>,
}

pub(super) fn page_number(text: &str) -> Result<PageNumber, String> {
    text.parse().ok().and_then(PageNumber::new).ok_or_else(|| "expected a page number, from 1".to_owned())
}

pub(crate) fn show(context: &Context, args: &Show) -> Result<Exit> {
    let metadata = metadata(&context.store, &args.id)?;
    let Some(page) = args.page else {
        let value = serde_json::to_value(&metadata)?;
        if context.out.json {
            context.out.json(&value)?;
        } else {
            for (name, value) in value.as_object().into_iter().flatten().filter(|(name, value)| shown(name, value)) {
                context.out.line(format_args!("{:<14} {}", name.replace('_', " "), told(name, value)))?;
            }
        }
        return Ok(Exit::Done);
    };
    let mut made = None;
    for entry in context.registry.stages().iter().rev() {
        let is_meant = args.stage.as_ref().is_none_or(|stage| stage == entry.row.name);
        let Some(bytes) = context.store.read(&BookPath::page(&args.id, entry.row.name, page))?.filter(|_| is_meant)
        else {
            continue;
        };
        if context.out.json {
            context.out.json(&serde_json::from_slice::<Value>(&bytes)?)?;
            return Ok(Exit::Done);
        }
        let text = stage_text(&context.store, &context.registry, &args.id, entry, page)?;
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            context.out.line(text)?;
            return Ok(Exit::Done);
        }
        made = made.or(Some(entry.row.name));
    }
    match made {
        Some(stage) => {
            context.out.note(format_args!("{stage} page {page} has no text"));
            Ok(Exit::Done)
        }
        None => Err(CliError::refused(format!("page {page} of `{}` has not been made yet", args.id))
            .hint(format!("make it: `shelf process {} --pages {page}`", args.id))),
    }
}

/// What is known. The `status` of the file is `registered` for good, also of a book that has been read: `shelf status` tells how far it is.
fn shown(name: &str, value: &Value) -> bool {
    name != "status" && !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
}

/// Of what is presumed the fields' names: their values stand above.
fn told(name: &str, value: &Value) -> String {
    match value {
        Value::Object(fields) if name == "presumed" => fields.keys().cloned().collect::<Vec<_>>().join(", "),
        value => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
