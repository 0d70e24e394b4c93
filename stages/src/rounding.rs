/// A ratio or confidence rounded to four decimals, as stored in page files.
pub(crate) fn round_to_4_decimals(ratio: f64) -> f64 {
    (ratio * 1e4).round() / 1e4
}
