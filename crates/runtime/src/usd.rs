//! Amounts of money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// An amount of money, US dollars.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(pub f64);

/// The error for a text that is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid amount `{0}`: expected US dollars, such as `3.00`")]
pub struct UsdError(String);

impl Usd {
    /// No money.
    pub const ZERO: Self = Self(0.0);

    /// The larger of the two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

/// `$3.00`; below a dollar with four decimals, `$0.0042`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = if self.0 == 0.0 || self.0 >= 1.0 { 2 } else { 4 };
        write!(f, "${:.decimals$}", self.0)
    }
}

impl std::str::FromStr for Usd {
    type Err = UsdError;

    fn from_str(text: &str) -> Result<Self, UsdError> {
        let amount = text.trim().trim_start_matches('$').parse::<f64>().ok();
        let amount = amount.filter(|amount| amount.is_finite() && *amount >= 0.0);
        amount.map(Self).ok_or_else(|| UsdError(text.to_owned()))
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Usd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Usd;

    #[test]
    fn parses_and_prints_dollars() {
        assert_eq!("3".parse(), Ok(Usd(3.0)));
        assert_eq!("$0.25".parse(), Ok(Usd(0.25)));
        for bad in ["", "-1", "three", "inf", "NaN"] {
            assert!(bad.parse::<Usd>().is_err(), "{bad}");
        }
        assert_eq!([Usd(1.5), Usd(0.0042), Usd(0.0)].map(|usd| usd.to_string()), ["$1.50", "$0.0042", "$0.00"]);
    }
}
