//! What a stage measures of every page, and which of it stands in its report.

mod metric;
mod page_metrics;
mod report;

pub use metric::{Discrete, Fractional, Kind, Metric, Missable, Quantity};
pub use page_metrics::{Field, MetricError, MetricsRow, NoMetrics, PageMetrics};
pub use report::{Column, Flag, Report};
