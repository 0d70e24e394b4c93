use rapidfuzz::fuzz;

use super::header_footer_row::HeaderFooterRow;

/// A row is compared with this many scans on either side: running heads change with the chapter.
const MAX_DISTANCE_SCANS: usize = 24;

/// Minimum similarity of two running heads, 0..=1: one letter in seven may be misread.
const MIN_SIMILARITY: f64 = 0.8;

/// Running heads differ in height by at most this fraction of the scan's height, since scans are cropped differently.
const MAX_HEIGHT_DIFFERENCE_RATIO: f64 = 0.04;

/// Minimum length of a running head, letters.
const MIN_LETTERS: usize = 3;

/// For each row of each page, whether it is repeated: whether the same words are at the same height of another page nearby.
#[must_use]
pub fn repeated_rows(pages: &[Vec<HeaderFooterRow>]) -> Vec<Vec<bool>> {
    let letters: Vec<Vec<String>> =
        pages.iter().map(|rows| rows.iter().map(HeaderFooterRow::letters).collect()).collect();
    let is_repeated = |page: usize, at: usize| {
        let row = &pages[page][at];
        let own = &letters[page][at];
        if own.chars().count() < MIN_LETTERS {
            return false;
        }
        let nearby = (page.saturating_sub(MAX_DISTANCE_SCANS)..(page + MAX_DISTANCE_SCANS + 1).min(pages.len()))
            .filter(|other| *other != page);
        let same = nearby.filter(|other| {
            let rows = pages[*other].iter().zip(&letters[*other]);
            rows.into_iter().any(|(other, letters)| is_same(row, own, other, letters))
        });
        let needed = if row.is_set_apart && !row.names_a_division() { 1 } else { 2 };
        same.take(needed).count() == needed
    };
    (0..pages.len()).map(|page| (0..pages[page].len()).map(|at| is_repeated(page, at)).collect()).collect()
}

fn is_same(row: &HeaderFooterRow, letters: &str, other: &HeaderFooterRow, other_letters: &str) -> bool {
    let in_place =
        row.location == other.location && (row.center_ratio - other.center_ratio).abs() <= MAX_HEIGHT_DIFFERENCE_RATIO;
    if !in_place || other_letters.chars().count() < MIN_LETTERS {
        return false;
    }
    if row.names_a_division() || other.names_a_division() {
        return letters == other_letters;
    }
    let threshold = fuzz::Args::default().score_cutoff(MIN_SIMILARITY);
    fuzz::ratio_with_args(letters.chars(), other_letters.chars(), &threshold).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::PageNumberLocation;

    fn row(text: &str, center_ratio: f64) -> HeaderFooterRow {
        let words: Vec<String> =
            text.split(' ').map(|word| super::super::folio::trim_punctuation(word).to_owned()).collect();
        HeaderFooterRow {
            location: PageNumberLocation::Header,
            row_index: 0,
            confidences: vec![0.95; words.len()],
            words,
            center_ratio,
            inner_edge_px: 100,
            is_set_apart: true,
            differs_from_text: true,
        }
    }

    fn found(rows: &[(&str, f64)]) -> Vec<bool> {
        let pages: Vec<Vec<HeaderFooterRow>> = rows.iter().map(|(text, height)| vec![row(text, *height)]).collect();
        repeated_rows(&pages).into_iter().map(|rows| rows[0]).collect()
    }

    #[test]
    fn running_heads_of_left_and_right_pages_are_found_despite_misreadings() {
        let rows = [
            ("12 HISTORICAL SKETCHES OF", 0.12),
            ("COLONIAL FLORIDA. It", 0.12),
            ("42 FUSTORICAL SKETCHES OF", 0.13),
            ("COLONIAL, FLORIDA. 15", 0.11),
            ("The text begins at once", 0.12),
        ];
        assert_eq!(found(&rows), [true, true, true, true, false]);
    }

    #[test]
    fn chapter_headings_are_not_running_heads() {
        assert_eq!(found(&[("CHAPTER I.", 0.1), ("text", 0.1), ("CHAPTER II.", 0.1)]), [false; 3]);
        assert_eq!(found(&[("CHAPTER IV. 7", 0.1), ("CHAPTER IV. 9", 0.1), ("CHAPTER IV. 11", 0.1)]), [true; 3]);
    }

    #[test]
    fn same_words_at_another_height_are_not_a_running_head() {
        assert_eq!(
            found(&[("THE LAST VOYAGE", 0.2), ("THE LAST VOYAGE", 0.1), ("THE LAST VOYAGE", 0.09)]),
            [false, true, true]
        );
    }

    #[test]
    fn distant_pages_are_not_compared() {
        let mut pages = vec![("THE END", 0.1)];
        pages.extend((0..30).map(|_| ("", 0.1)));
        pages.push(("THE END", 0.1));
        assert!(found(&pages).iter().all(|found| !found));
    }
}
