//! Paragraphs that OCR did not divide: a line that is indented after the end of a sentence begins another one.

use super::joining::ends_a_sentence;
use super::piece::{Piece, PieceLine, Role};

/// An indent is at least and at most so wide, in heights of a line: wider gaps are those of verse, speeches and the like.
const INDENT_HEIGHTS: std::ops::Range<f64> = 0.7..4.0;

/// Divides pieces at lines that are indented.
pub(super) fn divide_paragraphs(pieces: &mut Vec<Piece>, height_px: f64) {
    let mut at = 0;
    while at < pieces.len() {
        if pieces[at].role == Role::Text
            && let Some(line) = indented_line(&pieces[at].lines, height_px)
        {
            let lines = pieces[at].lines.split_off(line);
            let rest = Piece { lines, has_initial: false, start: None, ..pieces[at].clone() };
            pieces.insert(at + 1, rest);
        }
        at += 1;
    }
}

/// The first line after the end of a sentence that is indented, compared with the lines around it.
fn indented_line(lines: &[PieceLine], height_px: f64) -> Option<usize> {
    (1..lines.len()).find(|at| {
        let x = |at: usize| lines.get(at).and_then(|line| line.bbox).map(|bbox| f64::from(bbox.x));
        let (Some(here), Some(before), Some(after)) = (x(*at), x(at - 1), x(at + 1)) else { return false };
        // The line before may be the first one of a paragraph.
        let left = if *at > 1 { before } else { before.min(after) };
        let indents = [here - left, here - after];
        !lines[*at].is_joined
            && ends_a_sentence(&lines[at - 1].text)
            && lines[*at].text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase)
            && indents.iter().all(|indent| INDENT_HEIGHTS.contains(&(indent / height_px)))
    })
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn divided(text: &str, indented: &[usize]) -> Vec<String> {
        let page = TestPage::new(text);
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        for at in indented {
            let line = &mut pieces[0].lines[*at];
            line.bbox = line.bbox.map(|bbox| shelf_pages::Bbox { x: bbox.x + 30, ..bbox });
        }
        divide_paragraphs(&mut pieces, 20.0);
        pieces.iter().map(Piece::text).collect()
    }

    #[test]
    fn indented_line_after_a_sentence_begins_a_paragraph() {
        let text = "It was so.\nThat author is\na machine. It\nended.\nThe whole is\nwhat it was.";
        assert_eq!(
            divided(text, &[1, 4]),
            ["It was so.", "That author is\na machine. It\nended.", "The whole is\nwhat it was."]
        );
        assert_eq!(divided(text, &[2, 3]).len(), 1, "no sentence ends before it");
        assert_eq!(divided(text, &[]).len(), 1);
    }

    #[test]
    fn line_that_a_person_has_joined_begins_none() {
        let page = TestPage::new("It was so.\nThe whole is\nwhat it was.");
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        let line = &mut pieces[0].lines[1];
        line.bbox = line.bbox.map(|bbox| shelf_pages::Bbox { x: bbox.x + 30, ..bbox });
        let mut joined = pieces.clone();
        joined[0].lines[1].is_joined = true;
        divide_paragraphs(&mut pieces, 20.0);
        divide_paragraphs(&mut joined, 20.0);
        assert_eq!((pieces.len(), joined.len()), (2, 1));
    }
}
