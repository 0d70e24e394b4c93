use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::metrics::{Column, Flag};
use shelf_runtime::report::{self, Filter, Order, Report as StageReport, Row};

/// Show a stage's report: a line a page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf report florida --stage ocr
  shelf report florida --stage ocr --flagged                         only pages worth a look
  shelf report florida --stage ocr --filter 'confidence_mean<0.8'    only pages that are read badly
  shelf report florida --stage ocr --sort -words --limit 10          the ten longest pages
  shelf report florida --stage ocr --format csv > ocr.csv
  shelf report --stage ocr --explain                                 what the columns mean

Filters:
  A column, one of < <= > >= = != and a value. Columns that are no numbers take = and != only; `column=` and
  `column!=` are for pages where the value is missing, and where it is not. All of several filters have to hold.")]
pub(crate) struct Report {
    /// The book
    #[arg(value_name = "SCAN-ID", required_unless_present = "explain")]
    id: Option<ScanId>,
    /// The stage
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Explain the columns: what they mean, their units and ranges, what flags a page
    #[arg(long, conflicts_with_all = ["flagged", "filter", "sort", "limit"])]
    explain: bool,
    /// Only pages with a value that the stage flags
    #[arg(long)]
    flagged: bool,
    /// Only pages that meet a condition, such as `words<20`; may be given several times
    #[arg(long, value_name = "CONDITION")]
    filter: Vec<String>,
    /// By which column to sort; `-COLUMN` for the greatest first
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    sort: Option<String>,
    /// At most so many pages
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// As what to print it [default: table]
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "json")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// As `report.csv` has it
    Csv,
    /// Values as they were measured, not rounded
    Json,
}

pub(crate) fn report(context: &Context, args: &Report) -> Result<Exit> {
    let format = args.format.unwrap_or(if context.out.json { Format::Json } else { Format::Table });
    let Some(stage) = args.stage.as_deref() else { return Err(which_stage(context, args)?) };
    let entry = context.registry.get(stage).expect("the command line takes only names of stages");
    let Some(id) = args.id.as_ref().filter(|_| !args.explain) else {
        return explain(context, &entry.row.metrics.columns(), format);
    };
    metadata(&context.store, id)?;
    let read = report::read(&context.store, entry, id)?;
    if read.rows.is_empty() {
        return Err(CliError::refused(format!("`{stage}` has made no page of `{id}` yet"))
            .hint(format!("run it: `shelf process {id} --stage {stage}`")));
    }
    let chosen = choose(read, args)?;
    match format {
        Format::Json => context.out.json(&chosen.rows.iter().map(|row| json_of(&chosen, row)).collect::<Vec<_>>())?,
        Format::Csv => {
            context.out.csv(&chosen.header(), &chosen.rows.iter().map(|row| chosen.cells(row)).collect::<Vec<_>>())?;
        }
        Format::Table if chosen.columns.is_empty() => {
            context.out.note(format_args!("`{stage}` measures nothing: its report has no column but `page_num`"));
        }
        Format::Table if chosen.rows.is_empty() => context.out.note(nothing(args)),
        Format::Table => {
            let header: Vec<&str> = chosen.header().into_iter().chain(["flagged"]).collect();
            let line = |row| chosen.cells(row).into_iter().chain([chosen.flags(row).join(", ")]).collect();
            context.out.table(&header, &chosen.rows.iter().map(line).collect::<Vec<_>>())?;
        }
    }
    Ok(Exit::Done)
}

/// That a stage has to be named, with the ones that have a report: of the book, where it is named.
fn which_stage(context: &Context, args: &Report) -> Result<CliError> {
    let mut names = Vec::new();
    for entry in context.registry.stages().iter().filter(|entry| !entry.row.metrics.columns().is_empty()) {
        let has_lines = |id: &ScanId| report::read(&context.store, entry, id).map(|report| !report.rows.is_empty());
        if args.id.as_ref().map(has_lines).transpose()?.unwrap_or(true) {
            names.push(entry.row.name);
        }
    }
    let error = CliError::refused("no stage is named: each has a report of its own").exit(Exit::Usage);
    Ok(match (names.as_slice(), &args.id) {
        ([], Some(id)) => error.hint(format!("no stage has made a page of `{id}` yet: `shelf process {id}`")),
        (names, _) => error.hint(format!("say `--stage` with one of {}", names.join(", "))),
    })
}

/// The lines that were asked for, in the order that was asked for.
fn choose(mut report: StageReport, args: &Report) -> Result<StageReport> {
    let stage = report.stage;
    let usage = |error: anyhow::Error| {
        let hint = format!("`shelf report --stage {stage} --explain` tells what the columns are");
        CliError::failed(error).exit(Exit::Usage).hint(hint)
    };
    let filters = args.filter.iter().map(|text| Filter::parse(text, &report));
    let filters: Vec<Filter> = filters.collect::<Result<_, _>>().map_err(|error| usage(error.into()))?;
    let order = args.sort.as_deref().map(|text| Order::parse(text, &report)).transpose();
    let order = order.map_err(|error| usage(error.into()))?;
    for filter in &filters {
        report.filter(filter);
    }
    if args.flagged {
        report = report.flagged();
    }
    if let Some(order) = &order {
        report.sort(order);
    }
    report.rows.truncate(args.limit.unwrap_or(usize::MAX));
    Ok(report)
}

fn nothing(args: &Report) -> &'static str {
    match (args.flagged, args.filter.is_empty()) {
        (true, true) => "no page is flagged",
        (true, false) => "no page that meets the filter is flagged",
        (false, _) => "no page meets the filter",
    }
}

fn json_of(report: &StageReport, row: &Row) -> Value {
    let columns: Map<String, Value> =
        report.columns.iter().map(|column| (column.title.clone(), row.value(&column.field.name).clone())).collect();
    let mut line = Map::from_iter([
        ("page_num".to_owned(), json!(row.page_num())),
        ("flagged".to_owned(), json!(report.flags(row))),
    ]);
    line.extend(columns);
    line.extend(report.copies.then(|| ("copied".to_owned(), json!(row.copied))));
    Value::Object(line)
}

const EXPLAINED: [&str; 6] = ["column", "kind", "unit", "range", "flagged", "what it is"];

fn explain(context: &Context, columns: &[Column], format: Format) -> Result<Exit> {
    let rows: Vec<Vec<String>> = columns.iter().map(explained).collect();
    match format {
        Format::Json => context.out.json(&columns.iter().map(explained_json).collect::<Vec<_>>())?,
        Format::Csv => context.out.csv(&EXPLAINED, &rows)?,
        Format::Table if rows.is_empty() => context.out.note("the report has no column but `page_num`"),
        Format::Table => context.out.table(&EXPLAINED, &rows)?,
    }
    Ok(Exit::Done)
}

fn explained(column: &Column) -> Vec<String> {
    let field = &column.field;
    let or_none = if field.optional { ", or none" } else { "" };
    let range = match field.range {
        Some((least, greatest)) => format!("{least}..={greatest}"),
        None if field.kind == shelf_runtime::metrics::Kind::Word => field.words.join(", "),
        None => String::new(),
    };
    vec![
        column.title.clone(),
        format!("{}{or_none}", field.kind.label()),
        field.unit.unwrap_or_default().to_owned(),
        range,
        column.flags.iter().map(Flag::to_string).collect::<Vec<_>>().join(", "),
        column.doc.split_whitespace().collect::<Vec<_>>().join(" "),
    ]
}

fn explained_json(column: &Column) -> Value {
    let field = &column.field;
    json!({
        "column": column.title,
        "metric": field.name,
        "kind": field.kind.label(),
        "optional": field.optional,
        "words": field.words,
        "unit": field.unit,
        "range": field.range,
        "decimals": column.decimals,
        "flags": column.flags.iter().map(Flag::to_string).collect::<Vec<_>>(),
        "doc": column.doc,
    })
}
