use std::any::Any;
use std::borrow::Cow;

use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::ParagraphId;
use super::located::Located;
use super::to_json::ToJson;
use crate::failure::{Cause, Failure};

/// The output of a stage: can be written and read (`serde`), described (`schemars`) and validated (`garde`). `#[page]`, or the derives
/// of these traits, are sufficient; the methods here are for the runtime.
///
/// The derived traits are not supertraits, so that a missing one causes a single error: this one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the output of a stage",
    label = "not a page that can be written, read and checked",
    note = "put `#[page]` on it; an output is a struct with named fields, or an enum with `#[serde(tag = \"…\")]`",
    note = "where `Serialize, Deserialize, JsonSchema, Validate` are derived by hand, your `Cargo.toml` needs their crates in the versions of shelf: garde 0.23, schemars 1, serde 1; `cargo tree --duplicates` shows a crate that is there twice"
)]
pub trait Page: Any + Send {
    /// Its JSON Schema.
    fn schema() -> Schema
    where
        Self: Sized;

    /// Reads it from JSON and validates it.
    ///
    /// # Errors
    /// Where and how the value differs from the type.
    fn from_json(value: &Value) -> Result<Self, SchemaViolation>
    where
        Self: Sized;

    /// Writes it as JSON, unchecked.
    ///
    /// # Errors
    /// The field that JSON cannot hold, such as a number that is not finite or a map whose keys are not text.
    fn to_json(&self) -> Result<Value, SchemaViolation>;

    /// Adds the violated `#[garde(…)]` rules to the report.
    fn check_rules(&self, report: &mut garde::Report);
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + JsonSchema + Validate<Context = ()> + Send + 'static> Page for T {
    fn schema() -> Schema {
        root_schema(T::schema_name, T::json_schema)
    }

    fn from_json(value: &Value) -> Result<Self, SchemaViolation> {
        read(value)
    }

    fn to_json(&self) -> Result<Value, SchemaViolation> {
        self.serialize(ToJson::WHOLE)
    }

    fn check_rules(&self, report: &mut garde::Report) {
        check_rules(self, report);
    }
}

/// Placeholder for the output of a stage with an invalid return type, whose error is reported elsewhere.
#[derive(Serialize, Deserialize, JsonSchema, Validate)]
pub struct PlaceholderOutput {}

/// A page as returned by a stage's function, with its type erased.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JsonPage {
    /// The output's fields.
    pub output: Map<String, Value>,
    /// The metrics' fields.
    pub metrics: Map<String, Value>,
    /// The output's paragraphs, if its stage has `conserves`.
    pub paragraphs: Vec<ParagraphId>,
}

/// A page type in the registry, with its type erased.
#[derive(Clone, Copy)]
pub struct OutputRow {
    /// The type's path, such as `stages::ocr::page::OcrPage`.
    pub path: fn() -> &'static str,
    /// Its JSON Schema.
    pub schema: fn() -> Schema,
    /// Parses and validates a page (without `_record`).
    pub check: fn(&Value) -> Result<(), SchemaViolation>,
}

/// Where and how a page differs from its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{separator}{problem}", separator = if path.is_empty() { "" } else { " " })]
pub struct SchemaViolation {
    /// The field, such as `blocks[3].bbox`; empty for the page as a whole.
    pub path: String,
    /// The problem: `is 1.7: greater than 1`.
    pub problem: String,
}

impl OutputRow {
    pub(crate) const fn of<T: Page>() -> Self {
        Self { path: std::any::type_name::<T>, schema: T::schema, check: check::<T> }
    }

    /// Whether the output is of this type.
    #[must_use]
    pub fn is<T: Page>(&self) -> bool {
        (self.path)() == std::any::type_name::<T>()
    }
}

/// Reads a value from JSON and validates it.
///
/// # Errors
/// Where and how the value differs from the type.
pub fn read<T: DeserializeOwned + Validate<Context = ()>>(value: &Value) -> Result<T, SchemaViolation> {
    match T::deserialize(Located(value)) {
        Ok(page) => match first_violation(&|report| check_rules(&page, report), value) {
            None => Ok(page),
            Some(violation) => Err(violation),
        },
        violation => violation,
    }
}

/// Like [`Validate::validate`], which would add two functions for every type.
fn check_rules<T: Validate<Context = ()>>(page: &T, report: &mut garde::Report) {
    page.validate_into(&(), &mut garde::Path::empty, report);
}

fn check<T: Page>(value: &Value) -> Result<(), SchemaViolation> {
    match T::from_json(value) {
        Ok(_) => Ok(()),
        Err(violation) => Err(violation),
    }
}

// What follows is compiled once and not for every stage: it names no type of an author.

/// Like `schemars::schema_for!`.
fn root_schema(name: fn() -> Cow<'static, str>, schema: fn(&mut SchemaGenerator) -> Schema) -> Schema {
    let mut generator = SchemaGenerator::default();
    let mut schema = schema(&mut generator);
    let fields = schema.ensure_object();
    fields.entry("title").or_insert_with(|| name().into());
    fields.extend(generator.settings().meta_schema.as_deref().map(|meta| ("$schema".to_owned(), meta.into())));
    let definitions = generator.take_definitions(true);
    fields.extend((!definitions.is_empty()).then(|| ("$defs".to_owned(), Value::Object(definitions))));
    schema
}

/// The first rule that a page, written as this value, violates.
fn first_violation(check_rules: &dyn Fn(&mut garde::Report), value: &Value) -> Option<SchemaViolation> {
    let mut report = garde::Report::new();
    check_rules(&mut report);
    let (path, error) = report.iter().next()?;
    let path = path.to_string();
    let found = at(value, &path).map_or_else(String::new, |found| format!("is {}: ", shown(found)));
    Some(SchemaViolation { path, problem: format!("{found}{error}") })
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

/// A page as JSON. The writer checks that it can be read back.
pub(crate) fn json_page(
    page: &dyn Page,
    metrics: Map<String, Value>,
    paragraphs: Vec<ParagraphId>,
) -> Result<JsonPage, Failure> {
    let refused =
        |problem: String| Failure::of(Cause::Output, format!("the output does not match its schema: {problem}"));
    let value = page.to_json().map_err(|violation| refused(violation.to_string()))?;
    if let Some(violation) = first_violation(&|report| page.check_rules(report), &value) {
        return Err(refused(violation.to_string()));
    }
    match value {
        Value::Object(output) => Ok(JsonPage { output, metrics, paragraphs }),
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
    fn a_schema_is_what_schemars_makes_of_the_type() {
        assert_eq!(Sheet::schema(), schemars::schema_for!(Sheet));
        assert_eq!(Line::schema(), schemars::schema_for!(Line));
    }

    #[test]
    fn a_violation_names_field_and_value() {
        let found = |value: Value| Sheet::from_json(&value).unwrap_err().to_string();
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
