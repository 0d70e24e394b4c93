use shelf_pages::{
    Bbox, CharRange, Classification, ExcludedKind, ExcludedText, Join, Line, LinesKind, MergedPage, OcrPage, TextRole,
};

use super::piece::{Piece, PieceLine, Role, passage};
use crate::page_layout::PageLayout;

/// A page as the rules see it: its pieces in reading order, and the text that is in none of them.
#[derive(Debug)]
pub(super) struct PagePieces {
    pub(super) page: u32,
    pub(super) pieces: Vec<Piece>,
    pub(super) excluded: Vec<ExcludedText>,
    pub(super) layout: PageLayout,
}

/// The pieces of a page; what the labels say is not text is left out.
pub(super) fn page_pieces(merged: &MergedPage, ocr: &OcrPage) -> PagePieces {
    let mut found = PagePieces {
        page: merged.page_number,
        pieces: Vec::new(),
        excluded: Vec::new(),
        layout: PageLayout::of(ocr, None),
    };
    for block in &merged.blocks {
        for paragraph in &block.paragraphs {
            let lines: Vec<&Line> =
                block.origin_of(paragraph).lines_in(ocr).into_iter().map(|(_, line)| line).collect();
            let lines =
                piece_lines(merged.page_number, block.block_num, paragraph.par_num, &paragraph.text, &lines, ocr);
            if lines.is_empty() {
                continue;
            }
            match role(block.classification) {
                Ok(role) => found.pieces.push(Piece {
                    role,
                    classification: block.classification,
                    lines,
                    has_initial: false,
                    start: paragraph.start,
                }),
                Err(kind) => found.exclude(kind, &lines),
            }
        }
    }
    found
}

impl PagePieces {
    /// Keeps lines as text that is in no element.
    pub(super) fn exclude(&mut self, kind: ExcludedKind, lines: &[PieceLine]) {
        let spans = passage(lines).spans;
        self.excluded.extend(spans.into_iter().map(|span| ExcludedText { kind, span }));
    }
}

/// How a block is presented, or why its text is left out.
pub(super) fn role(classification: Classification) -> Result<Role, ExcludedKind> {
    use Classification as Class;
    Ok(match classification {
        Class::Header => return Err(ExcludedKind::Header),
        Class::Footer => return Err(ExcludedKind::Footer),
        Class::PageNumber => return Err(ExcludedKind::PageNumber),
        Class::OcrArtifact => return Err(ExcludedKind::Artifact),
        Class::ChapterHeading => Role::ChapterHeading,
        Class::SectionHeading => Role::SectionHeading,
        Class::Quote => Role::Quotation,
        Class::Epigraph => Role::Epigraph,
        Class::Footnote => Role::Note,
        Class::MapLabel | Class::DiagramLabel => Role::Label,
        Class::TitlePage => Role::Lines(LinesKind::TitlePage),
        Class::Copyright => Role::Lines(LinesKind::Copyright),
        Class::Dedication => Role::Lines(LinesKind::Dedication),
        Class::TableOfContents => Role::Lines(LinesKind::TableOfContents),
        Class::Index => Role::Lines(LinesKind::Index),
        other => match other.role() {
            TextRole::Caption => Role::Caption,
            TextRole::Table => Role::Table,
            _ => Role::Text,
        },
    })
}

fn piece_lines(page: u32, block_num: u32, par_num: u32, text: &str, lines: &[&Line], ocr: &OcrPage) -> Vec<PieceLine> {
    let printed: Vec<(u32, &str)> = lines_of(text);
    let paragraph_chars = text.chars().count() as u32;
    let is_known = printed.len() == lines.len();
    let upright = |bbox: Bbox| ocr.to_upright(bbox);
    let line = |(at, (start, text)): (usize, (u32, &str))| {
        let read = is_known.then(|| lines[at]);
        let words: Vec<Bbox> =
            read.map(|line| line.words.iter().map(|word| upright(word.bbox)).collect()).unwrap_or_default();
        PieceLine {
            page,
            block_num,
            par_num,
            chars: CharRange { start, end: start + text.chars().count() as u32 },
            paragraph_chars,
            text: text.to_owned(),
            bbox: read.map(|line| upright(line.bbox)),
            words: if words.len() == text.split_whitespace().count() { words } else { Vec::new() },
            join: Join::Space,
            note: None,
            is_joined: false,
        }
    };
    printed.into_iter().enumerate().map(line).collect()
}

/// The lines of a text that are not blank, each with the number of its first character; spaces at its ends are left out.
fn lines_of(text: &str) -> Vec<(u32, &str)> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let blank = line.chars().take_while(|c| c.is_whitespace()).count() as u32;
        if !line.trim().is_empty() {
            lines.push((start + blank, line.trim()));
        }
        start += line.chars().count() as u32 + 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::*;

    #[test]
    fn lines_have_their_characters_and_boxes() {
        let page = TestPage::new("PAGE HEAD\n\nThe «first» line\n and the second.").label(1, Classification::Header);
        let found = page_pieces(&page.merged(), &page.ocr());
        assert_eq!(found.excluded.len(), 1);
        let lines = &found.pieces[0].lines;
        assert_eq!((lines[1].chars, lines[1].text.as_str()), (CharRange { start: 18, end: 33 }, "and the second."));
        assert_eq!(lines[0].words.len(), 3);
        assert_eq!(found.pieces[0].is_indented(100.0, 20.0), Some(false));
    }

    #[test]
    fn passage_of_a_whole_paragraph_has_no_range() {
        let page = TestPage::new("One\ntwo.");
        let piece = &page_pieces(&page.merged(), &page.ocr()).pieces[0];
        assert_eq!(piece.passage().spans.len(), 1);
        assert_eq!(piece.passage().spans[0].chars, None);
        let second = passage(&piece.lines[1..]);
        assert_eq!(second.spans[0].chars, Some(CharRange { start: 4, end: 8 }));
    }
}
