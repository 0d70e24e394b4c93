use std::any::Any;

use serde_json::Map;

use super::Stage;
use crate::failure::{Failure, IntoFailure};
use crate::metrics::{PageMetrics, values_by_name};
use crate::page::{JsonPage, ParagraphId, json_page};

/// Converts the return value of a function without metrics for writing. Called by the expansion of `#[stage]`.
pub fn to_json<S: Stage>(returned: Result<S::Output, impl IntoFailure>) -> Result<JsonPage, Failure> {
    match returned {
        Ok(output) => json_page(&output, Ok(Map::new()), paragraphs::<S>(&output)),
        Err(error) => Err(error.into_failure()),
    }
}

/// The paragraphs of an output of a stage that conserves them.
fn paragraphs<S: Stage>(output: &dyn Any) -> Vec<ParagraphId> {
    S::ROW.conserves.map(|conserves| conserves.paragraphs(output)).unwrap_or_default()
}

/// Converts the return value of a function with metrics for writing. Called by the expansion of `#[stage]`.
pub fn to_json_with_metrics<S: Stage>(
    returned: Result<(S::Output, S::Metrics), impl IntoFailure>,
) -> Result<JsonPage, Failure> {
    match returned {
        Ok((output, metrics)) => {
            json_page(&output, values_by_name(S::Metrics::fields, &metrics), paragraphs::<S>(&output))
        }
        Err(error) => Err(error.into_failure()),
    }
}
