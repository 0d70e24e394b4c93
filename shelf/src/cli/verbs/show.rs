use clap::Args;
use serde_json::Value;

use crate::book::{PageNumber, ScanId};
use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Result};
use crate::eval;
use crate::plan::metadata;
use crate::record::RECORD_KEY;
use crate::store::{BookPath, Store};

/// Show what is known of a book, or the text of a page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf show florida                          title, author, pages, where it came from
  shelf show florida --page 7                 the text of page 7
  shelf show florida --page 7 --stage ocr --json   the page as it lies in the library")]
pub(in crate::cli) struct Show {
    /// The book
    #[arg(value_name = "SCAN-ID")]
    id: ScanId,
    /// A page
    #[arg(long, value_name = "PAGE", value_parser = page_number)]
    page: Option<PageNumber>,
    /// The stage that made it [default: the last that has made it]
    #[arg(long, value_name = "STAGE", requires = "page")]
    stage: Option<String>,
}

pub(super) fn page_number(text: &str) -> Result<PageNumber, String> {
    text.parse().ok().and_then(PageNumber::new).ok_or_else(|| "expected a page number, from 1".to_owned())
}

pub(in crate::cli) fn show(context: &Context, args: &Show) -> Result<Exit> {
    let metadata = metadata(&context.store, &args.id)?;
    let Some(page) = args.page else {
        let value = serde_json::to_value(&metadata)?;
        if context.out.json {
            context.out.json(&value)?;
        } else {
            for (name, value) in value.as_object().into_iter().flatten().filter(|(_, value)| shown(value)) {
                context.out.line(format_args!("{:<14} {}", name.replace('_', " "), plain(value)))?;
            }
        }
        return Ok(Exit::Done);
    };
    let (stage, mut output) = output(context, args, page)?;
    if context.out.json {
        context.out.json(&output)?;
    } else {
        output.as_object_mut().map(|fields| fields.remove(RECORD_KEY));
        match eval::text_of(&output) {
            text if text.is_empty() => context.out.note(format_args!("{stage} page {page} has no text")),
            text => context.out.line(text)?,
        }
    }
    Ok(Exit::Done)
}

/// A page's file: of the stage that was asked for, else of the last stage that has made it.
fn output(context: &Context, args: &Show, page: PageNumber) -> Result<(String, Value)> {
    let stages: Vec<&str> = match &args.stage {
        Some(stage) => vec![stage],
        None => context.registry.stages().iter().rev().map(|entry| entry.row.name).collect(),
    };
    for stage in stages {
        if let Some(bytes) = context.store.read(&BookPath::page(&args.id, stage, page))? {
            return Ok((stage.to_owned(), serde_json::from_slice(&bytes)?));
        }
    }
    Err(CliError::refused(format!("page {page} of `{}` has not been made yet", args.id))
        .hint(format!("make it: `shelf process {} --pages {page}`", args.id)))
}

fn shown(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
