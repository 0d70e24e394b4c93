use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers::count;
use crate::numbers::short;
use crate::out::print_error;
use crate::table::Column;
use crate::table::Table;
use clap::Args;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use shelf_llm::Spent;
use shelf_llm::ledger;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::metrics::Distribution;
use shelf_runtime::metrics::Numbers;
use shelf_runtime::metrics::Summary;
use shelf_runtime::report;
use shelf_runtime::report::Stats as StageStats;
use shelf_runtime::report::Summarised;
use std::collections::BTreeMap;

/// Summarize what stages measured, their time and their cost
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf stats florida
  shelf stats florida huckleberry --stage ocr
  shelf stats florida --json

Metrics cover finished pages; time, cost and attempts cover failed pages as well. Percentiles use the nearest rank, so
each is a value that was measured: the p-th percentile of n values is number p * n / 100 in ascending order, rounded up.")]
pub(crate) struct Stats {
    /// Books to summarize
    #[arg(value_name = "BOOK", required = true)]
    ids: Vec<ScanId>,
    /// Summarize only this stage; may be given several times
    #[arg(long = "stage", value_name = "STAGE")]
    stages: Vec<String>,
}

pub(crate) fn stats(context: &Context, args: &Stats) -> Result<Exit> {
    let mut exits = Vec::new();
    let mut values = Vec::new();
    for book in &args.ids {
        let stages = of_book(context, book, &args.stages).map_err(|error| context.near(error));
        exits.push(Exit::of(&stages));
        match stages {
            Ok(stages) if context.out.json => {
                let stages: Vec<Value> = stages.iter().map(json_of).collect();
                values.push(json!({ "book": book, "stages": stages, "models": spent(context, book, &args.stages)? }));
            }
            Ok(stages) => {
                for stage in &stages {
                    print(context, book, stage)?;
                }
                for (stage, spent) in spent(context, book, &args.stages)? {
                    let (calls, failed) = (count(spent.calls, "call"), spent.failed);
                    let line =
                        format!("{book}: {stage}: {calls} to language models, {failed} without a reply, {spent}");
                    context.out.line(line)?;
                }
            }
            Err(error) => {
                print_error(error.render());
            }
        }
    }
    if context.out.json {
        context.out.json(&values)?;
    }
    Ok(Exit::of_books(exits))
}

/// All calls to models and their cost, including those of hooks and for deleted pages.
fn spent(context: &Context, book: &ScanId, stages: &[String]) -> Result<BTreeMap<String, Spent>> {
    let mut spent: BTreeMap<String, Spent> = BTreeMap::new();
    for attempt in ledger(&context.store, book)? {
        if stages.is_empty() || stages.contains(&attempt.stage) {
            spent.entry(attempt.stage.clone()).or_default().add(&attempt);
        }
    }
    Ok(spent)
}

/// The stages that have results in a book, in order.
fn of_book(context: &Context, book: &ScanId, stages: &[String]) -> Result<Vec<StageStats>> {
    metadata(&context.store, book)?;
    let mut found = Vec::new();
    for entry in context.registry.stages() {
        let wanted = stages.is_empty() || stages.iter().any(|name| name == entry.row.name);
        if wanted {
            let report = report::read(&context.store, entry, book)?;
            found.extend(
                (!report.rows.is_empty() || !report.failed.is_empty())
                    .then(|| report::stats(&report, &entry.row.metrics.fields())),
            );
        }
    }
    if found.is_empty() {
        let run = stages.iter().fold(format!("shelf process {book}"), |run, stage| format!("{run} --stage {stage}"));
        let message = match stages {
            [] => format!("`{book}` has no finished pages yet"),
            [stage] => format!("`{book}` has no pages of `{stage}` yet"),
            stages => format!("`{book}` has no pages of `{}` yet", stages.join("`, `")),
        };
        return Err(CliError::refused(message).hint(format!("run `{run}`")));
    }
    Ok(found)
}

fn print(context: &Context, book: &ScanId, stats: &StageStats) -> Result<()> {
    let others = [(stats.copied, "copied"), (stats.failed, "failed")].into_iter().filter(|(pages, _)| *pages > 0);
    let others = others.map(|(pages, what)| format!("{pages} {what}"));
    let pages: Vec<String> = std::iter::once(count(stats.pages, "page")).chain(others).collect();
    context.out.line(format_args!("{book}: {}, {}", stats.stage, pages.join(", ")))?;
    let numbers: Vec<Vec<String>> = stats.metrics.iter().filter_map(number_row).collect();
    let columns = [
        Column::prose("metric"),
        Column::word("unit").rank(4),
        Column::number("values").rank(6),
        Column::number("min").rank(3),
        Column::number("median").rank(1),
        Column::number("mean"),
        Column::number("95 %").rank(5),
        Column::number("max").rank(2),
        Column::number("sum").rank(4),
    ];
    context.out.table(&Table::new(columns, numbers))?;
    for metric in &stats.metrics {
        if let Distribution::Words { words } = &metric.summary.distribution {
            let words: BTreeMap<String, usize> = words.iter().map(|(word, times)| (yes_or_no(word), *times)).collect();
            let mut words: Vec<(&String, &usize)> = words.iter().collect();
            words.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
            let each_once = words.len() > 1 && words.iter().all(|(_, times)| **times == 1);
            let words =
                if each_once { vec![format!("{} values, each once", words.len())] } else { most_frequent(&words) };
            let missing = (metric.summary.missing > 0).then(|| format!("none ({})", metric.summary.missing));
            context.out.line(format_args!(
                "{}: {}",
                words_of(&metric.name),
                words.into_iter().chain(missing).collect::<Vec<_>>().join(", ")
            ))?;
        }
    }
    Ok(())
}

/// A value of a flag in words.
fn yes_or_no(word: &str) -> String {
    match word {
        "true" => "yes".to_owned(),
        "false" => "no".to_owned(),
        word => word.to_owned(),
    }
}

/// `confidence_mean` for people; without the unit in the runtime's own names, which has its own column.
fn words_of(name: &str) -> String {
    match name {
        "processing_time_seconds" => "processing time".to_owned(),
        "cost_usd" => "cost".to_owned(),
        name => name.replace(['_', '.'], " "),
    }
}

/// How many words are listed; texts such as page numbers may differ on every page.
const WORDS_LISTED: usize = 6;

/// `OCR (12), none (3), 14 more`: the most frequent words.
fn most_frequent(words: &[(&String, &usize)]) -> Vec<String> {
    let told = words.iter().take(WORDS_LISTED).map(|(word, times)| format!("{word} ({times})"));
    let more = words.len().saturating_sub(WORDS_LISTED);
    told.chain((more > 0).then(|| format!("{more} more"))).collect()
}

fn number_row(metric: &Summarised) -> Option<Vec<String>> {
    let Summary { measured, distribution: Distribution::Numbers(numbers), .. } = &metric.summary else { return None };
    let cells = numbers.map(|Numbers { min, p50, mean, p95, max, sum }| [min, p50, mean, p95, max, sum].map(short));
    let start = [words_of(&metric.name), metric.unit.unwrap_or_default().to_owned(), measured.to_string()];
    Some(start.into_iter().chain(cells.unwrap_or_default()).collect())
}

fn json_of(stats: &StageStats) -> Value {
    let metrics: Map<String, Value> = stats
        .metrics
        .iter()
        .map(|metric| {
            let mut value = json!({ "unit": metric.unit });
            let summary = serde_json::to_value(&metric.summary).expect("a summary is numbers and words");
            value.as_object_mut().expect("just made").extend(summary.as_object().cloned().unwrap_or_default());
            (metric.name.clone(), value)
        })
        .collect();
    json!({
        "stage": stats.stage, "pages": stats.pages, "copied": stats.copied, "failed": stats.failed, "metrics": metrics,
    })
}

#[cfg(test)]
mod tests {
    use super::most_frequent;

    #[test]
    fn the_most_frequent_words_are_listed() {
        let words: Vec<(String, usize)> = (1..=9).map(|page| (page.to_string(), 10 - page)).collect();
        let words: Vec<(&String, &usize)> = words.iter().map(|(word, times)| (word, times)).collect();
        assert_eq!(most_frequent(&words[..2]), ["1 (9)", "2 (8)"]);
        assert_eq!(most_frequent(&words).join(", "), "1 (9), 2 (8), 3 (7), 4 (6), 5 (5), 6 (4), 3 more");
    }
}
