use serde_json::Map;

use super::Stage;
use crate::failure::{Failure, IntoFailure};
use crate::metrics::{PageMetrics, values_by_name};
use crate::page::{Made, complete};

/// What a function without metrics returned, ready to be written. Called by the expansion of `#[stage]`.
pub fn made<S: Stage>(returned: Result<S::Output, impl IntoFailure>) -> Result<Made, Failure> {
    match returned {
        Ok(output) => complete(&output, Ok(Map::new())),
        Err(error) => Err(error.into_failure()),
    }
}

/// What a function with metrics returned, ready to be written. Called by the expansion of `#[stage]`.
pub fn measured<S: Stage>(returned: Result<(S::Output, S::Metrics), impl IntoFailure>) -> Result<Made, Failure> {
    match returned {
        Ok((output, metrics)) => complete(&output, values_by_name(S::Metrics::fields, &metrics)),
        Err(error) => Err(error.into_failure()),
    }
}
