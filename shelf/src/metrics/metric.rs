use serde_json::Value;

/// A type that can be a metric, and so a column of a report: numbers, `bool`, text, and `Option` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a column of a report",
    label = "not a metric",
    note = "a metric is a number, a `bool`, a `String`, a `PageNumber`, or an `Option` of one of these"
)]
pub trait Metric {
    /// What kind of value it is.
    const KIND: Kind;
    /// Whether it may be missing.
    const OPTIONAL: bool = false;

    /// The value; `Null` where it is missing (or a float that is no number).
    fn to_value(&self) -> Value;
}

/// What kind of value a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// Yes or no.
    Flag,
    /// Words.
    Text,
}

macro_rules! metric {
    ($($kind:ident: $($type:ty),*;)*) => {$($(
        impl Metric for $type {
            const KIND: Kind = Kind::$kind;

            fn to_value(&self) -> Value {
                Value::from(self.clone())
            }
        }
    )*)*};
}

metric! {
    Integer: u8, u16, u32, u64, usize, i8, i16, i32, i64, isize;
    Number: f32, f64;
    Flag: bool;
    Text: String, &'static str;
}

impl Metric for crate::book::PageNumber {
    const KIND: Kind = Kind::Integer;

    fn to_value(&self) -> Value {
        Value::from(self.get())
    }
}

impl<T: Metric> Metric for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Metric::to_value)
    }
}
