use serde_json::Value;

/// A type that can be a metric, and so a column of a report: numbers, `bool`, text, enums that derive it, and `Option` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a column of a report",
    label = "not a metric",
    note = "a metric is a number, a `bool`, a `String`, a `PageNumber`, an enum with `#[derive(Metric)]`, or an `Option` of one of these",
    note = "a struct with `#[derive(PageMetrics)]` needs `#[metrics(nested)]` or `#[metrics(flatten)]`"
)]
pub trait Metric: 'static {
    /// What kind of value it is.
    const KIND: Kind;
    /// Whether it may be missing.
    const OPTIONAL: bool = false;
    /// The possible values as reports show them, if there are few.
    const WORDS: &'static [&'static str] = &[];

    /// The value; `Null` if missing (or a float that is not finite).
    fn to_value(&self) -> Value;
}

/// The kind of a metric's values.
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
    /// One of a few words.
    Word,
}

impl Kind {
    /// The kind in plain words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Integer => "whole number",
            Self::Number => "number",
            Self::Flag => "yes or no",
            Self::Text => "text",
            Self::Word => "word",
        }
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }
}

/// A numeric metric, which has a range and can be compared.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number: `range`, `below` and `above` are for numbers",
    label = "`{Self}` is not compared with numbers"
)]
pub trait Quantity: Metric {}

/// A floating-point metric, which a report may round.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no decimals; `decimals` is for `f32` and `f64`",
    label = "`{Self}` is not rounded"
)]
pub trait Fractional: Quantity {}

/// A metric whose values can be compared for equality: text, `bool`, whole numbers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not compared for equality: `equals` is for text, `bool` and whole numbers",
    label = "`{Self}` is rarely equal to anything",
    note = "for a range of numbers use `flag(below = …)` or `flag(above = …)`"
)]
pub trait Discrete: Metric {}

/// A metric that may be missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is never missing: `flag(missing)` is for an `Option`",
    label = "`{Self}` is always there"
)]
pub trait Missable: Metric {}

#[diagnostic::do_not_recommend]
impl<T: Quantity> Quantity for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Fractional> Fractional for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Discrete> Discrete for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Metric> Missable for Option<T> {}

macro_rules! metric {
    ($($kind:ident($($can:ident),*) $words:tt: $($type:ty),*;)*) => {$(
        metric!(@each [$($can),*] $kind $words: $($type),*);
    )*};
    (@each $can:tt $kind:ident $words:tt: $($type:ty),*) => {$(
        metric!(@can $can $type);

        #[diagnostic::do_not_recommend]
        impl Metric for $type {
            const KIND: Kind = Kind::$kind;
            const WORDS: &'static [&'static str] = &$words;

            fn to_value(&self) -> Value {
                Value::from(self.clone())
            }
        }
    )*};
    (@can [$($can:ident),*] $type:ty) => {$(
        #[diagnostic::do_not_recommend]
        impl $can for $type {}
    )*};
}

metric! {
    Integer(Quantity, Discrete) []: u8, u16, u32, u64, usize, i8, i16, i32, i64, isize;
    Number(Quantity, Fractional) []: f32, f64;
    Flag(Discrete) ["false", "true"]: bool;
    Text(Discrete) []: String, &'static str;
}

#[diagnostic::do_not_recommend]
impl Quantity for crate::book::PageNumber {}
#[diagnostic::do_not_recommend]
impl Discrete for crate::book::PageNumber {}

#[diagnostic::do_not_recommend]
impl Metric for crate::book::PageNumber {
    const KIND: Kind = Kind::Integer;

    fn to_value(&self) -> Value {
        Value::from(self.get())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Metric> Metric for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;
    const WORDS: &'static [&'static str] = T::WORDS;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Metric::to_value)
    }
}
