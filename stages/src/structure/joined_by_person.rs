//! Paragraphs that a person has joined with the one before them.

use shelf_pages::{Join, ParagraphStart};

use super::joining::divided_word;
use super::piece::Piece;

/// Puts the lines of each piece that continues another one on its page behind that one: the nearest before it that it can be joined with, text
/// with text and notes with notes. The first piece of a page stays, and continues the page before.
pub(super) fn join_pieces(pieces: &mut Vec<Piece>, whole: &dyn Fn(&str, &str) -> String) {
    let mut at = 0;
    while at < pieces.len() {
        let label = pieces[at].classification;
        let before = (0..at).rev().find(|before| label.joins(pieces[*before].classification));
        match before.filter(|_| pieces[at].start == Some(ParagraphStart::Joined)) {
            Some(before) => {
                let mut lines = pieces.remove(at).lines;
                let join = divided_word(&pieces[before].text(), &lines[0].text, whole);
                (lines[0].join, lines[0].is_joined) = (join.unwrap_or(Join::Space), true);
                pieces[before].lines.extend(lines);
            }
            None => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use shelf_pages::Classification;
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn joined(page: &TestPage, blocks: &[usize]) -> Vec<String> {
        let mut merged = page.merged();
        for at in blocks {
            merged.blocks[*at].paragraphs[0].start = Some(ParagraphStart::Joined);
        }
        let mut pieces = page_pieces(&merged, &page.ocr()).pieces;
        join_pieces(&mut pieces, &|before, after| format!("{before}{after}"));
        let text = |piece: &Piece| shelf_pages::joined(piece.lines.iter().map(|line| (line.text.as_str(), line.join)));
        pieces.iter().map(text).collect()
    }

    #[test]
    fn pieces_are_joined_with_those_before_them() {
        let page = TestPage::new("It ended.\n\nThe cam-\n\npaign began.");
        assert_eq!(joined(&page, &[1, 2]), ["It ended. The campaign began."]);
        assert_eq!(joined(&page, &[]), ["It ended.", "The cam-", "paign began."]);
        assert_eq!(joined(&page, &[0]).len(), 3, "the first stays");
    }

    #[test]
    fn a_note_between_them_stays() {
        let page = TestPage::new("It was\n\n* A note\n\nso.").label(2, Classification::Footnote);
        assert_eq!(joined(&page, &[2]), ["It was so.", "* A note"]);
    }
}
