use rapidfuzz::fuzz;

use super::edge::EdgeRow;

/// How many scans on either side a row is compared with: heads change with the chapter.
const REACH: usize = 24;

/// As much of two heads' letters must be alike, 0..=1: one letter in seven may be misread.
const ALIKE: f64 = 0.8;

/// Heads stand at the same height, give or take this share of the scan's: scans are cut differently.
const SAME_HEIGHT: f64 = 0.04;

/// A head has at least so many letters.
const FEWEST_LETTERS: usize = 3;

/// Says of every edge row of every page whether it is repeated: whether the same words stand at the same height of another page nearby.
#[must_use]
pub fn repeated(pages: &[Vec<EdgeRow>]) -> Vec<Vec<bool>> {
    let letters: Vec<Vec<String>> = pages.iter().map(|rows| rows.iter().map(EdgeRow::letters).collect()).collect();
    let of_row = |page: usize, at: usize| {
        let row = &pages[page][at];
        let own = &letters[page][at];
        if own.chars().count() < FEWEST_LETTERS {
            return false;
        }
        let nearby = (page.saturating_sub(REACH)..(page + REACH + 1).min(pages.len())).filter(|other| *other != page);
        let same = nearby.filter(|other| {
            let rows = pages[*other].iter().zip(&letters[*other]);
            rows.into_iter().any(|(other, letters)| is_same(row, own, other, letters))
        });
        let needed = if row.apart && !row.names_a_division() { 1 } else { 2 };
        same.take(needed).count() == needed
    };
    (0..pages.len()).map(|page| (0..pages[page].len()).map(|at| of_row(page, at)).collect()).collect()
}

fn is_same(row: &EdgeRow, letters: &str, other: &EdgeRow, other_letters: &str) -> bool {
    let in_place = row.location == other.location && (row.height - other.height).abs() <= SAME_HEIGHT;
    if !in_place || other_letters.chars().count() < FEWEST_LETTERS {
        return false;
    }
    if row.names_a_division() || other.names_a_division() {
        return letters == other_letters;
    }
    let threshold = fuzz::Args::default().score_cutoff(ALIKE);
    fuzz::ratio_with_args(letters.chars(), other_letters.chars(), &threshold).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pagination::PageNumberLocation;

    fn row(text: &str, height: f64) -> EdgeRow {
        EdgeRow {
            location: PageNumberLocation::Header,
            row: 0,
            words: text.split(' ').map(|word| super::super::folio::bare(word).to_owned()).collect(),
            height,
            inner_edge: 100,
            apart: true,
            unlike_text: true,
        }
    }

    fn found(rows: &[(&str, f64)]) -> Vec<bool> {
        let pages: Vec<Vec<EdgeRow>> = rows.iter().map(|(text, height)| vec![row(text, *height)]).collect();
        repeated(&pages).into_iter().map(|rows| rows[0]).collect()
    }

    #[test]
    fn heads_of_left_and_right_pages_are_found_through_misreadings() {
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
    fn chapters_are_no_heads() {
        assert_eq!(found(&[("CHAPTER I.", 0.1), ("text", 0.1), ("CHAPTER II.", 0.1)]), [false; 3]);
        assert_eq!(found(&[("CHAPTER IV. 7", 0.1), ("CHAPTER IV. 9", 0.1), ("CHAPTER IV. 11", 0.1)]), [true; 3]);
    }

    #[test]
    fn the_same_words_at_another_height_are_a_title() {
        assert_eq!(
            found(&[("THE LAST VOYAGE", 0.2), ("THE LAST VOYAGE", 0.1), ("THE LAST VOYAGE", 0.09)]),
            [false, true, true]
        );
    }

    #[test]
    fn heads_far_apart_are_not_compared() {
        let mut pages = vec![("THE END", 0.1)];
        pages.extend((0..30).map(|_| ("", 0.1)));
        pages.push(("THE END", 0.1));
        assert!(found(&pages).iter().all(|found| !found));
    }
}
