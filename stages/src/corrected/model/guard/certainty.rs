//! How certain a word was read, by its confidence.

/// Words with less confidence are in doubt, and those with still less were hardly read, 0..=1. Tesseract gives most words that it reads right more
/// than 0.93, and half of the words below 0.6 are wrong.
pub(super) const CERTAIN: f64 = 0.93;
pub(super) const VERY_CERTAIN: f64 = 0.96;
pub(super) const LIKELY: f64 = 0.9;
pub(super) const DOUBTFUL: f64 = 0.8;
pub(super) const UNREAD: f64 = 0.55;
