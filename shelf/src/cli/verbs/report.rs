use clap::Args;
use serde_json::{Map, Value, json};

use crate::book::ScanId;
use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Result};
use crate::plan::metadata;
use crate::report::{self, Report as StageReport, Row};

/// Show a stage's report: a line a page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf report florida --stage ocr
  shelf report florida --stage ocr --flagged     only pages worth a look
  shelf report florida --stage ocr --json")]
pub(in crate::cli) struct Report {
    /// The book
    #[arg(value_name = "SCAN-ID")]
    id: ScanId,
    /// The stage
    #[arg(long, value_name = "STAGE")]
    stage: String,
    /// Only pages with a value that the stage flags
    #[arg(long)]
    flagged: bool,
}

pub(in crate::cli) fn report(context: &Context, args: &Report) -> Result<Exit> {
    metadata(&context.store, &args.id)?;
    let entry = context.registry.get(&args.stage).expect("the command line takes only names of stages");
    let mut report = report::read(&context.store, entry, &args.id)?;
    if report.rows.is_empty() {
        return Err(CliError::refused(format!("`{}` has made no page of `{}` yet", args.stage, args.id))
            .hint(format!("run it: `shelf process {} --stage {}`", args.id, args.stage)));
    }
    if args.flagged {
        let flagged: Vec<bool> = report.rows.iter().map(|row| !report.flags(row).is_empty()).collect();
        let mut flagged = flagged.into_iter();
        report.rows.retain(|_| flagged.next().unwrap_or(false));
    }
    if context.out.json {
        context.out.json(&report.rows.iter().map(|row| json_of(&report, row)).collect::<Vec<_>>())?;
    } else if report.rows.is_empty() {
        context.out.note("no page is flagged");
    } else {
        let header: Vec<&str> = report.header().into_iter().chain(["flagged"]).collect();
        let rows: Vec<Vec<String>> = report
            .rows
            .iter()
            .map(|row| report.cells(row).into_iter().chain([report.flags(row).join(", ")]).collect())
            .collect();
        context.out.table(&header, &rows)?;
    }
    Ok(Exit::Done)
}

fn json_of(report: &StageReport, row: &Row) -> Value {
    let value = |field: &str| row.metrics.get(field).cloned().unwrap_or(Value::Null);
    let columns: Map<String, Value> =
        report.columns.iter().map(|column| (column.title.to_owned(), value(column.field))).collect();
    let mut line = json!({ "page_num": row.page, "flagged": report.flags(row) });
    line.as_object_mut().expect("just made").extend(columns);
    line
}
