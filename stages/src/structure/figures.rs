//! Figures of a page: where they are in the text, and their captions.

use shelf_pages::{Bbox, ExcludedKind, Figure, Passage};

use super::page_pieces::PagePieces;
use super::piece::{Piece, Role};

/// A figure with its caption.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PageFigure {
    /// It is before the piece with this index.
    pub(super) before: usize,
    pub(super) image_file: Option<String>,
    pub(super) bbox: Bbox,
    pub(super) plate: bool,
    pub(super) caption: Passage,
}

/// A figure that is at least this fraction of its page is a plate, 0..=1.
const MIN_PLATE_RATIO: f64 = 0.35;
/// A caption is at most this far from its figure, in leadings.
const MAX_CAPTION_LEADINGS: f64 = 4.0;

/// Takes the captions out of the pieces and gives each to its figure; a caption without a figure stands for a figure that was not found.
/// Labels within figures are not text.
pub(super) fn take_figures(page: &mut PagePieces, figures: &[Figure], size: (u32, u32)) -> Vec<PageFigure> {
    let mut labels = Vec::new();
    let is_inside = |piece: &Piece| {
        piece.bbox().is_some_and(|bbox| figures.iter().any(|figure| bbox.ratio_inside(&figure.bbox) > 0.8))
    };
    for piece in page.pieces.extract_if(.., |piece| matches!(piece.role, Role::Label) && is_inside(piece)) {
        labels.extend(piece.lines);
    }
    page.exclude(ExcludedKind::FigureLabel, &labels);
    let page_area = f64::from(size.0) * f64::from(size.1);
    let has_text = page.pieces.iter().any(|piece| matches!(piece.role, Role::Text | Role::Quotation));
    let mut found: Vec<PageFigure> = figures
        .iter()
        .map(|figure| PageFigure {
            before: 0,
            image_file: Some(figure.image_file.clone()),
            bbox: figure.bbox,
            plate: !has_text && figure.bbox.area() as f64 >= MIN_PLATE_RATIO * page_area,
            caption: Passage::default(),
        })
        .collect();
    let max_px = MAX_CAPTION_LEADINGS * page.layout.leading_px;
    let mut at = 0;
    while at < page.pieces.len() {
        if page.pieces[at].role != Role::Caption {
            at += 1;
            continue;
        }
        let mut caption = page.pieces.remove(at);
        // A caption may be in several paragraphs.
        while page.pieces.get(at).is_some_and(|next| next.role == Role::Caption && is_below(&caption, next)) {
            caption.lines.extend(page.pieces.remove(at).lines);
        }
        let bbox = caption.bbox();
        let nearest = found.iter_mut().filter(|figure| figure.caption.spans.is_empty()).filter_map(|figure| {
            let distance = distance(figure.bbox, bbox?)?;
            (distance <= max_px).then_some((distance, figure))
        });
        match nearest.min_by(|(a, _), (b, _)| a.total_cmp(b)) {
            Some((_, figure)) => figure.caption = caption.passage(),
            None => found.push(PageFigure {
                before: at,
                image_file: None,
                bbox: bbox.unwrap_or(Bbox { x: 0, y: 0, width: 0, height: 0 }),
                plate: false,
                caption: caption.passage(),
            }),
        }
    }
    for figure in found.iter_mut().filter(|figure| figure.image_file.is_some()) {
        let middle = figure.bbox.y + figure.bbox.height / 2;
        let is_after = |piece: &Piece| {
            piece.role != Role::Note && piece.bbox().is_some_and(|bbox| bbox.y + bbox.height / 2 > middle)
        };
        figure.before = page.pieces.iter().position(is_after).unwrap_or(page.pieces.len());
    }
    found.sort_by_key(|figure| (figure.before, figure.bbox.y, figure.bbox.x));
    found
}

fn is_below(above: &Piece, below: &Piece) -> bool {
    let (Some(above), Some(below)) = (above.bbox(), below.bbox()) else { return false };
    below.y >= above.y && below.y < above.bottom() + 2 * below.height.max(above.height)
}

/// How far a caption is above or below a figure, px; `None` if it is beside it.
fn distance(figure: Bbox, caption: Bbox) -> Option<f64> {
    let common = figure.right().min(caption.right()).saturating_sub(figure.x.max(caption.x));
    if 2 * common < figure.width.min(caption.width) {
        return None;
    }
    let below = f64::from(caption.y) - f64::from(figure.bottom());
    let above = f64::from(figure.y) - f64::from(caption.bottom());
    // A caption below is more usual than one above.
    Some(if below > above { below.max(0.0) } else { 1.2 * above.max(0.0) + 1.0 })
}

#[cfg(test)]
mod tests {
    use shelf_pages::Classification::{Caption, DiagramLabel};
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    #[test]
    fn figure_has_its_caption_and_place() {
        let page = TestPage::new("A line above.\n\nSHELF\n\nThe patient shelf.\n\nA line below.\n\nA map.")
            .label(2, DiagramLabel)
            .label(3, Caption)
            .label(5, Caption);
        let mut pieces = page_pieces(&page.merged(), &page.ocr());
        let figure = Figure {
            image_id: 1,
            bbox: Bbox { x: 90, y: 140, width: 300, height: 70 },
            image_file: "page_0001_img_001.png".to_owned(),
        };
        let found = take_figures(&mut pieces, &[figure], (1000, 1600));
        assert_eq!(pieces.pieces.iter().map(Piece::text).collect::<Vec<_>>(), ["A line above.", "A line below."]);
        assert_eq!(pieces.excluded[0].kind, ExcludedKind::FigureLabel);
        let shown: Vec<(usize, bool, u32)> = found
            .iter()
            .map(|figure| (figure.before, figure.image_file.is_some(), figure.caption.spans[0].block_num))
            .collect();
        assert_eq!(shown, [(1, true, 3), (2, false, 5)]);
    }
}
