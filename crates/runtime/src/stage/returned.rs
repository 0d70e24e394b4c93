use serde_json::Map;

use super::{Row, Stage};
use crate::failure::{Cause, Failure, IntoFailure};
use crate::metrics::PageMetrics;
use crate::page::{JsonPage, Page, json_page};

/// Converts the return value of a function without metrics for writing. Called by the expansion of `#[stage]`.
pub fn to_json<S: Stage>(returned: Result<S::Output, impl IntoFailure>) -> Result<JsonPage, Failure> {
    match returned {
        Ok(output) => write(S::ROW, &output, None),
        Err(error) => Err(error.into_failure()),
    }
}

/// Converts the return value of a function with metrics for writing. Called by the expansion of `#[stage]`.
pub fn to_json_with_metrics<S: Stage>(
    returned: Result<(S::Output, S::Metrics), impl IntoFailure>,
) -> Result<JsonPage, Failure> {
    match returned {
        Ok((output, metrics)) => write(S::ROW, &output, Some(&metrics)),
        Err(error) => Err(error.into_failure()),
    }
}

/// A returned page as JSON. Compiled once, not for every stage.
pub(super) fn write(row: &Row, output: &dyn Page, metrics: Option<&dyn PageMetrics>) -> Result<JsonPage, Failure> {
    let metrics = metrics.map_or_else(|| Ok(Map::new()), |metrics| row.metrics.values(metrics));
    let metrics = metrics.map_err(|error| Failure::of(Cause::Output, error))?;
    let paragraphs = row.conserves.map(|conserves| conserves.paragraphs(output)).unwrap_or_default();
    json_page(output, metrics, paragraphs)
}
