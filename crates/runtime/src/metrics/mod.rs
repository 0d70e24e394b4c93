//! The metrics of a stage, and which of them are in its report.
//!
//! A metric may have a range; a page with a metric outside it fails:
//!
//! ```
//! use shelf::metrics::PageMetrics as _;
//!
//! /// The metrics of a page.
//! #[derive(shelf::PageMetrics, shelf::Report)]
//! struct Reading {
//!     /// Confidence of the reading.
//!     #[metrics(range(0.0..=1.0))]
//!     confidence: f64,
//! }
//!
//! let error = Reading { confidence: 1.7 }.to_map().unwrap_err();
//! assert_eq!(error.to_string(), "metric `confidence` is 1.7, expected 0..=1");
//! ```
//!
//! `Report` defines the columns of the report, and which values flag a page for review:
//!
//! ```
//! use shelf::metrics::Columns;
//!
//! /// The metrics of a page.
//! #[derive(shelf::PageMetrics, shelf::Report)]
//! struct Counted {
//!     /// Words on the page.
//!     #[report(flag(below = 20, above = 2_000))]
//!     words: u32,
//!     #[report(skip)]
//!     longest_word: u32,
//! }
//!
//! let columns = Columns::of::<Counted>();
//! let [words] = columns.as_slice() else { panic!("one column") };
//! assert_eq!((words.title.as_str(), words.doc), ("words", "Words on the page."));
//! assert!(words.flagged(&12.into()) && !words.flagged(&300.into()));
//! ```
//!
//! Metrics can be nested, and a separate struct can define a report on some of them:
//!
//! ```
//! use shelf::metrics::Columns;
//! use shelf::prelude::*;
//!
//! #[derive(PageMetrics)]
//! struct Size {
//!     /// From the left edge to the right.
//!     #[metrics(unit = "px")]
//!     width: u32,
//!     #[metrics(unit = "px")]
//!     height: u32,
//! }
//!
//! #[derive(PageMetrics)]
//! struct Measured {
//!     words: u32,
//!     confidence: Option<f64>,
//!     #[metrics(nested)]
//!     size: Size,
//! }
//!
//! #[derive(Report)]
//! #[report(of = Measured)]
//! struct MeasuredReport {
//!     #[report(decimals = 2, flag(missing))]
//!     confidence: Option<f64>,
//!     #[report(field = size.width)]
//!     width: u32,
//! }
//!
//! let columns = Columns::of::<Measured>();
//! let found: Vec<_> = columns.iter().map(|column| (column.title.as_str(), column.field.name.as_str())).collect();
//! assert_eq!(found, [("confidence", "confidence"), ("width", "size.width")]);
//! assert_eq!(columns[1].doc, "From the left edge to the right.");
//! ```

mod column;
mod field;
mod flag;
mod listed;
mod metric;
mod page_metrics;
mod report;
mod summary;
mod values;

pub use column::{Column, Columns};
pub use field::{Field, FieldList, Fields};
pub use flag::Flag;
pub use listed::{Listed, ListedGroup, ListedMetric};
pub use metric::{Discrete, Fractional, Kind, Metric, Missable, Quantity};
pub use page_metrics::{MetricError, MetricsRow, NoMetrics, PageMetrics, RESERVED};
pub use report::Report;
pub use summary::{Distribution, Numbers, Summary};
pub use values::Values;
