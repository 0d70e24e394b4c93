use garde::Validate;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Cause, Failure, IntoFailure, Stage};
use crate::metrics::{MetricError, PageMetrics};

/// What a stage makes of a page: it can be written and read (`serde`), described (`schemars`) and checked (`garde`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the output of a stage",
    label = "not a page that can be written, read and checked",
    note = "derive `Serialize, Deserialize, JsonSchema, Validate` for it (all are in `shelf::prelude`)",
    note = "the derives name crates of your `Cargo.toml`, whose versions have to be those of shelf: garde 0.23, schemars 1, serde 1; `cargo tree --duplicates` shows a crate that is there twice"
)]
pub trait Page: Serialize + DeserializeOwned + JsonSchema + Validate<Context = ()> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + JsonSchema + Validate<Context = ()> + Send + 'static> Page for T {}

/// Stands for what a stage makes where its return type is a mistake, which is reported there.
#[derive(Serialize, Deserialize, JsonSchema, Validate)]
pub struct Unreadable {}

/// A page as a stage's function made it, without its type.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Made {
    /// The output's fields.
    pub output: Map<String, Value>,
    /// The metrics' fields.
    pub metrics: Map<String, Value>,
}

/// A page type in the registry, without its type.
#[derive(Clone, Copy)]
pub struct OutputRow {
    /// The type's path, such as `stages::ocr::page::OcrPage`.
    pub path: fn() -> &'static str,
    /// Its JSON Schema.
    pub schema: fn() -> Schema,
    /// Checks a page (without `_record`) against the type: parses, then validates.
    pub check: fn(&Value) -> Result<(), Misfit>,
}

/// Where and how a page differs from its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{separator}{problem}", separator = if path.is_empty() { "" } else { " " })]
pub struct Misfit {
    /// The field, such as `blocks[3].bbox`; empty for the page as a whole.
    pub path: String,
    /// What is wrong with it: `is 1.7: greater than 1`.
    pub problem: String,
}

impl OutputRow {
    pub(super) const fn of<T: Page>() -> Self {
        Self {
            path: std::any::type_name::<T>,
            schema: || schemars::schema_for!(T),
            check: |value| read::<T>(value).map(drop),
        }
    }
}

/// Reads a page from JSON and validates it.
pub(crate) fn read<T: DeserializeOwned + Validate<Context = ()>>(value: &Value) -> Result<T, Misfit> {
    let page: T = serde_path_to_error::deserialize(value).map_err(unreadable)?;
    match page.validate() {
        Ok(()) => Ok(page),
        Err(report) => Err(misfit(&report, value)),
    }
}

// What follows names no type of an author, so that it is compiled once and not for every stage.

fn unreadable(error: serde_path_to_error::Error<serde_json::Error>) -> Misfit {
    let path = error.path().to_string();
    Misfit { path: if path == "." { String::new() } else { path }, problem: error.into_inner().to_string() }
}

fn misfit(report: &garde::Report, value: &Value) -> Misfit {
    let (path, error) = report.iter().next().expect("a report of garde has an entry");
    let path = path.to_string();
    let found = at(value, &path).map_or_else(String::new, |found| format!("is {}: ", shown(found)));
    Misfit { path, problem: format!("{found}{error}") }
}

/// The value at a path as garde writes it, such as `blocks[3].bbox.x`.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split(['.', '[']).filter(|part| !part.is_empty()).try_fold(value, |value, part| match part.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(part),
    })
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 40 { text } else { format!("{}…", text.chars().take(40).collect::<String>()) }
}

/// What a function without metrics returned, ready to be written. Called by the expansion of `#[stage]`.
pub fn made<S: Stage>(returned: Result<S::Output, impl IntoFailure>) -> Result<Made, Failure> {
    match returned {
        Ok(output) => unmeasured(&output),
        Err(error) => Err(error.into_failure()),
    }
}

/// What a function with metrics returned, ready to be written. Called by the expansion of `#[stage]`.
pub fn measured<S: Stage>(returned: Result<(S::Output, S::Metrics), impl IntoFailure>) -> Result<Made, Failure> {
    match returned {
        Ok((output, metrics)) => output_fields(serde_json::to_value(&output), output.validate(), metrics.to_map()),
        Err(error) => Err(error.into_failure()),
    }
}

/// A page without metrics, ready to be written.
pub(super) fn unmeasured<T: Page>(page: &T) -> Result<Made, Failure> {
    output_fields(serde_json::to_value(page), page.validate(), Ok(Map::new()))
}

fn output_fields(
    value: serde_json::Result<Value>,
    valid: Result<(), garde::Report>,
    metrics: Result<Map<String, Value>, MetricError>,
) -> Result<Made, Failure> {
    let metrics = metrics.map_err(|error| Failure::of(Cause::Output, error))?;
    let refused =
        |problem: String| Failure::of(Cause::Output, format!("the output does not fit its schema: {problem}"));
    let value = value.map_err(|error| refused(error.to_string()))?;
    valid.map_err(|report| refused(misfit(&report, &value).to_string()))?;
    match value {
        Value::Object(output) => Ok(Made { output, metrics }),
        other => Err(refused(format!("expected a JSON object, found {}", shown(&other)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Validate)]
    struct Line {
        #[garde(range(min = 0.0, max = 1.0))]
        confidence: f64,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Validate)]
    struct Sheet {
        #[garde(dive)]
        lines: Vec<Line>,
    }

    #[test]
    fn a_misfit_names_field_and_value() {
        let found = |value: Value| read::<Sheet>(&value).unwrap_err().to_string();
        assert_eq!(
            found(json!({"lines": [{"confidence": 0.5}, {"confidence": 1.7}]})),
            "lines[1].confidence is 1.7: greater than 1"
        );
        assert_eq!(
            found(json!({"lines": [{"confidence": "high"}]})),
            "lines[0].confidence invalid type: string \"high\", expected f64"
        );
        assert_eq!(found(json!({})), "missing field `lines`");
    }
}
