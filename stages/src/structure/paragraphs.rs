//! Paragraphs that OCR did not divide: a line that is indented after the end of a sentence, or below white space, begins another one.

use super::joining::ends_a_sentence;
use super::piece::{Piece, PieceLine, Role};

/// An indent is at least and at most so wide, in heights of a line: wider gaps are those of verse, speeches and the like.
const INDENT_HEIGHTS: std::ops::Range<f64> = 0.7..4.0;

/// From one line to the next is at least this multiple of the usual distance where there is white space between paragraphs.
const MIN_PARAGRAPH_LEADINGS: f64 = 1.4;

/// Divides pieces at lines that are indented or set off, on a page whose lines are so high and so far from each other.
pub(super) fn divide_paragraphs(pieces: &mut Vec<Piece>, height_px: f64, leading_px: f64) {
    let mut at = 0;
    while at < pieces.len() {
        if pieces[at].role == Role::Text
            && let Some(line) = first_line_of_paragraph(&pieces[at].lines, height_px, leading_px)
        {
            let lines = pieces[at].lines.split_off(line);
            let rest = Piece { lines, has_initial: false, start: None, ..pieces[at].clone() };
            pieces.insert(at + 1, rest);
        }
        at += 1;
    }
}

/// The first line after the end of a sentence that is indented, compared with the lines around it, or has white space above it.
fn first_line_of_paragraph(lines: &[PieceLine], height_px: f64, leading_px: f64) -> Option<usize> {
    let is_indented = |at: &usize| {
        let x = |at: usize| lines.get(at).and_then(|line| line.bbox).map(|bbox| f64::from(bbox.x));
        let (Some(here), Some(before), Some(after)) = (x(*at), x(at - 1), x(at + 1)) else { return false };
        // The line before may be the first one of a paragraph.
        let left = if *at > 1 { before } else { before.min(after) };
        let indents = [here - left, here - after];
        indents.iter().all(|indent| INDENT_HEIGHTS.contains(&(indent / height_px)))
    };
    let is_set_off = |at: &usize| {
        let middle = |at: usize| lines[at].bbox.map(|bbox| f64::from(bbox.y) + f64::from(bbox.height) / 2.0);
        let (Some(here), Some(before)) = (middle(*at), middle(at - 1)) else { return false };
        here - before >= MIN_PARAGRAPH_LEADINGS * leading_px
    };
    (1..lines.len()).find(|at| {
        !lines[*at].is_joined
            && ends_a_sentence(&lines[at - 1].text)
            && lines[*at].text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase)
            && (is_indented(at) || is_set_off(at))
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
        divide_paragraphs(&mut pieces, 20.0, 30.0);
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
    fn line_below_white_space_begins_a_paragraph() {
        let page = TestPage::new("“It is so,” I answered.\n“Is it?” said he,\nand went.\nThey went on.");
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        for (line, y) in pieces[0].lines.iter_mut().zip([100, 150, 200, 230]) {
            line.bbox = line.bbox.map(|bbox| shelf_pages::Bbox { y, height: 20, ..bbox });
        }
        divide_paragraphs(&mut pieces, 20.0, 30.0);
        let texts: Vec<String> = pieces.iter().map(Piece::text).collect();
        assert_eq!(texts, ["“It is so,” I answered.", "“Is it?” said he,\nand went.\nThey went on."]);
    }

    #[test]
    fn line_that_a_person_has_joined_begins_none() {
        let page = TestPage::new("It was so.\nThe whole is\nwhat it was.");
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        let line = &mut pieces[0].lines[1];
        line.bbox = line.bbox.map(|bbox| shelf_pages::Bbox { x: bbox.x + 30, ..bbox });
        let mut joined = pieces.clone();
        joined[0].lines[1].is_joined = true;
        divide_paragraphs(&mut pieces, 20.0, 30.0);
        divide_paragraphs(&mut joined, 20.0, 30.0);
        assert_eq!((pieces.len(), joined.len()), (2, 1));
    }
}
