//! `#[derive(PageMetrics)]` and `#[derive(Report)]`: [`fields`] reads the struct and [`options`] the attributes
//! for both.

mod fields;
mod number;
mod options;
mod page_metrics;
mod report;

pub(crate) use page_metrics::derive_page_metrics;
pub(crate) use report::derive_report;
