use serde_json::Value;

use super::{Listed, PageMetrics};

/// The values of metrics in the order of their fields, while they are listed.
pub type Values = Listed<Vec<Value>>;

impl Values {
    /// The values of some metrics, in order.
    #[must_use]
    pub fn of(metrics: &dyn PageMetrics) -> Vec<Value> {
        let mut values = Self::default();
        metrics.values(&mut values);
        values.0
    }

    /// Adds so many missing values.
    pub(super) fn missing(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, Value::Null);
    }
}
