use super::text_row::{TextRow, median};

/// The type heights of text rows, from which that of the body text is determined.
#[derive(Debug, Clone, Default)]
pub struct TypeHeights {
    /// Type height of each row, px, and its number of words.
    rows: Vec<(f64, usize)>,
}

/// Rows with at least this many words are body text: running heads, headings and page numbers are shorter.
pub(super) const MIN_BODY_ROW_WORDS: usize = 4;

/// Type heights within this ratio are the same type size: from word to word, letters with and without ascenders differ by more than the
/// sizes in a book do.
const SAME_SIZE_RATIO: f64 = 1.09;

/// Whether two type heights in px are the same type size.
#[must_use]
pub fn is_same_type_size(height_px: f64, other_px: f64) -> bool {
    height_px <= other_px * SAME_SIZE_RATIO && other_px <= height_px * SAME_SIZE_RATIO
}

impl TypeHeights {
    /// Adds the rows of a page.
    pub fn add(&mut self, rows: &[TextRow]) {
        let body_rows = rows.iter().filter(|row| row.words.len() >= MIN_BODY_ROW_WORDS);
        self.rows.extend(body_rows.map(|row| (row.type_height_px(), row.words.len())));
    }

    /// The number of rows that count.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether at least two rows have this type size.
    pub(super) fn has_rows_of(&self, height_px: f64) -> bool {
        self.rows.iter().filter(|row| is_same_type_size(row.0, height_px)).nth(1).is_some()
    }

    /// The type height of most words, px; `None` without text.
    #[must_use]
    pub fn most_common_px(&self) -> Option<f64> {
        let mut rows = self.rows.clone();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut from, mut words) = (0, 0);
        let mut best = (0, 0..0);
        for to in 0..rows.len() {
            words += rows[to].1;
            while rows[to].0 > rows[from].0 * SAME_SIZE_RATIO * SAME_SIZE_RATIO {
                words -= rows[from].1;
                from += 1;
            }
            if words > best.0 {
                best = (words, from..to + 1);
            }
        }
        median(rows[best.1].iter().map(|row| row.0)).filter(|height| *height >= 1.0)
    }
}
