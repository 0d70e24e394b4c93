use shelf_pages::{Bbox, OcrPage};

use super::text_row::{RowWord, TextRow, median, text_rows};
use super::type_heights::{MIN_BODY_ROW_WORDS, TypeHeights, is_same_type_size};

/// The geometry of a page: its text rows, and the measures that everything on it is compared with. Rules use ratios of these measures,
/// not absolute pixels, so that the resolution of the scan does not matter.
#[derive(Debug, Clone)]
pub struct PageLayout {
    /// Width of the scan, px.
    pub width: u32,
    /// Height of the scan, px.
    pub height: u32,
    /// The text rows, top to bottom, without specks, rules and what was recognised at the edges of the scan.
    pub rows: Vec<TextRow>,
    /// Type height of the body text: the median height of its words, px. At least 1.
    pub body_height_px: f64,
    /// Distance from one row of body text to the next, px.
    pub leading_px: f64,
    /// Left edge of the text, px.
    pub text_left_px: f64,
    /// Right edge of the text, px.
    pub text_right_px: f64,
    /// Whether the edges of the text are measured: a page with one or two rows has none, and the edges are those of the scan.
    pub has_column: bool,
}

/// A page with at least this many rows of body text has a body type height and a column of its own.
const MIN_BODY_ROWS: usize = 5;

/// With at least this many rows of body text, the edges of the column are known.
const MIN_COLUMN_ROWS: usize = 3;

/// Words below this confidence may not be text at all, 0..=1.
const MIN_WORD_CONFIDENCE: f64 = 0.6;

/// A page number is at least this far from the running head beside it, in type heights; words of a row are 0.3 to 1 apart.
const MIN_NUMBER_GAP: f64 = 3.0;

impl PageLayout {
    /// Measures a page; `book_height_px` is the type height of the book's body text, if known.
    ///
    /// The page's own body text is used if there is enough of it; but a page full of notes below a few rows of body text has the type height
    /// of the book.
    #[must_use]
    pub fn of(page: &OcrPage, book_height_px: Option<f64>) -> Self {
        let rows = text_rows(page);
        let (width, height) = (page.page_dimensions.width, page.page_dimensions.height);
        let mut heights = TypeHeights::default();
        heights.add(&rows);
        let own = heights.most_common_px().filter(|_| heights.len() >= MIN_BODY_ROWS);
        let any = median(rows.iter().map(TextRow::type_height_px));
        let body_height_px = match (own, book_height_px) {
            (Some(own), Some(book)) if heights.has_rows_of(book) => own.max(book),
            (own, book) => own.or(book).or(any).unwrap_or(f64::from(height) / 80.0),
        };
        let mut layout = Self {
            width,
            height,
            rows,
            body_height_px: body_height_px.max(1.0),
            leading_px: 0.0,
            text_left_px: f64::from(width) * 0.02,
            text_right_px: f64::from(width) * 0.98,
            has_column: false,
        };
        layout.measure_column();
        layout.drop_noise();
        layout
    }

    /// Width of the text, px.
    #[must_use]
    pub fn text_width_px(&self) -> f64 {
        (self.text_right_px - self.text_left_px).max(1.0)
    }

    /// White space between the row at `at` and the one above, in leadings: about 0.3 within text. `None` for the first row.
    #[must_use]
    pub fn gap_above(&self, at: usize) -> Option<f64> {
        let above = &self.rows[at.checked_sub(1)?];
        Some((f64::from(self.rows.get(at)?.bbox.y) - f64::from(above.bbox.bottom())) / self.leading_px)
    }

    /// White space between the row at `at` and the one below, in leadings. `None` for the last row.
    #[must_use]
    pub fn gap_below(&self, at: usize) -> Option<f64> {
        self.gap_above(at + 1)
    }

    /// Whether a word is noise, not type: a speck, a rule, or something recognised at the edge of the scan.
    #[must_use]
    pub fn is_noise(&self, word: &RowWord) -> bool {
        let height = f64::from(word.bbox.height);
        let unsure = word.confidence < MIN_WORD_CONFIDENCE;
        let beside = f64::from(word.bbox.right()) < self.text_left_px - self.body_height_px
            || f64::from(word.bbox.x) > self.text_right_px + self.body_height_px;
        let odd_size = height < 0.4 * self.body_height_px || height > 2.6 * self.body_height_px;
        !word.text.contains(char::is_alphanumeric) || (unsure && (beside || odd_size))
    }

    /// Whether a sign without letters and digits may be a page number that was misread, such as `READERS          )`: it is at one end of the row,
    /// far from the words, and of the height of type.
    #[must_use]
    pub fn may_be_misread_number(&self, row: &TextRow, at: usize) -> bool {
        let gap = match (at, row.words.get(at + 1)) {
            (0, Some(next)) => next.bbox.x.saturating_sub(row.words[0].bbox.right()),
            (1.., None) => row.words[at].bbox.x.saturating_sub(row.words[at - 1].bbox.right()),
            _ => return false,
        };
        let bbox = row.words[at].bbox;
        let in_column = f64::from(bbox.x) >= self.text_left_px - self.body_height_px
            && f64::from(bbox.right()) <= self.text_right_px + self.body_height_px;
        let is_type = (0.6..1.5).contains(&(f64::from(bbox.height) / self.body_height_px));
        in_column && is_type && f64::from(gap) >= MIN_NUMBER_GAP * self.body_height_px
    }

    fn measure_column(&mut self) {
        let body: Vec<&TextRow> = self
            .rows
            .iter()
            .filter(|row| {
                row.words.len() >= MIN_BODY_ROW_WORDS && is_same_type_size(row.type_height_px(), self.body_height_px)
            })
            .collect();
        let (low, high) = if body.len() >= MIN_BODY_ROWS { (0.2, 0.8) } else { (0.0, 1.0) };
        self.has_column = body.len() >= MIN_COLUMN_ROWS;
        if self.has_column {
            self.text_left_px = quantile(body.iter().map(|row| f64::from(row.bbox.x)), low);
            self.text_right_px = quantile(body.iter().map(|row| f64::from(row.bbox.right())), high);
        }
        let distances = self.rows.windows(2).map(|pair| f64::from(pair[1].bbox.y) - f64::from(pair[0].bbox.y));
        let leading = median(distances.filter(|distance| (1.0..3.5).contains(&(distance / self.body_height_px))));
        self.leading_px = leading.unwrap_or(1.6 * self.body_height_px);
    }

    fn drop_noise(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        for (index, row) in rows.iter_mut().enumerate() {
            let number =
                row.words.len().checked_sub(1).filter(|last| index == 0 && self.may_be_misread_number(row, *last));
            let number = number.map(|last| row.words[last].bbox);
            row.words.retain(|word| !self.is_noise(word) || Some(word.bbox) == number);
            if let Some(bbox) = Bbox::bounding(row.words.iter().map(|word| word.bbox)) {
                row.bbox = bbox;
            }
        }
        rows.retain(|row| !row.words.is_empty());
        self.rows = rows;
    }
}

/// The quantile of the values at `fraction`, 0..=1; 0 without values.
fn quantile(values: impl Iterator<Item = f64>, fraction: f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * fraction).round() as usize;
    values.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shelf_pages::Block;

    use super::*;
    use crate::page_layout::test_pages::{block, line, page, prose};

    fn layout_of(blocks: Vec<Block>) -> PageLayout {
        PageLayout::of(&page(1, blocks), None)
    }

    #[test]
    fn body_text_has_the_type_size_of_most_words() {
        let notes = block(2, &[line((100, 1400), 14, "* a note in small type that"), line((100, 1420), 14, "goes on")]);
        let layout = layout_of(vec![block(0, &[line((300, 50), 16, "A HEAD")]), prose(1, 100, 20), notes]);
        assert!((layout.body_height_px - 20.0).abs() < 0.1);
        assert!((layout.leading_px - 30.0).abs() < 0.1);
        assert!((layout.text_left_px - 100.0).abs() < 0.1);
        assert!((layout.gap_above(1).unwrap() - 34.0 / 30.0).abs() < 0.01);
        assert_eq!(layout.gap_above(0), None);
        assert_eq!(layout.gap_below(layout.rows.len() - 1), None);
    }

    #[test]
    fn page_full_of_notes_uses_the_body_height_of_the_book() {
        let rows: Vec<_> =
            (0..30).map(|row| line((100, 300 + 20 * row), 14, "a long note that fills the page")).collect();
        let notes = page(9, vec![prose(1, 100, 3), block(2, &rows)]);
        assert!((PageLayout::of(&notes, Some(20.0)).body_height_px - 20.0).abs() < 0.1);
        assert!(
            (PageLayout::of(&notes, Some(10.0)).body_height_px - 14.0).abs() < 0.1,
            "no row has the type size of the book"
        );
    }

    #[test]
    fn specks_and_edge_noise_are_not_rows() {
        let mut speck = line((950, 1500), 60, "_a");
        speck.words[0].confidence = 0.3;
        let mut dust = line((500, 30), 4, "eT");
        dust.words[0].confidence = 0.3;
        let rule = line((100, 1450), 3, "———");
        let layout = layout_of(vec![prose(1, 100, 20), block(2, &[speck]), block(3, &[rule]), block(4, &[dust])]);
        assert_eq!(layout.rows.len(), 20);
    }

    #[test]
    fn blank_page_has_positive_measures() {
        let blank = layout_of(Vec::new());
        assert!(blank.body_height_px >= 1.0 && blank.leading_px >= 1.0 && blank.text_width_px() >= 1.0);
        let folio = RowWord {
            text: "9".to_owned(),
            bbox: Bbox { x: 490, y: 1500, width: 20, height: 20 },
            confidence: 0.9,
            block_num: 1,
        };
        assert!(!blank.is_noise(&folio));
    }
}
