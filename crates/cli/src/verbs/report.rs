use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::table::Column;
use crate::table::Table;
use clap::Args;
use clap::ValueEnum;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::metrics::Column as ReportColumn;
use shelf_runtime::metrics::Flag;
use shelf_runtime::metrics::Kind;
use shelf_runtime::report;
use shelf_runtime::report::Filter;
use shelf_runtime::report::Order;
use shelf_runtime::report::Report as StageReport;
use shelf_runtime::report::Row;

/// Show a stage's report, with a line per page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf report florida --stage ocr
  shelf report florida --stage ocr --flagged                         pages to review
  shelf report florida --stage ocr --filter 'confidence_mean<0.8'    pages that read badly
  shelf report florida --stage ocr --sort -words --limit 10          the ten longest pages
  shelf report florida --stage ocr --format csv > ocr.csv
  shelf report --stage ocr --explain                                 what the columns mean

Filters:
  A column, one of < <= > >= = != and a value. Columns without numbers take only = and !=; `column=` selects pages
  where the value is missing and `column!=` those where it is present. Several filters must all hold. Columns are
  named as in CSV, `confidence_mean`, or as in the table, `confidence mean`.")]
pub(crate) struct Report {
    /// The book
    #[arg(value_name = "BOOK", required_unless_present = "explain")]
    id: Option<ScanId>,
    /// Show the report of this stage
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Explain the columns: meaning, unit, range, and what flags a page
    #[arg(long, conflicts_with_all = ["flagged", "filter", "sort", "limit"])]
    explain: bool,
    /// Show only pages with a flagged value
    #[arg(long)]
    flagged: bool,
    /// Show only pages that meet a condition, such as `words<20`; may be given several times
    #[arg(long, value_name = "CONDITION")]
    filter: Vec<String>,
    /// Sort by a column; `-COLUMN` sorts in descending order
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    sort: Option<String>,
    /// Show at most this many pages
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Output format [default: table]
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "json")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// As in `report.csv`
    Csv,
    /// Show unrounded values
    Json,
}

impl Report {
    /// Whether it only explains columns, which needs no book.
    pub(crate) fn needs_no_book(&self) -> bool {
        self.explain
    }
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
        return Err(CliError::refused(format!("`{id}` has no pages of `{stage}` yet"))
            .hint(format!("run `shelf process {id} --stage {stage}`")));
    }
    let chosen = choose(read, args)?;
    match format {
        Format::Json => context.out.json(&chosen.rows.iter().map(|row| json_of(&chosen, row)).collect::<Vec<_>>())?,
        Format::Csv => {
            context
                .out
                .csv(&chosen.header(), &chosen.rows.iter().map(|row| chosen.csv_cells(row)).collect::<Vec<_>>())?;
        }
        Format::Table if chosen.columns.is_empty() => {
            context.out.note(format_args!("`{stage}` has no metrics, so its report is empty"));
        }
        Format::Table if chosen.rows.is_empty() => context.out.note(nothing(args)),
        Format::Table => {
            context.out.table(&table_of(&chosen))?;
        }
    }
    Ok(Exit::Done)
}

/// The report for people, with words instead of identifiers. If space is short, the last columns are omitted first, the flags never.
fn table_of(report: &StageReport) -> Table {
    let rank = |number: usize| number.min(usize::from(u8::MAX)) as u8;
    let measured = report.columns.iter().zip(1..).map(|(column, number)| {
        let title = column.title.as_str();
        match column.field.kind {
            Kind::Integer | Kind::Number => Column::number(title).rank(rank(number)),
            Kind::Flag | Kind::Word => Column::word(title).rank(rank(number)),
            Kind::Text => Column::prose(title).rank(rank(number)),
        }
    });
    let copied = report.copies.then(|| Column::word("copied"));
    let columns =
        std::iter::once(Column::number("page")).chain(measured).chain(copied).chain([Column::prose("flagged")]);
    let row = |row: &Row| {
        let cells = report.cells(row).into_iter().enumerate().map(|(number, cell)| {
            let kind =
                number.checked_sub(1).and_then(|number| report.columns.get(number)).map(|column| column.field.kind);
            match (kind, cell.as_str(), number) {
                (Some(Kind::Flag), "true", _) => "yes".to_owned(),
                (Some(Kind::Flag), "false", _) => "no".to_owned(),
                // A whole book has no page.
                (_, "0", 0) => "book".to_owned(),
                _ => cell,
            }
        });
        let flags = report.flags(row).join(", ").replace(['_', '.'], " ");
        cells.chain([flags]).collect()
    };
    Table::new(columns, report.rows.iter().map(row).collect())
}

/// The error that a stage must be named, with those that have a report (of the book, if one is given).
fn which_stage(context: &Context, args: &Report) -> Result<CliError> {
    let mut names = Vec::new();
    for entry in context.registry.stages().iter().filter(|entry| !entry.row.metrics.columns().is_empty()) {
        let has_lines = |id: &ScanId| report::read(&context.store, entry, id).map(|report| !report.rows.is_empty());
        if args.id.as_ref().map(has_lines).transpose()?.unwrap_or(true) {
            names.push(entry.row.name);
        }
    }
    let error = CliError::refused("no stage given: each stage has its own report").exit(Exit::Usage);
    Ok(match (names.as_slice(), &args.id) {
        ([], Some(id)) => error.hint(format!("`{id}` has no finished pages yet: run `shelf process {id}`")),
        (names, _) => error.hint(format!("pass `--stage` with one of {}", names.join(", "))),
    })
}

/// The requested lines, in the requested order.
fn choose(mut report: StageReport, args: &Report) -> Result<StageReport> {
    let stage = report.stage;
    let usage = |error: anyhow::Error| {
        let hint = format!("`shelf report --stage {stage} --explain` lists the columns");
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
        (true, false) => "no flagged page matches the filter",
        (false, _) => "no page matches the filter",
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

fn explain(context: &Context, columns: &[ReportColumn], format: Format) -> Result<Exit> {
    let rows: Vec<Vec<String>> = columns.iter().map(explained).collect();
    match format {
        Format::Json => context.out.json(&columns.iter().map(explained_json).collect::<Vec<_>>())?,
        Format::Csv => context.out.csv(&EXPLAINED, &rows)?,
        Format::Table if rows.is_empty() => context.out.note("the stage has no metrics, so its report is empty"),
        Format::Table => {
            let [column, kind, unit, range, flagged, doc] = EXPLAINED;
            let columns = [
                Column::word(column),
                Column::prose(kind).rank(3),
                Column::word(unit).rank(4),
                Column::prose(range).rank(2),
                Column::prose(flagged).rank(1),
                Column::prose(doc),
            ];
            context.out.table(&Table::new(columns, rows))?;
        }
    }
    Ok(Exit::Done)
}

fn explained(column: &ReportColumn) -> Vec<String> {
    let field = &column.field;
    let or_none = if field.optional { ", optional" } else { "" };
    let range = match field.range {
        Some((least, greatest)) => format!("{least}..={greatest}"),
        None if field.kind == Kind::Word => field.words.join(", "),
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

fn explained_json(column: &ReportColumn) -> Value {
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
