//! `#[derive(PageMetrics)]`, `#[derive(Report)]` and `#[derive(Metric)]`: [`fields`] reads the struct and [`options`] the
//! attributes.

mod column;
mod fields;
mod metric;
mod number;
mod options;
mod page_metrics;
mod report;

pub(crate) use metric::derive_metric;
pub(crate) use page_metrics::derive_page_metrics;
pub(crate) use report::derive_report;
