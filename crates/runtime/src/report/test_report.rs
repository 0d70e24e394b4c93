//! A small report for tests.

use serde_json::{Value, json};

use super::{Report, Row};
use crate::book::Unit;
use crate::metrics::Columns;

#[derive(shelf_macros::PageMetrics, shelf_macros::Report)]
#[metrics(crate = crate)]
#[report(crate = crate)]
pub(super) struct Counted {
    #[report(title = "Words", flag(below = 10))]
    words: u32,
    #[metrics(unit = "%")]
    sure: Option<f64>,
    blank: bool,
    script: String,
}

/// Page after page with this number of words.
pub(super) fn report(words: impl IntoIterator<Item = Value>) -> Report {
    with(words.into_iter().map(|words| json!({ "words": words })))
}

/// Page after page with these metrics.
pub(super) fn with(metrics: impl IntoIterator<Item = Value>) -> Report {
    let units = (1..).map(Unit::of_number);
    let rows = units.zip(metrics).map(|(unit, metrics)| {
        let metrics = metrics.as_object().expect("metrics are an object").clone();
        Row { unit, metrics, ..Row::default() }
    });
    let (columns, rows) = (Columns::of::<Counted>(), rows.collect());
    Report { stage: "counting", columns, copies: false, rows, failed: Vec::new() }
}

/// The pages of a report, in its order.
pub(super) fn pages(report: &Report) -> Vec<u32> {
    report.rows.iter().map(Row::page_num).collect()
}
