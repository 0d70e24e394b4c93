use super::explain;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::table::Column;
use crate::table::Table;
use clap::Args;
use clap::ValueEnum;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::registry::Registry;
use shelf_runtime::stage::Reach;
use std::fmt::Write;

/// List the stages and their dependencies
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf stages
  shelf stages --explain ocr          show its inputs, options, output and metrics
  shelf stages --schema ocr           print the JSON Schema of its pages
  shelf stages --graph mermaid        print a graph for a Markdown file
  shelf stages --graph dot | dot -Tsvg > stages.svg")]
pub(crate) struct Stages {
    /// Print the graph of dependencies
    #[arg(long, value_name = "FORMAT", value_enum)]
    graph: Option<Graph>,
    /// Explain a stage: its inputs, options, output and metrics
    #[arg(long, value_name = "STAGE", conflicts_with = "graph")]
    explain: Option<String>,
    /// Print the JSON Schema of a stage's output
    #[arg(long, value_name = "STAGE", num_args = 0..=1, conflicts_with = "graph")]
    schema: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Graph {
    Mermaid,
    Dot,
}

pub(crate) fn stages(context: &Context, args: &Stages) -> Result<Exit> {
    let registry = &context.registry;
    let out = context.out;
    match (args.explain.as_deref(), args.schema.as_deref()) {
        (_, Some([stage, ..])) => return explain::schema(context, stage),
        (Some(stage), Some([])) => return explain::schema(context, stage),
        (Some(stage), None) => return explain::explain(context, stage),
        (None, Some([])) => {
            return Err(CliError::refused("`--schema` needs a stage")
                .exit(Exit::Usage)
                .hint("name one: `shelf stages --schema ocr`"));
        }
        (None, None) => {}
    }
    match (args.graph, out.json) {
        (Some(graph), _) => out.line(graph.draw(registry).trim_end())?,
        (None, true) => out.json(&registry.stages().iter().map(|entry| json_of(entry.row)).collect::<Vec<_>>())?,
        (None, false) => {
            let rows: Vec<Vec<String>> = registry
                .stages()
                .iter()
                .map(|entry| {
                    let row = entry.row;
                    let mut deps: Vec<&str> = row.deps.iter().map(|dep| dep.row.name).collect();
                    deps.dedup();
                    let site = format!("{}:{}", row.site.file, row.site.line);
                    vec![row.name.to_owned(), deps.join(", "), row.parallelism.label(), first_sentence(row.doc), site]
                })
                .collect();
            let columns = [
                Column::word("stage"),
                Column::prose("made from").rank(1),
                Column::word("runs on").rank(3),
                Column::prose("what it does").rank(2),
                Column::word("defined in").rank(4),
            ];
            out.table(&Table::new(columns, rows))?;
        }
    }
    Ok(Exit::Done)
}

/// The first sentence of a stage's documentation, on one line.
fn first_sentence(doc: &str) -> String {
    let paragraph = doc.trim().split("\n\n").next().unwrap_or_default();
    let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once(". ") {
        Some((sentence, _)) => sentence.to_owned(),
        None => text.trim_end_matches('.').to_owned(),
    }
}

pub(super) fn json_of(row: &shelf_runtime::stage::Row) -> Value {
    json!({
        "name": row.name,
        "doc": row.doc.trim(),
        "version": row.version,
        "deps": row.deps.iter().map(|dep| dep.row.name).collect::<Vec<_>>(),
        "parallelism": row.parallelism.label(),
        "isolated": row.isolated.is_some(),
        "scope": if row.book { "book" } else { "page" },
        "file": row.site.file,
        "line": row.site.line,
        "columns": row.metrics.columns().into_iter().map(|column| column.title).collect::<Vec<_>>(),
    })
}

impl Graph {
    fn draw(self, registry: &Registry) -> String {
        let mut text = String::from(match self {
            Self::Mermaid => "graph LR\n",
            Self::Dot => "digraph stages {\n  rankdir = LR;\n",
        });
        for entry in registry.stages() {
            let name = entry.row.name;
            let _ = match self {
                Self::Mermaid => writeln!(text, "  {name}"),
                Self::Dot => writeln!(text, "  {name};"),
            };
            for dep in entry.row.deps {
                let label = match dep.reach {
                    Reach::Same | Reach::Book | Reach::Part => "",
                    Reach::Around(_) => "with neighbours",
                    Reach::All => "all pages",
                };
                let from = dep.row.name;
                let _ = match (self, label) {
                    (Self::Mermaid, "") => writeln!(text, "  {from} --> {name}"),
                    (Self::Mermaid, label) => writeln!(text, "  {from} -->|{label}| {name}"),
                    (Self::Dot, "") => writeln!(text, "  {from} -> {name};"),
                    (Self::Dot, label) => writeln!(text, "  {from} -> {name} [label = \"{label}\"];"),
                };
            }
        }
        if matches!(self, Self::Dot) {
            text.push_str("}\n");
        }
        text
    }
}
