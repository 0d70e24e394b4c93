use serde_json::Value;

use super::{Metric, PageMetrics};

/// The values of metrics in the order of their fields, while they are listed; what `#[derive(PageMetrics)]` writes to.
#[derive(Debug, Default)]
pub struct Values(Vec<Value>);

impl Values {
    /// The values of some metrics, in order.
    #[must_use]
    pub fn of(metrics: &dyn PageMetrics) -> Vec<Value> {
        let mut values = Self::default();
        metrics.values(&mut values);
        values.0
    }

    /// Adds a field's value.
    pub fn add<T: Metric>(&mut self, value: &T) {
        self.0.push(value.to_value());
    }

    /// Adds the values of other metrics.
    pub fn group<M: PageMetrics>(&mut self, metrics: &M) {
        metrics.values(self);
    }

    /// Adds so many missing values.
    pub(super) fn missing(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, Value::Null);
    }
}
