use super::row::{Row, RowWord, median, rows_of};
use crate::ocr::OcrPage;

/// A page seen as a compositor sees it: rows of type, and the measures that everything on the page is judged by. Nothing is measured in
/// absolute pixels, so the resolution of the scan does not matter.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Width of the scan, px.
    pub width: u32,
    /// Height of the scan, px.
    pub height: u32,
    /// The rows of type, top to bottom, without specks, rules and what stands on the scan's edges.
    pub rows: Vec<Row>,
    /// Height of the body's type: the median height of its words, px. At least 1.
    pub body_height: f64,
    /// From one row of the body to the next, px.
    pub leading: f64,
    /// Left end of the text, px.
    pub left: f64,
    /// Right end of the text, px.
    pub right: f64,
}

/// How much type of which height there is: what the body's type is measured from.
#[derive(Debug, Clone, Default)]
pub struct TypeHeights {
    /// Height of a row's type, px, and how many words it has.
    rows: Vec<(f64, usize)>,
}

/// Rows of this many words say what the body's type is: heads, headings and folios are shorter.
const WORDS_OF_A_TEXT_ROW: usize = 4;

/// Rows of text that a page needs to have a body of its own.
const ROWS_OF_A_TEXT: usize = 5;

/// Rows of the body that say where its column ends.
const ROWS_OF_A_COLUMN: usize = 3;

/// Type within this ratio of another has the same size: letters with and without ascenders differ more from word to word than sizes do.
const SAME_SIZE: f64 = 1.09;

impl TypeHeights {
    /// Counts the rows of one more page.
    pub fn add(&mut self, rows: &[Row]) {
        self.rows.extend(
            rows.iter()
                .filter(|row| row.words.len() >= WORDS_OF_A_TEXT_ROW)
                .map(|row| (row.type_height(), row.words.len())),
        );
    }

    /// Whether more than one row is as high as this, px.
    fn has_rows_of(&self, height: f64) -> bool {
        self.rows.iter().filter(|row| Sheet::same_size(row.0, height)).nth(1).is_some()
    }

    /// The height that most words have, px; none where there is no text.
    #[must_use]
    pub fn most_common(&self) -> Option<f64> {
        let mut rows = self.rows.clone();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut from, mut words) = (0, 0);
        let mut best = (0, 0..0);
        for to in 0..rows.len() {
            words += rows[to].1;
            while rows[to].0 > rows[from].0 * SAME_SIZE * SAME_SIZE {
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

impl Sheet {
    /// Measures a page; `book_height` is the height of the book's body type, px, where it is known.
    ///
    /// The page's own type counts where there is enough of it, but a page that is full of notes below a few rows of the book's type has
    /// the book's body.
    #[must_use]
    pub fn of(page: &OcrPage, book_height: Option<f64>) -> Self {
        let rows = rows_of(page);
        let (width, height) = (page.page_dimensions.width, page.page_dimensions.height);
        let mut heights = TypeHeights::default();
        heights.add(&rows);
        let own = heights.most_common().filter(|_| heights.rows.len() >= ROWS_OF_A_TEXT);
        let any = median(rows.iter().map(Row::type_height));
        let body_height = match (own, book_height) {
            (Some(own), Some(book)) if heights.has_rows_of(book) => own.max(book),
            (own, book) => own.or(book).or(any).unwrap_or(f64::from(height) / 80.0),
        };
        let mut sheet = Self {
            width,
            height,
            rows,
            body_height: body_height.max(1.0),
            leading: 0.0,
            left: f64::from(width) * 0.02,
            right: f64::from(width) * 0.98,
        };
        sheet.measure_column();
        sheet.drop_noise();
        sheet
    }

    /// Whether type of `height` px is about as large as `other` px.
    #[must_use]
    pub fn same_size(height: f64, other: f64) -> bool {
        height <= other * SAME_SIZE && other <= height * SAME_SIZE
    }

    /// The middle of the text, px.
    #[must_use]
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.left, self.right)
    }

    /// Width of the text, px.
    #[must_use]
    pub fn text_width(&self) -> f64 {
        (self.right - self.left).max(1.0)
    }

    /// White between the row at `at` and the one above it, in leadings: about 0.3 within a text. None for the first.
    #[must_use]
    pub fn gap_above(&self, at: usize) -> Option<f64> {
        let above = &self.rows[at.checked_sub(1)?];
        Some((f64::from(self.rows.get(at)?.bbox.y) - f64::from(above.bbox.bottom())) / self.leading)
    }

    /// White between the row at `at` and the one below it, in leadings. None for the last.
    #[must_use]
    pub fn gap_below(&self, at: usize) -> Option<f64> {
        self.gap_above(at + 1)
    }

    /// Whether a word is no type: a speck, a rule, or what was read off the scan's edge.
    #[must_use]
    pub fn is_noise(&self, word: &RowWord) -> bool {
        let height = f64::from(word.bbox.height);
        let unsure = word.confidence < UNSURE;
        let beside = f64::from(word.bbox.right()) < self.left - self.body_height
            || f64::from(word.bbox.x) > self.right + self.body_height;
        let odd_size = height < 0.4 * self.body_height || height > 2.6 * self.body_height;
        !word.text.contains(char::is_alphanumeric) || (unsure && (beside || odd_size))
    }

    fn measure_column(&mut self) {
        let of_body: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| {
                row.words.len() >= WORDS_OF_A_TEXT_ROW && Self::same_size(row.type_height(), self.body_height)
            })
            .collect();
        let (least, most) = if of_body.len() >= ROWS_OF_A_TEXT { (0.2, 0.8) } else { (0.0, 1.0) };
        if of_body.len() >= ROWS_OF_A_COLUMN {
            self.left = quantile(of_body.iter().map(|row| f64::from(row.bbox.x)), least);
            self.right = quantile(of_body.iter().map(|row| f64::from(row.bbox.right())), most);
        }
        let steps = self.rows.windows(2).map(|pair| f64::from(pair[1].bbox.y) - f64::from(pair[0].bbox.y));
        let usual = median(steps.filter(|step| (1.0..3.5).contains(&(step / self.body_height))));
        self.leading = usual.unwrap_or(1.6 * self.body_height);
    }

    fn drop_noise(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        for row in &mut rows {
            row.words.retain(|word| !self.is_noise(word));
            if let Some(bbox) = crate::bbox::Bbox::around(row.words.iter().map(|word| word.bbox)) {
                row.bbox = bbox;
            }
        }
        rows.retain(|row| !row.words.is_empty());
        self.rows = rows;
    }
}

/// Words below this confidence may be no words at all.
const UNSURE: f64 = 0.6;

/// The value below which `share` of the values lie, 0..=1; 0 where there is none.
fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bbox::Bbox;
    use crate::ocr::Block;
    use crate::pagination::drawn::{block, line, page, prose};

    fn sheet(blocks: Vec<Block>) -> Sheet {
        Sheet::of(&page(1, blocks), None)
    }

    #[test]
    fn the_body_is_what_most_words_are_set_in() {
        let notes = block(2, &[line((100, 1400), 14, "* a note in small type that"), line((100, 1420), 14, "goes on")]);
        let sheet = sheet(vec![block(0, &[line((300, 50), 16, "A HEAD")]), prose(1, 100, 20), notes]);
        assert!((sheet.body_height - 20.0).abs() < 0.1);
        assert!((sheet.leading - 30.0).abs() < 0.1);
        assert!((sheet.left - 100.0).abs() < 0.1);
        assert!((sheet.gap_above(1).unwrap() - 34.0 / 30.0).abs() < 0.01);
        assert_eq!(sheet.gap_above(0), None);
        assert_eq!(sheet.gap_below(sheet.rows.len() - 1), None);
    }

    #[test]
    fn a_page_full_of_notes_has_the_body_of_its_book() {
        let rows: Vec<_> =
            (0..30).map(|row| line((100, 300 + 20 * row), 14, "a long note that fills the page")).collect();
        let notes = page(9, vec![prose(1, 100, 3), block(2, &rows)]);
        assert!((Sheet::of(&notes, Some(20.0)).body_height - 20.0).abs() < 0.1);
        assert!((Sheet::of(&notes, Some(10.0)).body_height - 14.0).abs() < 0.1, "nothing there is like the book");
    }

    #[test]
    fn specks_and_what_lies_on_the_edge_are_no_rows() {
        let mut speck = line((950, 1500), 60, "_a");
        speck.words[0].confidence = 0.3;
        let mut dust = line((500, 30), 4, "eT");
        dust.words[0].confidence = 0.3;
        let rule = line((100, 1450), 3, "———");
        let sheet = sheet(vec![prose(1, 100, 20), block(2, &[speck]), block(3, &[rule]), block(4, &[dust])]);
        assert_eq!(sheet.rows.len(), 20);
    }

    #[test]
    fn a_page_without_text_has_measures_all_the_same() {
        let blank = sheet(Vec::new());
        assert!(blank.body_height >= 1.0 && blank.leading >= 1.0 && blank.text_width() >= 1.0);
        let folio = RowWord {
            text: "9".to_owned(),
            bbox: Bbox { x: 490, y: 1500, width: 20, height: 20 },
            confidence: 0.9,
            block_num: 1,
        };
        assert!(!blank.is_noise(&folio));
    }
}
