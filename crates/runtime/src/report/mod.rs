//! `report.csv`, one line per page, and the queries of `shelf report` and `shelf stats`.

mod filter;
mod lines;
mod order;
mod read;
mod stats;
#[cfg(test)]
mod test_report;

pub use filter::{Filter, FilterError};
pub use lines::{Report, Row};
pub use order::{Order, UnknownColumn};
pub use read::{ReportError, of, path, read, write_if_changed};
pub use stats::{Stats, Summarised, stats};
