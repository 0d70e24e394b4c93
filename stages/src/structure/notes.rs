//! The notes of a page.

use super::note_marks::NoteMark;
use super::piece::{Piece, PieceLine, Role};

/// A note, or the rest of one from the page before.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PageNote {
    /// None for a note that begins without one, such as the rest of a note.
    pub(super) mark: Option<NoteMark>,
    /// Its lines, without the mark.
    pub(super) lines: Vec<PieceLine>,
}

/// Takes the notes out of the pieces: a note begins at a mark, and goes on over paragraphs without one.
pub(super) fn take_notes(pieces: &mut Vec<Piece>) -> Vec<PageNote> {
    let mut notes: Vec<PageNote> = Vec::new();
    let lines = pieces
        .extract_if(.., |piece| piece.role == Role::Note)
        .flat_map(|piece| piece.lines.into_iter().enumerate().map(|(at, line)| (at == 0, line)).collect::<Vec<_>>());
    for (is_first, line) in lines.collect::<Vec<_>>() {
        let mark = NoteMark::parse(&line.text).filter(|(mark, _)| is_first || begins_note(mark, notes.last()));
        match (mark, notes.last_mut()) {
            (Some((mark, length)), _) => {
                let length = length.min(line.char_count());
                let rest = line.part(length, line.char_count());
                let lines = if rest.text.is_empty() { Vec::new() } else { vec![rest] };
                notes.push(PageNote { mark: Some(mark), lines });
            }
            (None, Some(note)) => note.lines.push(line),
            (None, None) => notes.push(PageNote { mark: None, lines: vec![line] }),
        }
    }
    notes.retain(|note| !note.lines.is_empty());
    notes
}

/// Whether a mark within a paragraph of notes begins a note: a sign, or the number after that of the note before.
fn begins_note(mark: &NoteMark, before: Option<&PageNote>) -> bool {
    match (mark, before.and_then(|note| note.mark.as_ref())) {
        (NoteMark::Sign(_), _) => true,
        (NoteMark::Number(number), Some(NoteMark::Number(before))) => *number == before + 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use shelf_pages::Classification;
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn notes(text: &str) -> Vec<String> {
        let count = text.split("\n\n").count() as u32;
        let page = (1..=count).fold(TestPage::new(text), |page, block| page.label(block, Classification::Footnote));
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        let text = |note: &PageNote| note.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        let mark = |note: &PageNote| note.mark.as_ref().map(NoteMark::shown).unwrap_or_default();
        let notes = take_notes(&mut pieces);
        assert_eq!(pieces.len(), 0);
        notes.iter().map(|note| format!("{}:{}", mark(note), text(note))).collect()
    }

    #[test]
    fn notes_are_divided_at_their_marks() {
        assert_eq!(notes("* The one,\nand more.\n† The other."), ["*:The one, and more.", "†:The other."]);
        assert_eq!(notes("1 See Livy, bk.\n2 Ibid. and\n9 Men went."), ["1:See Livy, bk.", "2:Ibid. and 9 Men went."]);
        assert_eq!(
            notes("which went on.\n\n* A note\n\nof two paragraphs."),
            [":which went on.", "*:A note of two paragraphs."]
        );
    }
}
