use serde_json::Map;

use super::Stage;
use crate::failure::{Failure, IntoFailure};
use crate::metrics::{PageMetrics, values_by_name};
use crate::page::{JsonPage, json_page};

/// What a function without metrics returned, ready to be written. Called by the expansion of `#[stage]`.
pub fn to_json<S: Stage>(returned: Result<S::Output, impl IntoFailure>) -> Result<JsonPage, Failure> {
    match returned {
        Ok(output) => json_page(&output, Ok(Map::new())),
        Err(error) => Err(error.into_failure()),
    }
}

/// What a function with metrics returned, ready to be written. Called by the expansion of `#[stage]`.
pub fn to_json_with_metrics<S: Stage>(
    returned: Result<(S::Output, S::Metrics), impl IntoFailure>,
) -> Result<JsonPage, Failure> {
    match returned {
        Ok((output, metrics)) => json_page(&output, values_by_name(S::Metrics::fields, &metrics)),
        Err(error) => Err(error.into_failure()),
    }
}
