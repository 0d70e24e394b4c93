//! The time of day.

/// The current time, to the microsecond. Files store it as ISO 8601 in UTC.
#[must_use]
pub fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Microsecond).unwrap_or(now)
}
