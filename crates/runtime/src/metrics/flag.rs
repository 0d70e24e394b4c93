use std::fmt;

use serde_json::Value;

use super::Discrete;

/// A condition that flags a page for review.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Flag {
    /// The value is smaller.
    Below(f64),
    /// The value is greater.
    Above(f64),
    /// The value is missing.
    Missing,
    /// The value equals this text, as the report shows it.
    Equals(&'static str),
}

impl Flag {
    /// The value equals `text`, as the report shows it.
    ///
    /// # Panics
    /// If `T` has a fixed set of words and `text` is not one of them; through the derive, this is a compile error.
    #[must_use]
    pub const fn equals<T: Discrete>(text: &'static str) -> Self {
        assert!(
            T::WORDS.is_empty() || contains(T::WORDS, text),
            "`equals` is not a value of this metric; expected a variant in snake case for an enum, `true` or `false` for a bool"
        );
        Self::Equals(text)
    }

    /// Whether `value` is flagged.
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

/// `below 0.8`, `missing`, `equals roman`.
impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below(bound) => write!(f, "below {bound}"),
            Self::Above(bound) => write!(f, "above {bound}"),
            Self::Missing => write!(f, "missing"),
            Self::Equals(text) => write!(f, "equals {text}"),
        }
    }
}

/// A value as reports show it; empty if missing.
pub(super) fn shown(value: &Value, decimals: Option<u8>) -> String {
    match (value, decimals) {
        (Value::Null, _) => String::new(),
        (Value::String(text), _) => text.clone(),
        (Value::Number(number), Some(decimals)) if number.is_f64() => {
            format!("{:.*}", decimals.into(), number.as_f64().unwrap_or_default())
        }
        (other, _) => other.to_string(),
    }
}

/// Whether `text` is one of `words`; written by hand, since slices and strings cannot be compared in constants.
const fn contains(words: &[&str], text: &str) -> bool {
    let mut word = 0;
    while word < words.len() {
        if same(words[word].as_bytes(), text.as_bytes()) {
            return true;
        }
        word += 1;
    }
    false
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut byte = 0;
    while byte < a.len() && byte < b.len() && a[byte] == b[byte] {
        byte += 1;
    }
    byte == a.len() && byte == b.len()
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

    #[test]
    fn equality_requires_a_possible_value() {
        assert_eq!(Flag::equals::<bool>("true"), Flag::Equals("true"));
        assert_eq!(Flag::equals::<Option<String>>("tru"), Flag::Equals("tru"));
        for wrong in ["tru", "truee", ""] {
            assert!(std::panic::catch_unwind(|| Flag::equals::<bool>(wrong)).is_err(), "{wrong}");
        }
    }
}
