//! Initials: a large letter at the beginning of a chapter that OCR read as a paragraph of its own.

use shelf_pages::Join;

use super::piece::{Piece, Role};

/// Joins an initial with the paragraph that it begins.
pub(super) fn join_initials(pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at + 1 < pieces.len() {
        if let Some(letter) = initial(&pieces[at]).filter(|_| begins(&pieces[at], &pieces[at + 1])) {
            let initial = pieces.remove(at);
            let next = &mut pieces[at];
            // `A shelf`, but `ON one` and `The`.
            let is_word = matches!(letter, 'A' | 'I' | 'O') && next.lines[0].text.starts_with(char::is_lowercase);
            next.lines[0].join = if is_word { Join::Space } else { Join::Direct };
            next.lines.splice(0..0, initial.lines);
            next.has_initial = true;
        }
        at += 1;
    }
}

/// The only letter of a piece.
fn initial(piece: &Piece) -> Option<char> {
    let [line] = piece.lines.as_slice() else { return None };
    let mut letters = line.text.chars().filter(|c| c.is_alphanumeric());
    let letter = letters.next().filter(|letter| letter.is_uppercase())?;
    (letters.next().is_none() && line.char_count() <= 2).then_some(letter)
}

/// Whether the letter is at the left of the first line of the paragraph and higher than it.
fn begins(initial: &Piece, paragraph: &Piece) -> bool {
    let is_text = |piece: &Piece| matches!(piece.role, Role::Text | Role::Quotation);
    let (Some(letter), Some(line)) = (initial.bbox(), paragraph.lines[0].bbox) else { return false };
    let is_beside = letter.x < line.x && letter.y < line.bottom() && letter.bottom() > line.y;
    is_text(paragraph) && is_beside && 5 * letter.height >= 7 * line.height
}

#[cfg(test)]
mod tests {
    use shelf_pages::Bbox;
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn joined(text: &str) -> Vec<String> {
        let page = TestPage::new(text);
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        pieces[0].lines[0].bbox = Some(Bbox { x: 40, y: 160, width: 50, height: 60 });
        join_initials(&mut pieces);
        let text = |piece: &Piece| shelf_pages::joined(piece.lines.iter().map(|line| (line.text.as_str(), line.join)));
        pieces.iter().map(text).collect()
    }

    #[test]
    fn initial_belongs_to_its_word() {
        assert_eq!(joined("T\n\nHE coast was\nlow."), ["THE coast was low."]);
        assert_eq!(joined("A\n\nshelf is the one"), ["A shelf is the one"]);
        assert_eq!(joined("IT\n\nHE coast"), ["IT", "HE coast"]);
    }
}
