//! OCR sometimes divides a row of text between two blocks: the row is put together again.

use shelf_pages::{Bbox, Join, ParagraphStart};

use super::piece::{Piece, Role};

/// Puts a piece of one line into the piece that has the rest of its row.
pub(super) fn join_rows(pieces: &mut Vec<Piece>, height_px: f64) {
    while let Some((from, into, at)) = divided_row(pieces, height_px) {
        let piece = pieces.remove(from);
        let into = if from < into { into - 1 } else { into };
        let mut lines = piece.lines;
        // No space before what cannot begin a word.
        if lines[0].text.starts_with(['’', '”', '\'', ',', '.', ';', ':', '!', '?']) && lines[0].text.len() < 4 {
            lines[0].join = Join::Direct;
        }
        pieces[into].lines.splice(at..at, lines);
    }
}

/// A piece of one line, the piece in whose rows it is, and the line that it is put before.
fn divided_row(pieces: &[Piece], height_px: f64) -> Option<(usize, usize, usize)> {
    let single = |piece: &Piece| (piece.lines.len() == 1).then(|| piece.lines[0].bbox).flatten();
    let is_movable = |piece: &Piece| piece.role == Role::Text && piece.start != Some(ParagraphStart::New);
    pieces.iter().enumerate().filter(|(_, piece)| is_movable(piece)).find_map(|(from, piece)| {
        let bbox = single(piece)?;
        pieces.iter().enumerate().filter(|(other, _)| *other != from).find_map(|(into, other)| {
            // Of two single lines, the right one is put into the left one.
            let is_meant = other.role == Role::Text && (other.lines.len() > 1 || into < from);
            let at = other.lines.iter().position(|line| line.bbox.is_some_and(|line| is_same_row(line, bbox)))?;
            let line = other.lines[at].bbox?;
            // A person has split the paragraph in this row.
            if at == 0 && other.start == Some(ParagraphStart::New) {
                return None;
            }
            let gap = i64::from(bbox.x.max(line.x)) - i64::from(bbox.right().min(line.right()));
            let is_beside = gap > -(height_px as i64) && (gap as f64) < MAX_GAP_HEIGHTS * height_px;
            (is_meant && is_beside).then(|| (from, into, if bbox.x > line.x { at + 1 } else { at }))
        })
    })
}

/// Parts of a row are not farther apart, in heights of a line: columns are.
const MAX_GAP_HEIGHTS: f64 = 2.0;

fn is_same_row(a: Bbox, b: Bbox) -> bool {
    let common = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    5 * common >= 3 * a.height.min(b.height).max(1)
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    #[test]
    fn line_that_was_divided_is_joined() {
        let page = TestPage::new("replied Cortez, a sarcasm\n\ndone in Mexico,’\naimed at the incapacity");
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        pieces[0].lines[0].bbox = Some(Bbox { x: 275, y: 160, width: 250, height: 20 });
        join_rows(&mut pieces, 20.0);
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].text(), "done in Mexico,’\nreplied Cortez, a sarcasm\naimed at the incapacity");
        let passage = pieces[0].passage();
        assert_eq!(passage.spans.iter().map(|span| span.block_num).collect::<Vec<_>>(), [2, 1, 2]);
    }
}
