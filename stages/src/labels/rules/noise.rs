use super::block_view::BlockView;
use super::heading;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;

/// A few words with a lower mean confidence are noise, 0..=1.
const MAX_NOISE_CONFIDENCE: f64 = 0.3;

/// More words are text, whatever their confidence.
const MAX_NOISE_WORDS: usize = 4;

/// Specks, scan edges, rules and stamps that were recognised as text.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if block.rows.is_empty() {
        return Some((Classification::OcrArtifact, 0.9));
    }
    // Where running heads and page numbers are, a number may be hardly legible.
    let is_outside_text = page.is_in_header(block) || page.is_in_footer(block);
    let invented = block.legibility < MAX_NOISE_CONFIDENCE
        && block.words() <= MAX_NOISE_WORDS
        && !is_outside_text
        && !heading::is_number_alone(block, page);
    invented.then_some((Classification::OcrArtifact, 0.7))
}

#[cfg(test)]
mod tests {
    use Classification::{Body, OcrArtifact, PageNumber};

    use super::super::test_labels::{guessed, in_a_book, labels_of};
    use super::*;
    use crate::page_layout::test_pages::{block, line, prose};
    use crate::pagination::PagePagination;

    #[test]
    fn specks_and_rules_are_noise_but_uncertain_text_is_not() {
        let speck = guessed(block(2, &[line((960, 1500), 90, "<a")]), 0.5);
        let rule = block(3, &[line((100, 1300), 3, "————")]);
        let stamp = guessed(block(4, &[line((300, 1400), 20, "xq vd")]), 0.1);
        let unread = guessed(block(5, &[line((100, 1450), 20, "words that were read badly from a long line")]), 0.1);
        let labels = labels_of(vec![prose(1, 100, 30), speck, rule, stamp, unread], &in_a_book());
        assert_eq!(labels, [Body, OcrArtifact, OcrArtifact, OcrArtifact, Body]);
    }

    #[test]
    fn page_number_that_was_hardly_read_is_not_noise() {
        let number = guessed(block(2, &[line((500, 1400), 20, "— ii —")]), 0.2);
        let book = PagePagination { foot_top_px: Some(1390), ..in_a_book() };
        assert_eq!(labels_of(vec![prose(1, 100, 30), number], &book), [Body, PageNumber]);
    }
}
