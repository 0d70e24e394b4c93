//! Text at the end of a page that belongs to no paragraph, in pieces that the labels took for text: the page number, and the catchword.

use shelf_pages::{ExcludedKind, MergedBlock, MergedPage};

use super::page_pieces::{PagePieces, role};
use super::piece::Role;

/// Takes out the last line of the text if it is the printed page number.
pub(super) fn exclude_page_number(page: &mut PagePieces, printed: Option<&str>) {
    let Some(printed) = printed else { return };
    let is_number = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case(printed);
    exclude_last_line(page, ExcludedKind::PageNumber, |text, _| is_number(text));
}

/// Takes out the last line of the text if it is the first word of the next page, at the right.
pub(super) fn exclude_catchword(page: &mut PagePieces, next_word: Option<&str>) {
    let Some(next_word) = next_word.map(letters).filter(|word| word.len() > 1) else { return };
    let middle_px = f64::midpoint(page.layout.text_left_px, page.layout.text_right_px);
    exclude_last_line(page, ExcludedKind::Catchword, |text, x| {
        let word = letters(text);
        let is_one_word = text.split_whitespace().count() == 1;
        // A catchword may be a part of the next word: `cam-` before `campaign`.
        is_one_word && !word.is_empty() && next_word.starts_with(&word) && x.is_some_and(|x| x > middle_px)
    });
}

/// The first word of the text of a page.
pub(super) fn first_word(page: &MergedPage) -> Option<&str> {
    let is_text = |block: &&MergedBlock| matches!(role(block.classification), Ok(role) if is_running(role));
    let first = page.blocks.iter().find(is_text)?;
    first.paragraphs.first()?.text.split_whitespace().next()
}

fn exclude_last_line(page: &mut PagePieces, kind: ExcludedKind, is_meant: impl Fn(&str, Option<f64>) -> bool) {
    let Some(at) = page.pieces.iter().rposition(|piece| is_running(piece.role)) else { return };
    let piece = &mut page.pieces[at];
    let Some(last) = piece.lines.last() else { return };
    // A paragraph of one line may be a number in a table or list.
    if (piece.lines.len() < 2 && kind == ExcludedKind::PageNumber)
        || !is_meant(&last.text, last.bbox.map(|bbox| f64::from(bbox.x)))
    {
        return;
    }
    let line = piece.lines.pop().expect("there is a last line");
    if piece.lines.is_empty() {
        page.pieces.remove(at);
    }
    page.exclude(kind, &[line]);
}

fn is_running(role: Role) -> bool {
    matches!(role, Role::Text | Role::Quotation | Role::Epigraph)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn page(text: &str) -> PagePieces {
        let page = TestPage::new(text);
        page_pieces(&page.merged(), &page.ocr())
    }

    #[test]
    fn page_number_in_the_last_line_is_not_text() {
        let mut found = page("It was commanded by His\n— 9");
        exclude_page_number(&mut found, Some("9"));
        assert_eq!(found.pieces[0].text(), "It was commanded by His");
        assert_eq!(found.excluded[0].kind, ExcludedKind::PageNumber);
        let mut other = page("in the year\n1528");
        exclude_page_number(&mut other, Some("9"));
        assert_eq!(other.pieces[0].lines.len(), 2);
    }

    #[test]
    fn catchword_is_the_first_word_of_the_next_page() {
        let lines = ["the long line of the text of this page and more"; 6].join("\n");
        let mut found = page(&lines);
        let mut last = found.pieces[0].lines[5].clone();
        (last.text, last.bbox) =
            ("cam-".to_owned(), last.bbox.map(|bbox| shelf_pages::Bbox { x: 520, width: 40, ..bbox }));
        found.pieces[0].lines.push(last);
        let mut other =
            PagePieces { pieces: found.pieces.clone(), excluded: Vec::new(), layout: found.layout.clone(), page: 1 };
        exclude_catchword(&mut other, Some("another"));
        assert_eq!(other.excluded.len(), 0);
        exclude_catchword(&mut found, Some("“Campaign"));
        assert_eq!(found.excluded[0].kind, ExcludedKind::Catchword);
        assert_eq!(found.pieces[0].lines.len(), 6);
    }
}
