use std::marker::PhantomData;

use serde_json::Value;

use super::field::FieldList;
use super::{Field, Fields, Kind, Metric, PageMetrics, Values};

/// Collects the fields of metrics, or their values, for `#[derive(PageMetrics)]`.
///
/// Both use the same two functions, so that a type that cannot be a metric causes one error, not two.
#[derive(Debug, Default)]
pub struct Listed<L>(pub(super) L);

/// A metric of type `T` to be collected. Only two pointers, because it occurs twice in the code of every field.
pub struct ListedMetric<'a, L, T: 'static> {
    to: &'a mut L,
    of: &'static MetricOf<T>,
}

/// The properties of a metric's type.
struct MetricOf<T> {
    kind: Kind,
    optional: bool,
    words: &'static [&'static str],
    to_value: fn(&T) -> Value,
}

impl<T: Metric> MetricOf<T> {
    const KNOWN: &'static Self = &Self { kind: T::KIND, optional: T::OPTIONAL, words: T::WORDS, to_value: T::to_value };
}

/// Metrics of type `M` to be collected, as one of several.
pub struct ListedGroup<'a, L, M> {
    to: &'a mut Listed<L>,
    fields: fn(&mut Fields),
    values: fn(&M, &mut Values),
    of: PhantomData<M>,
}

impl<L> Listed<L> {
    /// A field of type `T`, or its value.
    pub fn metric<T: Metric>(&mut self) -> ListedMetric<'_, L, T> {
        ListedMetric { to: &mut self.0, of: MetricOf::KNOWN }
    }

    /// The fields of the metrics `M`, or their values.
    pub fn group<M: PageMetrics>(&mut self) -> ListedGroup<'_, L, M> {
        ListedGroup { to: self, fields: M::fields, values: M::values, of: PhantomData }
    }
}

impl<'a, T> ListedMetric<'a, FieldList, T> {
    /// Adds the field.
    pub fn add(self, name: &str, doc: &'static str) -> &'a mut Field {
        self.to.add(name, doc, self.of.kind, self.of.optional, self.of.words)
    }
}

impl<T> ListedMetric<'_, Vec<Value>, T> {
    /// Adds the value.
    pub fn add(self, value: &T) {
        self.to.push((self.of.to_value)(value));
    }
}

impl<M> ListedGroup<'_, FieldList, M> {
    /// Adds the fields, each under its own name after `name` and a dot.
    pub fn nest(self, name: &str) {
        self.to.within(Some(name), name, self.fields);
    }

    /// Adds the fields under their own names; `name` is the Rust field that they are in.
    pub fn flatten(self, name: &str) {
        self.to.within(None, name, self.fields);
    }
}

impl<M> ListedGroup<'_, Vec<Value>, M> {
    /// Adds the values.
    pub fn add(self, metrics: &M) {
        (self.values)(metrics, self.to);
    }
}
