use std::ops::{Add, AddAssign, Mul};

use serde::Serialize;

use shelf_runtime::usd::Usd;

/// A range: `low` if every reply is short, `high` if every reply reaches its limit. Only repairs and fallbacks can exceed it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Range {
    /// The minimum.
    pub low: f64,
    /// The maximum.
    pub high: f64,
}

impl Range {
    pub(super) fn rounded(self) -> Self {
        Self { low: self.low.round(), high: self.high.round() }
    }

    /// The range in US dollars: `$0.30 to $4.10`.
    #[must_use]
    pub fn usd(&self) -> String {
        format!("{} to {}", Usd(self.low), Usd(self.high))
    }
}

impl Add for Range {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

impl AddAssign for Range {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<f64> for Range {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }
}
