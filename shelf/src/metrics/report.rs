use serde_json::Value;

use super::{Discrete, Fractional, Missable, PageMetrics, Quantity};

/// Which metrics stand in `report.csv`, and which values make a page worth a look. Derive it beside [`PageMetrics`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` says no columns for the report",
    label = "add `Report` to its derives",
    note = "put `#[derive(PageMetrics, Report)]` on it"
)]
pub trait Report: PageMetrics {
    /// The columns, in order, after `page_num`.
    const COLUMNS: &'static [Column];
}

/// A column of a report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// The metric it shows.
    pub field: &'static str,
    /// What stands in the header.
    pub title: &'static str,
    /// What it means: the metric's doc comment.
    pub doc: &'static str,
    /// Decimals that are kept; all where it is not said.
    pub decimals: Option<u8>,
    /// When a page is flagged.
    pub flags: &'static [Flag],
}

/// A value that makes a page worth a look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Flag {
    /// Smaller than this.
    Below(f64),
    /// Greater than this.
    Above(f64),
    /// Not there.
    Missing,
    /// Just this, as the report prints it.
    Equals(&'static str),
}

impl Flag {
    /// Smaller than `bound`.
    #[must_use]
    pub const fn below<T: Quantity>(bound: f64) -> Self {
        Self::Below(bound)
    }

    /// Greater than `bound`.
    #[must_use]
    pub const fn above<T: Quantity>(bound: f64) -> Self {
        Self::Above(bound)
    }

    /// Not there.
    #[must_use]
    pub const fn missing<T: Missable>() -> Self {
        Self::Missing
    }

    /// Just `text`, as the report prints it.
    #[must_use]
    pub const fn equals<T: Discrete>(text: &'static str) -> Self {
        Self::Equals(text)
    }

    /// Whether `value` is one to look at.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Below(bound) => value.as_f64().is_some_and(|v| v < *bound),
            Self::Above(bound) => value.as_f64().is_some_and(|v| v > *bound),
            Self::Missing => value.is_null(),
            Self::Equals(text) => !value.is_null() && shown(value, None) == *text,
        }
    }
}

impl Column {
    /// The column of a metric, under its own name.
    #[must_use]
    pub const fn of(field: &'static str, doc: &'static str) -> Self {
        Self { field, title: field, doc, decimals: None, flags: &[] }
    }

    /// With another header.
    #[must_use]
    pub const fn titled(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// Rounded to so many decimals.
    #[must_use]
    pub const fn rounded<T: Fractional>(self, decimals: u8) -> Self {
        Self { decimals: Some(decimals), ..self }
    }

    /// With values that flag a page.
    #[must_use]
    pub const fn flagging(self, flags: &'static [Flag]) -> Self {
        Self { flags, ..self }
    }

    /// The value as it stands in the report; empty where it is missing.
    #[must_use]
    pub fn cell(&self, value: &Value) -> String {
        shown(value, self.decimals)
    }

    /// Whether the page with this value is flagged.
    #[must_use]
    pub fn flagged(&self, value: &Value) -> bool {
        self.flags.iter().any(|flag| flag.holds(value))
    }
}

fn shown(value: &Value, decimals: Option<u8>) -> String {
    match (value, decimals) {
        (Value::Null, _) => String::new(),
        (Value::String(text), _) => text.clone(),
        (Value::Number(number), Some(decimals)) if number.is_f64() => {
            format!("{:.*}", decimals.into(), number.as_f64().unwrap_or_default())
        }
        (other, _) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn flags_hold_for_just_the_values_they_name() {
        assert!(Flag::Below(0.8).holds(&json!(0.79)) && !Flag::Below(0.8).holds(&json!(0.8)));
        assert!(!Flag::Below(0.8).holds(&Value::Null), "a missing value is not a low one");
        assert!(Flag::Missing.holds(&Value::Null) && !Flag::Missing.holds(&json!("")));
        assert!(Flag::Equals("true").holds(&json!(true)) && Flag::Equals("roman").holds(&json!("roman")));
    }
}
