//! Metrics without fields: a stage that will measure something one day.

use shelf::metrics::{Columns, Fields, Values};
use shelf::{PageMetrics, Report};

/// Nothing yet.
#[derive(PageMetrics, Report)]
pub struct Nothing {}

#[test]
fn it_measures_nothing() {
    assert!(Fields::of::<Nothing>().is_empty() && Columns::of::<Nothing>().is_empty());
    assert!(Values::of(&Nothing {}).is_empty());
}
