use serde_json::Value;

use super::{Listed, PageMetrics};

/// Collects the values of metrics, in the order of their fields.
pub type Values = Listed<Vec<Value>>;

impl Values {
    /// The values of some metrics, in order.
    #[must_use]
    pub fn of(metrics: &dyn PageMetrics) -> Vec<Value> {
        let mut values = Self::default();
        metrics.values(&mut values);
        values.0
    }

    /// Adds this many missing values.
    pub(super) fn missing(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, Value::Null);
    }
}
