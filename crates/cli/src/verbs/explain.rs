use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::stage_options;
use crate::table::Column;
use crate::table::Table;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::metrics::Column as ReportColumn;
use shelf_runtime::metrics::Field;
use shelf_runtime::metrics::Kind;
use shelf_runtime::record::schema_fields;
use shelf_runtime::registry::Entry;
use shelf_runtime::stage::Dep;
use shelf_runtime::stage::ExternalInput;
use shelf_runtime::stage::KeptInput;
use shelf_runtime::stage::Parallelism;
use shelf_runtime::stage::Reach;
use shelf_runtime::stage::Row;

/// `shelf stages --schema NAME`.
pub(super) fn schema(context: &Context, stage: &str) -> Result<Exit> {
    let entry = entry(context, stage)?;
    context.out.json(&(entry.row.output.schema)())?;
    Ok(Exit::Done)
}

/// `shelf stages --explain NAME`: everything known about a stage.
pub(super) fn explain(context: &Context, stage: &str) -> Result<Exit> {
    let entry = entry(context, stage)?;
    let feeds = feeds(context, entry.row.name);
    if context.out.json {
        context.out.json(&json_of(entry, &feeds))?;
        return Ok(Exit::Done);
    }
    let (out, row) = (context.out, entry.row);
    out.line(format_args!("{}: {}", row.name, row.doc.trim()))?;
    out.line("")?;
    let site = format!("{}:{} of {}", row.site.file, row.site.line, row.site.krate);
    let facts = [
        ("defined in", site),
        ("version", row.version.to_string()),
        ("runs on", runs_on(row)),
        ("made from", listed(row.deps.iter().map(made_from), "no other stage")),
        ("reads", listed(row.inputs.iter().filter_map(|input| read(*input)), "nothing else")),
        ("goes into", listed(feeds.iter().map(|name| (*name).to_owned()), "no other stage")),
        ("run with", format!("shelf process BOOK --stage {}", row.name)),
    ];
    for (what, fact) in facts {
        out.line(format_args!("{what:<10}  {fact}"))?;
    }
    options(context, entry)?;
    output(context, entry)?;
    metrics(context, row)?;
    Ok(Exit::Done)
}

fn entry<'a>(context: &'a Context, stage: &str) -> Result<&'a Entry> {
    let found = context.registry.get(stage).map(AsRef::as_ref);
    found.ok_or_else(|| CliError::refused(format!("unknown stage `{stage}`")).hint("`shelf stages` lists them"))
}

fn options(context: &Context, entry: &Entry) -> Result<()> {
    let options = stage_options::described(entry);
    if options.is_empty() {
        return Ok(());
    }
    context.out.line("\nOptions of `process`, `plan` and `try`")?;
    let rows = options.into_iter().map(|option| vec![option.flag, option.default, option.help]).collect::<Vec<_>>();
    let columns = [Column::prose("option"), Column::word("default").rank(1), Column::prose("what it does")];
    Ok(context.out.table(&Table::new(columns, rows))?)
}

fn output(context: &Context, entry: &Entry) -> Result<()> {
    let file = if entry.row.book { "book.json" } else { "page_NNNN.json" };
    context.out.line(format_args!("\nOutput: {}/{file}", entry.row.name))?;
    let rows: Vec<Vec<String>> = schema_fields(&(entry.row.output.schema)())
        .into_iter()
        .map(|field| {
            let kind = if field.optional { format!("{}, optional", field.kind) } else { field.kind };
            vec![field.path, kind, field.range, field.doc]
        })
        .collect();
    let columns = [
        Column::word("field"),
        Column::prose("type").rank(1),
        Column::prose("range").rank(2),
        Column::prose("description").rank(3),
    ];
    Ok(context.out.table(&Table::new(columns, rows))?)
}

fn metrics(context: &Context, row: &Row) -> Result<()> {
    let columns = row.metrics.columns();
    let rows: Vec<Vec<String>> = row
        .metrics
        .fields()
        .into_iter()
        .map(|metric| {
            let column = column(&columns, &metric);
            let title = column.map_or_else(|| "-".to_owned(), |column| column.title.clone());
            let kind = format!("{}{}", metric.kind.label(), if metric.optional { ", optional" } else { "" });
            let unit = metric.unit.unwrap_or_default().to_owned();
            let doc = one_line(metric.doc);
            vec![metric.name.clone(), kind, unit, values(&metric), title, column.map_or_else(String::new, flags), doc]
        })
        .collect();
    if rows.is_empty() {
        return Ok(context.out.line("\nNo metrics")?);
    }
    context.out.line("\nMetrics, and the columns of report.csv")?;
    let columns = [
        Column::word("metric"),
        Column::prose("type").rank(3),
        Column::word("unit").rank(4),
        Column::prose("range").rank(2),
        Column::word("column").rank(5),
        Column::prose("flagged").rank(1),
        Column::prose("description").rank(1),
    ];
    Ok(context.out.table(&Table::new(columns, rows))?)
}

fn json_of(entry: &Entry, feeds: &[&str]) -> Value {
    let row = entry.row;
    let mut value = super::stages::json_of(row);
    let options: Vec<Value> = stage_options::described(entry)
        .into_iter()
        .map(|option| json!({ "flag": option.flag, "default": option.default, "help": option.help }))
        .collect();
    let columns = row.metrics.columns();
    let metrics: Vec<Value> = row
        .metrics
        .fields()
        .iter()
        .map(|metric| {
            let column = column(&columns, metric);
            json!({
                "name": metric.name,
                "type": metric.kind.label(),
                "optional": metric.optional,
                "unit": metric.unit,
                "range": metric.range,
                "words": metric.words,
                "doc": one_line(metric.doc),
                "column": column.map(|column| &column.title),
                "flagged": column.map(flags),
            })
        })
        .collect();
    value["crate"] = json!(row.site.krate);
    value["reads"] = row.inputs.iter().filter_map(|input| read(*input)).collect();
    value["reach"] = row.deps.iter().map(|dep| (dep.row.name.to_owned(), json!(reach(dep)))).collect();
    value["goes_into"] = json!(feeds);
    value["options"] = json!(options);
    value["defaults"] = json!(entry.option_defaults);
    value["metrics"] = json!(metrics);
    value["schema"] = json!((row.output.schema)());
    value
}

/// The stages that are made from this one.
fn feeds(context: &Context, name: &str) -> Vec<&'static str> {
    let made_from_it = |entry: &&std::sync::Arc<Entry>| entry.row.deps.iter().any(|dep| dep.row.name == name);
    context.registry.stages().iter().filter(made_from_it).map(|entry| entry.row.name).collect()
}

fn made_from(dep: &Dep) -> String {
    format!("{}: {}", dep.row.name, reach(dep))
}

fn reach(dep: &Dep) -> String {
    let reach = match dep.reach {
        Reach::Same => "the same page".to_owned(),
        Reach::Around(1) => "the same page and its two neighbours".to_owned(),
        Reach::Around(width) => format!("the same page and {width} on either side"),
        Reach::All => "all pages".to_owned(),
        Reach::Book => "its output for the book".to_owned(),
        Reach::Part => "the part of its output that is about the same page".to_owned(),
    };
    if dep.is_optional { format!("{reach}, if it exists") } else { reach }
}

fn read(input: ExternalInput) -> Option<String> {
    match input {
        ExternalInput::None => None,
        ExternalInput::Resource(resource) => Some(format!("the resource `{}`", resource.name())),
        ExternalInput::Scan => Some("the scan".to_owned()),
        ExternalInput::ExistingText => Some("the text that came with the scan, if the options say so".to_owned()),
        ExternalInput::Metadata => Some("the book's metadata".to_owned()),
        ExternalInput::Languages => Some("the book's languages".to_owned()),
        ExternalInput::Kept(KeptInput { folder, around: 0 }) => Some(format!("`{folder}` of the page")),
        ExternalInput::Kept(KeptInput { folder, .. }) => Some(format!("`{folder}` of the page and its neighbours")),
    }
}

fn runs_on(row: &Row) -> String {
    let at_a_time = match row.parallelism {
        Parallelism::Cpu => "threads, one page per core".to_owned(),
        Parallelism::Io | Parallelism::Llm => format!("tokio, {} pages at a time", Parallelism::IN_FLIGHT),
        Parallelism::Fixed(1) => "threads, one page at a time".to_owned(),
        Parallelism::Fixed(pages) => format!("threads, {pages} pages at a time"),
    };
    let how_often = if row.book { "; once per book, when its pages are finished" } else { "" };
    let isolated = match (row.isolated, row.policy.timeout) {
        (None, _) => String::new(),
        (Some(_), None) => "; each in a worker process, which is stopped after `--worker-time`".to_owned(),
        (Some(_), Some(limit)) => format!("; each in a worker process, which is stopped after {limit:?}"),
    };
    format!("{}: {at_a_time}{isolated}{how_often}", row.parallelism.label())
}

fn column<'a>(columns: &'a [ReportColumn], metric: &Field) -> Option<&'a ReportColumn> {
    columns.iter().find(|column| column.field.name == metric.name)
}

/// The range or words of a metric; empty if unrestricted.
fn values(metric: &Field) -> String {
    match metric.range {
        Some((least, greatest)) => format!("{least}..={greatest}"),
        None if metric.kind == Kind::Word => metric.words.join(", "),
        None => String::new(),
    }
}

fn flags(column: &ReportColumn) -> String {
    column.flags.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn listed(items: impl Iterator<Item = String>, none: &str) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { none.to_owned() } else { items.join("; ") }
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
