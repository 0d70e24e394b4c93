use std::cmp::Ordering;

use serde_json::Value;

use super::lines::PAGE_NUM;
use super::{Report, Row};

/// The column to sort by, and the direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub(super) subject: Subject,
    descending: bool,
}

/// The value that a filter or an order refers to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Subject {
    /// The page's number.
    Page,
    /// The metric of this name.
    Metric(String),
}

/// An unknown column of a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the report of `{stage}` has no column `{found}`; its columns are {known}")]
pub struct UnknownColumn {
    stage: &'static str,
    found: String,
    known: String,
}

impl Order {
    /// Parses `words`, or `-words` for descending order.
    pub fn parse(text: &str, report: &Report) -> Result<Self, UnknownColumn> {
        match text.strip_prefix('-') {
            Some(column) if report.column(text).is_none() => {
                Ok(Self { subject: Subject::of(column, report)?, descending: true })
            }
            _ => Ok(Self { subject: Subject::of(text, report)?, descending: false }),
        }
    }

    /// Compares two lines. Missing values come last in either direction.
    pub(super) fn compare(&self, a: &Row, b: &Row) -> Ordering {
        let (a, b) = match &self.subject {
            Subject::Page => return self.directed(a.unit.cmp(&b.unit)),
            Subject::Metric(name) => (a.value(name), b.value(name)),
        };
        match (a.is_null(), b.is_null()) {
            (false, false) => self.directed(compare(a, b)),
            (a, b) => a.cmp(&b),
        }
    }

    fn directed(&self, ordering: Ordering) -> Ordering {
        if self.descending { ordering.reverse() } else { ordering }
    }
}

impl Subject {
    pub(super) fn of(name: &str, report: &Report) -> Result<Self, UnknownColumn> {
        match report.column(name) {
            Some(column) => Ok(Self::Metric(column.field.name.clone())),
            None if name == PAGE_NUM => Ok(Self::Page),
            None => Err(UnknownColumn {
                stage: report.stage,
                found: name.to_owned(),
                known: report.header().iter().map(|title| format!("`{title}`")).collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

/// Compares numbers by size, words alphabetically, and `false` before `true`.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::test_report::{pages, report};

    #[test]
    fn lines_are_sorted_either_way_and_what_is_missing_is_last() {
        let sorted = |by: &str| {
            let mut report = report([json!(7), Value::Null, json!(12), json!(7)]);
            let order = Order::parse(by, &report).unwrap();
            report.sort(&order);
            pages(&report)
        };
        assert_eq!(sorted("words"), [1, 4, 3, 2]);
        assert_eq!(sorted("-words"), [3, 1, 4, 2]);
        assert_eq!(sorted("-page_num"), [4, 3, 2, 1]);
    }

    #[test]
    fn a_title_and_a_name_are_both_understood() {
        let report = report([json!(1)]);
        assert_eq!(Order::parse("Words", &report), Order::parse("words", &report));
        assert_eq!(
            Order::parse("-wrods", &report).unwrap_err().to_string(),
            "the report of `counting` has no column `wrods`; its columns are `page_num`, `Words`, `sure`, `blank`, `script`"
        );
    }
}
