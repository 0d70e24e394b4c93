use std::cmp::Ordering;

use serde_json::Value;

use super::lines::PAGE_NUM;
use super::order::{Subject, UnknownColumn};
use super::{Report, Row};
use crate::metrics::{Column, Kind};

/// A condition on a column, such as `confidence_mean<0.8`.
///
/// ```text
/// filter   = column operator value
/// operator = "<=" | ">=" | "!=" | "<" | ">" | "="
/// ```
///
/// `column` is a title, or the name of the metric; spaces around it and around `value` are ignored. Numbers are compared as
/// measured, not as rounded in the report; text, enums and booleans (`true`, `false`) support only `=` and `!=`. Without a
/// value, `=` selects pages where it is missing and `!=` those where it is not. Otherwise, a missing value matches
/// only `!=`.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    subject: Subject,
    operator: Operator,
    value: Wanted,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// The value to compare with.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Missing,
    Number(f64),
    Word(String),
}

/// Why a text is not a valid filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// It has no operator, or nothing before it.
    #[error("invalid filter `{found}`: expected a column, one of < <= > >= = != and a value, such as `{column}<10`")]
    Form {
        /// The text.
        found: String,
        /// A column for the example in the message.
        column: String,
    },
    /// The column is unknown.
    #[error(transparent)]
    Column(#[from] UnknownColumn),
    /// The value has the wrong type for the column.
    #[error("`{column}` ({kind}) cannot be compared with `{found}`; expected {expected}")]
    Value {
        /// The column, as the filter names it.
        column: String,
        /// The kind of its values.
        kind: &'static str,
        /// The value found.
        found: String,
        /// The values expected.
        expected: String,
    },
    /// It compares words by size.
    #[error("`{column}` ({kind}) is not compared by size; use `=` or `!=` in place of `{operator}`")]
    Operator {
        /// The column, as the filter names it.
        column: String,
        /// The kind of its values.
        kind: &'static str,
        /// The operator.
        operator: &'static str,
    },
}

impl Operator {
    /// The operators, longer ones first, so that each is matched before its own prefix.
    const ALL: [(&'static str, Self); 6] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("!=", Self::NotEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Equal),
    ];

    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
        }
    }
}

impl Filter {
    /// Parses a filter on a report's columns.
    pub fn parse(text: &str, report: &Report) -> Result<Self, FilterError> {
        let form = || {
            let number = report.columns.iter().find(|column| column.field.kind.is_number());
            let column = number.map_or(PAGE_NUM, |column| column.title.as_str());
            FilterError::Form { found: text.to_owned(), column: column.to_owned() }
        };
        let at = text.find(['<', '>', '=', '!']).ok_or_else(form)?;
        let (column, rest) = (text[..at].trim(), &text[at..]);
        let (written, operator, value) = Operator::ALL
            .into_iter()
            .find_map(|(written, operator)| Some((written, operator, rest.strip_prefix(written)?.trim())))
            .ok_or_else(form)?;
        if column.is_empty() {
            return Err(form());
        }
        let subject = Subject::of(column, report)?;
        let kind = report.column(column).map_or(Kind::Integer, |column| column.field.kind);
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        if !equality && !kind.is_number() {
            return Err(FilterError::Operator { column: column.to_owned(), kind: kind.label(), operator: written });
        }
        let value = match value {
            "" if equality => Wanted::Missing,
            value => wanted(column, value, kind, report.column(column))?,
        };
        Ok(Self { subject, operator, value })
    }

    /// Whether a line matches.
    #[must_use]
    pub fn holds(&self, row: &Row) -> bool {
        let page = Value::from(row.page_num());
        let found = match &self.subject {
            Subject::Page => &page,
            Subject::Metric(name) => row.value(name),
        };
        match &self.value {
            Wanted::Missing => found.is_null() == (self.operator == Operator::Equal),
            _ if found.is_null() => self.operator == Operator::NotEqual,
            Wanted::Number(wanted) => {
                found.as_f64().and_then(|found| found.partial_cmp(wanted)).is_some_and(|o| self.operator.holds(o))
            }
            Wanted::Word(wanted) => {
                let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
                let same = found == *wanted;
                same == (self.operator == Operator::Equal)
            }
        }
    }
}

/// Parses the value to compare a column of this kind with.
fn wanted(name: &str, value: &str, kind: Kind, column: Option<&Column>) -> Result<Wanted, FilterError> {
    let wrong = |expected: String| FilterError::Value {
        column: name.to_owned(),
        kind: kind.label(),
        found: value.to_owned(),
        expected,
    };
    let words = column.map_or(&[][..], |column| column.field.words);
    match value.parse::<f64>() {
        Ok(number) if kind.is_number() && number.is_finite() => Ok(Wanted::Number(number)),
        _ if kind.is_number() => Err(wrong("digits, such as `0.8`".to_owned())),
        _ if words.is_empty() || words.contains(&value) => Ok(Wanted::Word(value.to_owned())),
        _ => Err(wrong(words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::report::test_report::{pages, report, with};

    fn kept(filter: &str) -> Vec<u32> {
        let mut report = with([
            json!({"words": 7, "sure": 0.75, "blank": false, "script": "latin"}),
            json!({"words": 12, "sure": null, "blank": true, "script": "greek"}),
            json!({"words": 30, "sure": 0.9, "blank": false, "script": "latin"}),
        ]);
        let filter = Filter::parse(filter, &report).unwrap();
        report.filter(&filter);
        pages(&report)
    }

    fn refused(filter: &str) -> String {
        Filter::parse(filter, &report([json!(7)])).unwrap_err().to_string()
    }

    #[test]
    fn operators_select_matching_lines() {
        assert_eq!(kept("words<12"), [1]);
        assert_eq!(kept("words <= 12"), [1, 2]);
        assert_eq!(kept("words>12"), [3]);
        assert_eq!(kept("Words>=12"), [2, 3]);
        assert_eq!(kept("words=12"), [2]);
        assert_eq!(kept("words!=12"), [1, 3]);
        assert_eq!(kept("page_num>1"), [2, 3]);
        assert_eq!(kept("words>-1"), [1, 2, 3]);
    }

    #[test]
    fn words_are_equal_or_not() {
        assert_eq!(kept("script=latin"), [1, 3]);
        assert_eq!(kept("script != latin"), [2]);
        assert_eq!(kept("blank=true"), [2]);
        assert_eq!(kept("blank!=true"), [1, 3]);
    }

    #[test]
    fn a_missing_value_is_neither_small_nor_great() {
        assert_eq!(kept("sure<0.8"), [1]);
        assert_eq!(kept("sure>=0.8"), [3]);
        assert_eq!(kept("sure="), [2]);
        assert_eq!(kept("sure!="), [1, 3]);
        assert_eq!(kept("sure!=0.9"), [1, 2]);
    }

    #[test]
    fn a_mistake_names_value_rule_and_fix() {
        assert_eq!(
            refused("words"),
            "invalid filter `words`: expected a column, one of < <= > >= = != and a value, such as `Words<10`"
        );
        assert_eq!(
            refused("wrods<3"),
            "the report of `counting` has no column `wrods`; its columns are `page_num`, `Words`, `sure`, `blank`, `script`"
        );
        assert_eq!(
            refused("words<many"),
            "`words` (whole number) cannot be compared with `many`; expected digits, such as `0.8`"
        );
        assert_eq!(
            refused("sure<NaN"),
            "`sure` (number) cannot be compared with `NaN`; expected digits, such as `0.8`"
        );
        assert_eq!(
            refused("words<"),
            "`words` (whole number) cannot be compared with ``; expected digits, such as `0.8`"
        );
        assert_eq!(
            refused("blank=maybe"),
            "`blank` (yes or no) cannot be compared with `maybe`; expected `false` or `true`"
        );
        assert_eq!(refused("script<latin"), "`script` (text) is not compared by size; use `=` or `!=` in place of `<`");
        assert!(
            refused("!words").starts_with("invalid filter `!words`")
                && refused("<3").starts_with("invalid filter `<3`")
        );
    }

    proptest! {
        #[test]
        fn every_page_meets_a_condition_or_its_contrary(numbers in prop::collection::vec(0_u32..9, 1..9), bound in 0_u32..9) {
            let report = report(numbers.iter().map(|number| json!(number)).collect::<Vec<_>>());
            for (one, other) in [("<", ">="), (">", "<="), ("=", "!=")] {
                let [one, other] = [one, other].map(|o| Filter::parse(&format!("words{o}{bound}"), &report).unwrap());
                for row in &report.rows {
                    prop_assert!(one.holds(row) != other.holds(row), "{bound}: {row:?}");
                }
            }
        }

        #[test]
        fn no_text_is_too_strange_to_be_refused(text in any::<String>()) {
            let _ = Filter::parse(&text, &report([json!(7)]));
        }
    }
}
