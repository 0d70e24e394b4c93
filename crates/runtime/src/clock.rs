//! The time of day, as files carry it.

/// Now, ISO 8601 in UTC, to the microsecond.
#[must_use]
pub fn now() -> String {
    format!("{:.6}", jiff::Timestamp::now())
}
