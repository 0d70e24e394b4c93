use serde_json::{Map, Value};

use super::{Column, Columns, Field, Fields, Report, Values};

/// The metrics of a page: numbers, words and booleans. Derive it. The runtime itself records time, cost, attempts and the page's
/// number. In an `Option` of metrics, all fields may be missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the metrics of a stage",
    label = "not a set of metrics",
    note = "metrics are a struct with `#[derive(PageMetrics, Report)]`; a number, a text or a word is a field of one, without `nested` or `flatten`"
)]
pub trait PageMetrics: Send + 'static {
    /// Lists the fields, in order; [`Fields::of`] gives the list.
    fn fields(fields: &mut Fields)
    where
        Self: Sized;

    /// Adds the fields' values, in the order of [`Self::fields`].
    fn values(&self, values: &mut Values);

    /// The values, by the names of the fields.
    ///
    /// # Errors
    /// A value is out of its range, or missing without being optional (a float that is not finite).
    fn to_map(&self) -> Result<Map<String, Value>, MetricError>
    where
        Self: Sized,
    {
        values_by_name(Self::fields, self)
    }
}

/// The values of metrics by the names of their `fields`. Compiled once, not for every type.
fn values_by_name(fields: fn(&mut Fields), metrics: &dyn PageMetrics) -> Result<Map<String, Value>, MetricError> {
    let mut map = Map::new();
    for (field, value) in Fields::listed(fields).into_iter().zip(Values::of(metrics)) {
        field.check(&value)?;
        map.insert(field.name, value);
    }
    Ok(map)
}

/// An invalid metric.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// A required value is missing.
    #[error("metric `{0}` is not a finite number")]
    Missing(String),
    /// Out of range.
    #[error("metric `{name}` is {found}, expected {}..={}", range.0, range.1)]
    OutOfRange {
        /// The field.
        name: String,
        /// Its value.
        found: f64,
        /// The allowed range.
        range: (f64, f64),
    },
}

impl<M: PageMetrics> PageMetrics for Option<M> {
    fn fields(fields: &mut Fields) {
        fields.optional::<M>();
    }

    fn values(&self, values: &mut Values) {
        match self {
            Some(metrics) => metrics.values(values),
            None => values.missing(Fields::of::<M>().len()),
        }
    }
}

impl<M: Report> Report for Option<M> {
    fn columns(columns: &mut Columns) {
        M::columns(columns);
    }
}

/// The metrics of a stage that measures nothing.
pub enum NoMetrics {}

impl PageMetrics for NoMetrics {
    fn fields(_: &mut Fields) {}

    fn values(&self, _: &mut Values) {
        match *self {}
    }
}

impl Report for NoMetrics {
    fn columns(_: &mut Columns) {}
}

/// Metrics in the registry, with their type erased.
#[derive(Debug, Clone, Copy)]
pub struct MetricsRow {
    fields: fn(&mut Fields),
    columns: fn(&mut Columns),
}

impl MetricsRow {
    pub(crate) const fn of<M: PageMetrics + Report>() -> Self {
        Self { fields: M::fields, columns: M::columns }
    }

    /// All fields, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        Fields::listed(self.fields)
    }

    /// The values of a page's metrics, by the names of the fields.
    pub(crate) fn values(&self, metrics: &dyn PageMetrics) -> Result<Map<String, Value>, MetricError> {
        values_by_name(self.fields, metrics)
    }

    /// The columns of `report.csv`, after `page_num`.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        Columns::listed(self.fields(), self.columns)
    }

    /// The first name or title that is used twice, by two fields or by a field and the runtime.
    pub(crate) fn ambiguous(&self) -> Option<String> {
        let twice = |names: Vec<String>| {
            let mut seen: Vec<&str> = RESERVED.to_vec();
            let twice = names.iter().find(|name| {
                let known = seen.contains(&name.as_str());
                seen.push(name.as_str());
                known
            });
            twice.cloned()
        };
        twice(self.fields().into_iter().map(|field| field.name).collect())
            .or_else(|| twice(self.columns().into_iter().map(|column| column.title).collect()))
    }
}

/// Names that the runtime uses itself, in reports and statistics.
pub const RESERVED: [&str; 5] = ["page_num", "flagged", "processing_time_seconds", "cost_usd", "attempts"];

#[cfg(test)]
mod tests {
    use super::*;

    struct Sharpness(f64);

    impl PageMetrics for Sharpness {
        fn fields(fields: &mut Fields) {
            fields.metric::<f64>().add("sharpness", "").within::<f64>(0.0, 1.0);
        }

        fn values(&self, values: &mut Values) {
            values.metric::<f64>().add(&self.0);
        }
    }

    struct Scan {
        front: Sharpness,
        back: Option<Sharpness>,
    }

    impl PageMetrics for Scan {
        fn fields(fields: &mut Fields) {
            fields.group::<Sharpness>().flatten("front");
            fields.group::<Option<Sharpness>>().nest("back");
        }

        fn values(&self, values: &mut Values) {
            values.group::<Sharpness>().add(&self.front);
            values.group::<Option<Sharpness>>().add(&self.back);
        }
    }

    impl Report for Scan {
        fn columns(columns: &mut Columns) {
            columns.add("front.sharpness", "sharpness");
            columns.add("back.sharpness", "sharpness");
        }
    }

    #[test]
    fn a_value_out_of_range_or_no_number_is_refused() {
        assert!(Sharpness(1.0).to_map().is_ok());
        assert_eq!(Sharpness(1.5).to_map().unwrap_err().to_string(), "metric `sharpness` is 1.5, expected 0..=1");
        assert_eq!(Sharpness(f64::NAN).to_map().unwrap_err().to_string(), "metric `sharpness` is not a finite number");
    }

    #[test]
    fn fields_of_other_structs_have_a_name_a_way_and_a_value() {
        let fields = Fields::of::<Scan>();
        let found: Vec<_> = fields.iter().map(|f| (f.name.as_str(), f.path.as_str(), f.optional)).collect();
        assert_eq!(found, [("sharpness", "front.sharpness", false), ("back.sharpness", "back.sharpness", true)]);
        let map = |back| serde_json::to_string(&Scan { front: Sharpness(0.5), back }.to_map().unwrap()).unwrap();
        assert_eq!(map(Some(Sharpness(0.25))), r#"{"sharpness":0.5,"back.sharpness":0.25}"#);
        assert_eq!(map(None), r#"{"sharpness":0.5,"back.sharpness":null}"#);
        let error = Scan { front: Sharpness(0.5), back: Some(Sharpness(7.0)) }.to_map().unwrap_err();
        assert_eq!(error.to_string(), "metric `back.sharpness` is 7, expected 0..=1");
    }

    #[test]
    fn finds_duplicate_titles() {
        assert_eq!(MetricsRow::of::<Scan>().ambiguous().as_deref(), Some("sharpness"));
        assert_eq!(MetricsRow::of::<NoMetrics>().ambiguous(), None);
    }
}
