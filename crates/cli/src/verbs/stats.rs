use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::numbers::{count, short};
use crate::out::complain;
use shelf_llm::{Spent, ledger};
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::metrics::{Numbers, Spread, Summary};
use shelf_runtime::report::{self, Stats as StageStats, Summarised};

/// Sum up what the stages measured, and their time and cost, over all pages
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf stats florida
  shelf stats florida huckleberry --stage ocr
  shelf stats florida --json

Metrics are of pages that are done; time, cost and attempts of those that failed as well. p50 and p95 are by nearest rank: of n values in ascending order, p % is the one
at place p * n / 100, rounded up, so each is a value that was measured.")]
pub(crate) struct Stats {
    /// The books
    #[arg(value_name = "SCAN-ID", required = true)]
    ids: Vec<ScanId>,
    /// Only this stage; may be given several times
    #[arg(long = "stage", value_name = "STAGE")]
    stages: Vec<String>,
}

pub(crate) fn stats(context: &Context, args: &Stats) -> Result<Exit> {
    let mut exits = Vec::new();
    let mut values = Vec::new();
    for book in &args.ids {
        let stages = of_book(context, book, &args.stages);
        exits.push(Exit::of(&stages));
        match stages {
            Ok(stages) if context.out.json => {
                let stages: Vec<Value> = stages.iter().map(json_of).collect();
                values.push(json!({ "book": book, "stages": stages, "models": spent(context, book, &args.stages)? }));
            }
            Ok(stages) => {
                for stage in &stages {
                    tell(context, book, stage)?;
                }
                for (stage, spent) in spent(context, book, &args.stages)? {
                    let (calls, failed) = (count(spent.calls, "call"), spent.failed);
                    let line =
                        format!("{book}: {stage}: {calls} of language models, {failed} without a reply, {spent}");
                    context.out.line(line)?;
                }
            }
            Err(error) => {
                complain(error.render());
            }
        }
    }
    if context.out.json {
        context.out.json(&values)?;
    }
    Ok(Exit::of_books(exits))
}

/// What the stages' models were asked in all, also for pages that are gone and by hooks, and what that cost.
fn spent(context: &Context, book: &ScanId, stages: &[String]) -> Result<BTreeMap<String, Spent>> {
    let mut spent: BTreeMap<String, Spent> = BTreeMap::new();
    for attempt in ledger(&context.store, book)? {
        if stages.is_empty() || stages.contains(&attempt.stage) {
            spent.entry(attempt.stage.clone()).or_default().add(&attempt);
        }
    }
    Ok(spent)
}

/// The stages that have made something of a book, in order.
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
            [] => format!("no stage has made a page of `{book}` yet"),
            [stage] => format!("`{stage}` has made no page of `{book}` yet"),
            stages => format!("none of `{}` has made a page of `{book}` yet", stages.join("`, `")),
        };
        return Err(CliError::refused(message).hint(format!("run it: `{run}`")));
    }
    Ok(found)
}

fn tell(context: &Context, book: &ScanId, stats: &StageStats) -> Result<()> {
    let others = [(stats.copied, "copied"), (stats.failed, "failed")].into_iter().filter(|(pages, _)| *pages > 0);
    let others = others.map(|(pages, what)| format!("{pages} {what}"));
    let pages: Vec<String> = std::iter::once(count(stats.pages, "page")).chain(others).collect();
    context.out.line(format_args!("{book}: {}, {}", stats.stage, pages.join(", ")))?;
    let numbers: Vec<Vec<String>> = stats.metrics.iter().filter_map(number_row).collect();
    context.out.table(&["metric", "unit", "values", "min", "p50", "mean", "p95", "max", "sum"], &numbers)?;
    for metric in &stats.metrics {
        if let Spread::Words { words } = &metric.summary.spread {
            let mut words: Vec<(&String, &usize)> = words.iter().collect();
            words.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
            let each_once = words.len() > 1 && words.iter().all(|(_, times)| **times == 1);
            let words =
                if each_once { vec![format!("{} values, each once", words.len())] } else { most_frequent(&words) };
            let missing = (metric.summary.missing > 0).then(|| format!("none ({})", metric.summary.missing));
            context.out.line(format_args!(
                "{}: {}",
                metric.name,
                words.into_iter().chain(missing).collect::<Vec<_>>().join(", ")
            ))?;
        }
    }
    Ok(())
}

/// Words that are told of; a column of texts, such as page numbers, may have as many as the book has pages.
const WORDS_TOLD: usize = 6;

/// `OCR (12), none (3), 14 more`: the first of words that are sorted by how often they are measured.
fn most_frequent(words: &[(&String, &usize)]) -> Vec<String> {
    let told = words.iter().take(WORDS_TOLD).map(|(word, times)| format!("{word} ({times})"));
    let more = words.len().saturating_sub(WORDS_TOLD);
    told.chain((more > 0).then(|| format!("{more} more"))).collect()
}

fn number_row(metric: &Summarised) -> Option<Vec<String>> {
    let Summary { measured, spread: Spread::Numbers(numbers), .. } = &metric.summary else { return None };
    let cells = numbers.map(|Numbers { min, p50, mean, p95, max, sum }| [min, p50, mean, p95, max, sum].map(short));
    let start = [metric.name.clone(), metric.unit.unwrap_or_default().to_owned(), measured.to_string()];
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
    fn of_many_words_the_most_frequent_are_told() {
        let words: Vec<(String, usize)> = (1..=9).map(|page| (page.to_string(), 10 - page)).collect();
        let words: Vec<(&String, &usize)> = words.iter().map(|(word, times)| (word, times)).collect();
        assert_eq!(most_frequent(&words[..2]), ["1 (9)", "2 (8)"]);
        assert_eq!(most_frequent(&words).join(", "), "1 (9), 2 (8), 3 (7), 4 (6), 5 (5), 6 (4), 3 more");
    }
}
