use serde_json::Value;

use super::{Report, Row};
use crate::metrics::{Field, Kind, Summary};
use crate::record::Operation;

/// Statistics of a stage over a book: its metrics of the done pages, and the runtime's own of done and failed pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// The stage.
    pub stage: &'static str,
    /// Pages that are done; 1 for a book stage.
    pub pages: usize,
    /// Those of them that are copies, which have no metrics.
    pub copied: usize,
    /// Pages that failed.
    pub failed: usize,
    /// The stage's metrics in their order, then time, cost and attempts.
    pub metrics: Vec<Summarised>,
}

/// A metric, summarised.
#[derive(Debug, Clone, PartialEq)]
pub struct Summarised {
    /// Its name.
    pub name: String,
    /// What it is measured in.
    pub unit: Option<&'static str>,
    /// Its values.
    pub summary: Summary,
}

/// Name, unit, kind and value of the runtime's own metrics.
type Operational = (&'static str, Option<&'static str>, Kind, fn(&Operation) -> Value);

const OPERATION: [Operational; 3] = [
    ("processing_time_seconds", Some("s"), Kind::Number, |operation| Value::from(operation.processing_time_seconds)),
    ("cost_usd", Some("USD"), Kind::Number, |operation| Value::from(operation.cost_usd.map(|cost| cost.0))),
    ("attempts", None, Kind::Integer, |operation| Value::from(operation.attempts)),
];

/// Summarises all `fields` over the lines of a report, including those that are not columns. A page without a record has no values.
#[must_use]
pub fn stats(report: &Report, fields: &[Field]) -> Stats {
    let measured = fields.iter().map(|field| Summarised {
        name: field.name.clone(),
        unit: field.unit,
        summary: Summary::of(field.kind, report.rows.iter().map(|row| row.value(&field.name))),
    });
    let operational = OPERATION.into_iter().map(|(name, unit, kind, value)| {
        let of_row = |row: &Row| row.operation.as_ref().map_or(Value::Null, value);
        let values: Vec<Value> = report.rows.iter().map(of_row).chain(report.failed.iter().map(value)).collect();
        Summarised { name: name.to_owned(), unit, summary: Summary::of(kind, &values) }
    });
    Stats {
        stage: report.stage,
        pages: report.rows.len(),
        copied: report.rows.iter().filter(|row| row.copied.is_some()).count(),
        failed: report.failed.len(),
        metrics: measured.chain(operational).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::metrics::{Distribution, Fields};
    use crate::report::test_report::{Counted, with};
    use crate::usd::Usd;

    #[test]
    fn every_metric_and_every_operation_is_summarised() {
        let mut report = with([json!({"words": 7, "blank": false}), json!({"words": 9, "blank": true}), json!({})]);
        for (row, seconds) in report.rows.iter_mut().zip([0.5, 1.5]) {
            row.operation = Some(Operation {
                processing_time_seconds: seconds,
                cost_usd: Some(Usd::ZERO),
                attempts: 1,
                ..Operation::default()
            });
        }
        let failed =
            Operation { processing_time_seconds: 2.0, cost_usd: Some(Usd(0.25)), attempts: 3, ..Operation::default() };
        report.failed.push(failed);
        let stats = stats(&report, &Fields::of::<Counted>());
        let names: Vec<_> = stats.metrics.iter().map(|metric| (metric.name.as_str(), metric.unit)).collect();
        let operation = [("processing_time_seconds", Some("s")), ("cost_usd", Some("USD")), ("attempts", None)];
        assert_eq!(names[..2], [("words", None), ("sure", Some("%"))]);
        assert_eq!(names[4..], operation);
        let sums = stats.metrics.iter().map(|metric| match metric.summary.distribution {
            Distribution::Numbers(numbers) => numbers.map(|numbers| numbers.sum),
            Distribution::Words { .. } => None,
        });
        assert_eq!(sums.collect::<Vec<_>>(), [Some(16.0), None, None, None, Some(4.0), Some(0.25), Some(5.0)]);
        assert_eq!((stats.pages, stats.failed, stats.metrics[0].summary.missing), (3, 1, 1));
    }
}
