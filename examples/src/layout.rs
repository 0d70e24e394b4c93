//! Merges the lines of a page with its kind: deterministic.

use shelf::prelude::*;
use shelf::stage::{ParagraphId, Paragraphs};

use crate::page_kind::{Kind, KindPage, page_kind};
use crate::text_lines::{Line, LinesPage, text_lines};

/// The text and the captions of a page.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutPage {
    /// Lines of the text, top to bottom.
    pub text: Vec<Line>,
    /// Lines below or above a picture, top to bottom.
    pub captions: Vec<Line>,
}

/// What `layout` measures on a page.
#[derive(PageMetrics, Report)]
pub struct LayoutMetrics {
    /// Lines of the text.
    pub text: usize,
    /// Lines of captions.
    pub captions: usize,
}

/// Decides whether each line is text or a caption.
#[stage(name = "layout", deps = [text_lines, page_kind], parallelism = fixed(8), conserves = text_lines)]
pub fn layout(text_lines: LinesPage, page_kind: KindPage) -> Result<(LayoutPage, LayoutMetrics)> {
    let (text, captions) = match page_kind.kind {
        Kind::Text => (text_lines.lines, Vec::new()),
        Kind::Plate => (Vec::new(), text_lines.lines),
        Kind::Blank if text_lines.lines.is_empty() => (Vec::new(), Vec::new()),
        Kind::Blank => return Err(Failure::new(format!("a blank page has {} lines", text_lines.lines.len()))),
    };
    let metrics = LayoutMetrics { text: text.len(), captions: captions.len() };
    Ok((LayoutPage { text, captions }, metrics))
}

impl Paragraphs for LayoutPage {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        self.text.iter().chain(&self.captions).map(Line::id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf::testing::TestBook;

    #[test]
    fn lines_on_a_plate_are_captions() {
        let kinds = [Kind::Text, Kind::Plate, Kind::Blank];
        let line = Line { top: 10, height: 4 };
        let book = TestBook::of_pages(3)
            .outputs::<text_lines>(|page| LinesPage { page_number: page, lines: vec![line.clone()] })
            .outputs::<page_kind>(|page| KindPage { kind: kinds[page as usize - 1], confidence: 0.9 });
        book.run::<layout>();
        assert_eq!(book.page::<layout>(1), LayoutPage { text: vec![line.clone()], captions: vec![] });
        assert_eq!(book.page::<layout>(2), LayoutPage { text: vec![], captions: vec![line] });
        assert_eq!(book.failure::<layout>(3).unwrap().failure.error, "a blank page has 1 lines");
        assert_eq!(book.report::<layout>(), "page_num,text,captions\n1,1,0\n2,0,1\n");
    }
}
