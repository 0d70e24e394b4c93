use super::{PageLayout, TextRow};

/// Text is in capitals if at least this fraction of its letters is.
const MIN_CAPITALS_RATIO: f64 = 0.7;
/// A centred row has margins that differ by at most this fraction of the text's width, and of their sum.
const MAX_UNEVEN_WIDTH_RATIO: f64 = 0.12;
const MAX_UNEVEN_MARGIN_RATIO: f64 = 0.5;

/// Whether a row is centred: it has about the same white space on both sides, at least the height of the body text.
#[must_use]
pub fn is_centred(row: &TextRow, layout: &PageLayout) -> bool {
    is_centred_between(row, (layout.text_left_px, layout.text_right_px), layout.body_height_px)
}

/// The same within a column with these edges, px.
pub(crate) fn is_centred_between(row: &TextRow, (left, right): (f64, f64), body_height_px: f64) -> bool {
    let width = (right - left).max(1.0);
    let left = f64::from(row.bbox.x) - left;
    let right = right - f64::from(row.bbox.right());
    let uneven = (left - right).abs();
    left > body_height_px
        && right > body_height_px
        && uneven <= (MAX_UNEVEN_WIDTH_RATIO * width).min(MAX_UNEVEN_MARGIN_RATIO * (left + right))
}

/// Whether most letters of a text are capitals.
#[must_use]
pub fn is_mostly_capitals(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (upper, all) = letters.fold((0, 0), |(upper, all), c| (upper + u32::from(c.is_uppercase()), all + 1));
    all > 0 && f64::from(upper) >= MIN_CAPITALS_RATIO * f64::from(all)
}
