//! Metrics without fields: a stage that will measure something one day.

use shelf::metrics::PageMetrics;
use shelf::{PageMetrics, Report};

/// Nothing yet.
#[derive(PageMetrics, Report)]
pub struct Nothing {}

#[test]
fn it_measures_nothing() {
    assert!(Nothing::FIELDS.is_empty() && Nothing {}.values().is_empty());
}
