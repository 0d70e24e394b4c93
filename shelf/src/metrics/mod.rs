//! What a stage measures of every page, and which of it stands in its report.
//!
//! A metric may have a range, and a page whose metric is outside of it fails:
//!
//! ```
//! use shelf::metrics::PageMetrics as _;
//!
//! /// What a stage measures of a page.
//! #[derive(shelf::PageMetrics, shelf::Report)]
//! struct Reading {
//!     /// How sure the reading is.
//!     #[metrics(range(0.0..=1.0))]
//!     confidence: f64,
//! }
//!
//! let error = Reading { confidence: 1.7 }.to_map().unwrap_err();
//! assert_eq!(error.to_string(), "metric `confidence` is 1.7, expected 0..=1");
//! ```
//!
//! What stands in the report, and which values make a page worth a look, says `Report`:
//!
//! ```
//! use shelf::metrics::Report as _;
//!
//! /// What a stage measures of a page.
//! #[derive(shelf::PageMetrics, shelf::Report)]
//! struct Counted {
//!     /// Words on the page.
//!     #[report(flag(below = 20, above = 2_000))]
//!     words: u32,
//!     #[report(skip)]
//!     longest_word: u32,
//! }
//!
//! let [words] = Counted::COLUMNS else { panic!("one column") };
//! assert_eq!((words.title, words.doc), ("words", "Words on the page."));
//! assert!(words.flagged(&12.into()) && !words.flagged(&300.into()));
//! ```

mod metric;
mod page_metrics;
mod report;

pub use metric::{Discrete, Fractional, Kind, Metric, Missable, Quantity};
pub use page_metrics::{Field, MetricError, MetricsRow, NoMetrics, PageMetrics};
pub use report::{Column, Flag, Report};
