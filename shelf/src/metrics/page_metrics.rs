use serde_json::{Map, Value};

use super::{Column, Kind, Quantity, Report};

/// What a stage measures of a page: plain domain numbers. Derive it. Time, cost, attempts and the page's number are the
/// runtime's and no field of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the metrics of a stage",
    label = "not a set of metrics",
    note = "put `#[derive(PageMetrics, Report)]` on it"
)]
pub trait PageMetrics: Send + 'static {
    /// The fields, in order.
    const FIELDS: &'static [Field];

    /// The fields' values, in the order of [`Self::FIELDS`].
    fn values(&self) -> Vec<Value>;

    /// The fields by name.
    ///
    /// # Errors
    /// A value that is missing without being optional (a float that is no number), or out of its range.
    fn to_map(&self) -> Result<Map<String, Value>, MetricError> {
        let mut map = Map::new();
        for (field, value) in Self::FIELDS.iter().zip(self.values()) {
            field.check(&value)?;
            map.insert(field.name.to_owned(), value);
        }
        Ok(map)
    }
}

/// A field of a metrics struct.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// What kind of value it is.
    pub kind: Kind,
    /// Whether it may be missing.
    pub optional: bool,
    /// Smallest and greatest value, both allowed.
    pub range: Option<(f64, f64)>,
}

/// A metric that is not what its field says.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricError {
    /// No value where one is needed.
    #[error("metric `{0}` is no number")]
    Missing(&'static str),
    /// Out of range.
    #[error("metric `{name}` is {found}, expected {}..={}", range.0, range.1)]
    OutOfRange {
        /// The field.
        name: &'static str,
        /// Its value.
        found: f64,
        /// What it may be.
        range: (f64, f64),
    },
}

impl Field {
    /// Gives it its name and says what it means.
    #[must_use]
    pub const fn named(self, name: &'static str, doc: &'static str) -> Self {
        Self { name, doc, ..self }
    }

    /// Allows only numbers from `least` to `greatest`, both included.
    #[must_use]
    pub const fn within<T: Quantity>(self, least: f64, greatest: f64) -> Self {
        Self { range: Some((least, greatest)), ..self }
    }

    fn check(&self, value: &Value) -> Result<(), MetricError> {
        if value.is_null() && !self.optional {
            return Err(MetricError::Missing(self.name));
        }
        match (self.range, value.as_f64()) {
            (Some(range), Some(found)) if !(range.0..=range.1).contains(&found) => {
                Err(MetricError::OutOfRange { name: self.name, found, range })
            }
            _ => Ok(()),
        }
    }
}

/// The metrics of a stage that measures nothing.
pub enum NoMetrics {}

impl PageMetrics for NoMetrics {
    const FIELDS: &'static [Field] = &[];

    fn values(&self) -> Vec<Value> {
        match *self {}
    }
}

impl Report for NoMetrics {
    const COLUMNS: &'static [Column] = &[];
}

/// Metrics in the registry, without their type.
#[derive(Debug, Clone, Copy)]
pub struct MetricsRow {
    /// All fields.
    pub fields: &'static [Field],
    /// The columns of `report.csv`, after `page_num`.
    pub columns: &'static [Column],
}

impl MetricsRow {
    pub(crate) const fn of<M: PageMetrics + Report>() -> Self {
        Self { fields: M::FIELDS, columns: M::COLUMNS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sharpness(f64);

    impl PageMetrics for Sharpness {
        const FIELDS: &'static [Field] =
            &[Field { name: "sharpness", doc: "", kind: Kind::Number, optional: false, range: Some((0.0, 1.0)) }];

        fn values(&self) -> Vec<Value> {
            vec![super::super::Metric::to_value(&self.0)]
        }
    }

    #[test]
    fn a_value_out_of_range_or_no_number_is_refused() {
        assert!(Sharpness(1.0).to_map().is_ok());
        assert_eq!(Sharpness(1.5).to_map().unwrap_err().to_string(), "metric `sharpness` is 1.5, expected 0..=1");
        assert_eq!(Sharpness(f64::NAN).to_map().unwrap_err().to_string(), "metric `sharpness` is no number");
    }
}
