//! The contents of elements.

use shelf_pages::{ElementContent, LinesKind, MergedPage, OcrPage, Passage};

use super::figures::{PageFigure, take_figures};
use super::page_pieces::PagePieces;
use super::piece::{Piece, PieceLine, Role, passage};

/// The figures in pixels of the scan, with their places among the pieces.
pub(super) fn figures_on_scan(merged: &MergedPage, ocr: &OcrPage, page: &mut PagePieces) -> Vec<PageFigure> {
    let upright = merged.images.iter().map(|figure| {
        let mut figure = figure.clone();
        figure.bbox = ocr.to_upright(figure.bbox);
        figure
    });
    let size = ocr.upright_dimensions();
    let mut figures = take_figures(page, &upright.collect::<Vec<_>>(), (size.width, size.height));
    for figure in &mut figures {
        let on_scan = merged.images.iter().find(|on_scan| Some(&on_scan.image_file) == figure.image_file.as_ref());
        figure.bbox = on_scan.map_or(figure.bbox, |on_scan| on_scan.bbox);
    }
    figures
}

/// The text of an open paragraph, if a piece of this role may continue it.
pub(super) fn same_text(content: &mut ElementContent, role: Role) -> Option<&mut Passage> {
    match (content, role) {
        (ElementContent::Paragraph { text }, Role::Text)
        | (ElementContent::Quotation { text }, Role::Quotation)
        | (ElementContent::Epigraph { text }, Role::Epigraph) => Some(text),
        _ => None,
    }
}

pub(super) fn lines_of(part: LinesKind, pieces: &[Piece]) -> ElementContent {
    let lines = pieces.iter().flat_map(|piece| &piece.lines).map(|line| passage(std::slice::from_ref(line)));
    ElementContent::Lines { part, lines: lines.collect() }
}

/// The lines of verse; the mark of a note belongs to the line before it.
pub(super) fn verse_lines(piece: &Piece) -> Vec<Passage> {
    let mut lines: Vec<Vec<PieceLine>> = Vec::new();
    let mut after_mark = false;
    for line in &piece.lines {
        match lines.last_mut() {
            Some(last) if line.note.is_some() || after_mark && is_rest(last, line) => {
                last.push(line.clone());
            }
            _ => lines.push(vec![line.clone()]),
        }
        after_mark = line.note.is_some();
    }
    lines.iter().map(|line| passage(line)).collect()
}

/// Whether a line is what follows a mark on the same printed line.
fn is_rest(before: &[PieceLine], line: &PieceLine) -> bool {
    let (Some(first), Some(line)) = (before.first().and_then(|first| first.bbox), line.bbox) else { return false };
    (first.y..first.bottom()).contains(&(line.y + line.height / 2))
}
