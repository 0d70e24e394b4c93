use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Kind;

/// A metric over many pages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Pages that have a value.
    pub measured: usize,
    /// Pages without a value.
    pub missing: usize,
    /// The distribution of the values.
    #[serde(flatten)]
    pub distribution: Distribution,
}

/// The distribution of values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Distribution {
    /// Of numbers; `None` if there are none.
    Numbers(Option<Numbers>),
    /// Of text, enums and booleans: how often each value occurs.
    Words {
        /// The words, ascending, with the number of pages.
        words: BTreeMap<String, usize>,
    },
}

/// The distribution of numbers. Whole numbers above 2^53 are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Numbers {
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The mean, clamped to `min..=max` against rounding errors.
    pub mean: f64,
    /// The median: see [`Numbers::of`].
    pub p50: f64,
    /// The 95th percentile: see [`Numbers::of`].
    pub p95: f64,
    /// The sum, added in ascending order.
    pub sum: f64,
}

impl Summary {
    /// Summarises the values of a metric; `Null` is a missing one.
    #[must_use]
    pub fn of<'a>(kind: Kind, values: impl IntoIterator<Item = &'a Value>) -> Self {
        let values: Vec<&Value> = values.into_iter().collect();
        let there: Vec<&Value> = values.iter().copied().filter(|value| !value.is_null()).collect();
        let distribution = if kind.is_number() {
            Distribution::Numbers(Numbers::of(there.iter().filter_map(|value| value.as_f64()).collect()))
        } else {
            let mut words = BTreeMap::new();
            for value in &there {
                *words.entry(super::flag::shown(value, None)).or_default() += 1;
            }
            Distribution::Words { words }
        };
        Self { measured: there.len(), missing: values.len() - there.len(), distribution }
    }
}

impl Numbers {
    /// Summarises numbers, in any order; `None` if there are none.
    ///
    /// Percentiles use the nearest rank: of *n* numbers in ascending order, the *p*-th percentile is number ⌈*p* · *n* / 100⌉, counted
    /// from 1. So each is a measured number, and p50 of 1, 2, 3, 4 is 2.
    #[must_use]
    pub fn of(mut numbers: Vec<f64>) -> Option<Self> {
        numbers.sort_unstable_by(f64::total_cmp);
        let (&min, &max) = (numbers.first()?, numbers.last()?);
        let at = |percent: usize| numbers[(numbers.len() * percent).div_ceil(100) - 1];
        let sum: f64 = numbers.iter().sum();
        let mean = (sum / numbers.len() as f64).clamp(min, max);
        Some(Self { min, max, mean, p50: at(50), p95: at(95), sum })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn percentiles_are_numbers_that_were_measured() {
        let numbers = Numbers::of(vec![4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!(numbers, Numbers { min: 1.0, max: 4.0, mean: 2.5, p50: 2.0, p95: 4.0, sum: 10.0 });
        let hundred = Numbers::of((1..=100).map(f64::from).collect()).unwrap();
        assert_eq!((hundred.p50, hundred.p95), (50.0, 95.0));
        let twenty = Numbers::of((1..=20).map(f64::from).collect()).unwrap();
        assert_eq!((twenty.p50, twenty.p95), (10.0, 19.0), "95 % of 20 is place 19, and not 20 by rounding");
        assert_eq!(Numbers::of(Vec::new()), None);
    }

    #[test]
    fn a_missing_value_is_counted_and_is_not_zero() {
        let summary = Summary::of(Kind::Number, &[json!(0.5), Value::Null, json!(1)]);
        assert_eq!((summary.measured, summary.missing), (2, 1));
        let Distribution::Numbers(Some(numbers)) = summary.distribution else { panic!("{summary:?}") };
        assert_eq!((numbers.min, numbers.sum), (0.5, 1.5));
    }

    #[test]
    fn words_and_yes_or_no_are_counted() {
        let words = Summary::of(Kind::Text, &[json!("eng"), json!("deu"), json!("eng"), Value::Null]);
        assert_eq!(serde_json::to_string(&words).unwrap(), r#"{"measured":3,"missing":1,"words":{"deu":1,"eng":2}}"#);
        let yes = Summary::of(Kind::Flag, &[json!(true), json!(true)]);
        assert_eq!(yes.distribution, Distribution::Words { words: BTreeMap::from([("true".to_owned(), 2)]) });
    }

    #[test]
    fn nothing_measured_has_no_numbers() {
        let summary = Summary::of(Kind::Integer, &[Value::Null]);
        assert_eq!(serde_json::to_string(&summary).unwrap(), r#"{"measured":0,"missing":1}"#);
    }

    proptest! {
        #[test]
        fn numbers_stand_in_order(numbers in prop::collection::vec(-1e9..1e9, 1..200)) {
            let found = Numbers::of(numbers.clone()).unwrap();
            prop_assert!(found.min <= found.p50 && found.p50 <= found.p95 && found.p95 <= found.max, "{found:?}");
            prop_assert!(found.min <= found.mean && found.mean <= found.max, "{found:?}");
            prop_assert!(numbers.contains(&found.p50) && numbers.contains(&found.p95), "{found:?}");
            let not_above = |bound: f64| numbers.iter().filter(|number| **number <= bound).count() * 100;
            prop_assert!(not_above(found.p50) >= numbers.len() * 50 && not_above(found.p95) >= numbers.len() * 95);
        }

        #[test]
        fn the_order_of_pages_does_not_matter(mut numbers in prop::collection::vec(any::<f32>().prop_filter("a number", |n| n.is_finite()), 1..50)) {
            let numbers_of = |numbers: &[f32]| Numbers::of(numbers.iter().copied().map(f64::from).collect());
            let found = numbers_of(&numbers);
            numbers.reverse();
            prop_assert_eq!(found, numbers_of(&numbers));
        }

        #[test]
        fn every_word_is_counted_once(words in prop::collection::vec("[a-c]{1,2}", 0..50)) {
            let values: Vec<Value> = words.iter().map(|word| json!(word)).collect();
            let Distribution::Words { words: counted } = Summary::of(Kind::Text, &values).distribution else { panic!("words") };
            prop_assert_eq!(counted.values().sum::<usize>(), words.len());
            prop_assert!(counted.iter().all(|(word, times)| words.iter().filter(|other| *other == word).count() == *times));
        }
    }
}
