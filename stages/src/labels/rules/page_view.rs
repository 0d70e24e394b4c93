use super::block_view::BlockView;
use crate::labels::unsure_ratio;
use crate::ocr::OcrPage;
use crate::page_layout::{PageLayout, TextRow, is_centred_between};
use crate::pagination::PagePagination;
use shelf_pages::Bbox;

/// A page as the rules see it.
pub(in crate::labels) struct PageView<'p> {
    pub(in crate::labels) layout: PageLayout,
    pub(super) book: &'p PagePagination,
    /// The page's blocks, in the order of `ocr`.
    pub(in crate::labels) blocks: Vec<BlockView>,
    pub(in crate::labels) figures: Vec<Bbox>,
    /// The fraction of the page's words that are unsure, 0..=1.
    pub(super) unsure_ratio: f64,
    columns: Vec<Column>,
}

/// The left and right edge of a column, px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    pub(super) left: f64,
    pub(super) right: f64,
}

/// Minimum length of a block that may be a column, rows.
const MIN_COLUMN_ROWS: usize = 4;

impl<'p> PageView<'p> {
    pub(in crate::labels) fn of(page: &OcrPage, book: &'p PagePagination) -> Self {
        let layout = PageLayout::of(page, book.body_height_px);
        let blocks: Vec<BlockView> = page.blocks.iter().map(|block| BlockView::of(block, &layout)).collect();
        let columns = columns(&blocks);
        let figures = page.images.iter().map(|figure| figure.bbox).collect();
        let mut view = Self { layout, book, blocks, figures, unsure_ratio: unsure_ratio(page), columns };
        if view.has_columns() {
            let centred: Vec<bool> = view.blocks.iter().map(|block| view.is_centred_in_its_column(block)).collect();
            view.blocks.iter_mut().zip(centred).for_each(|(block, centred)| block.centred = centred);
        }
        view
    }

    fn is_centred_in_its_column(&self, block: &BlockView) -> bool {
        !block.rows.is_empty() && block.rows.iter().all(|row| self.is_centred(block, row))
    }

    /// Whether a row of a block is centred in the block's column.
    pub(super) fn is_centred(&self, block: &BlockView, row: &TextRow) -> bool {
        let Column { left, right } = self.column(block);
        is_centred_between(row, (left, right), self.layout.body_height_px)
    }

    /// Whether the page has columns beside each other.
    pub(super) fn has_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    /// The column of a block: the width of the text if there is only one.
    pub(super) fn column(&self, block: &BlockView) -> Column {
        let middle = f64::from(block.bbox.x) + f64::from(block.bbox.width) / 2.0;
        let around = |column: &&Column| column.left <= middle && middle <= column.right;
        let fits = |column: &&Column| f64::from(block.bbox.width) <= 1.1 * (column.right - column.left);
        let column = self.columns.iter().filter(around).find(fits);
        column.copied().unwrap_or(Column { left: self.layout.text_left_px, right: self.layout.text_right_px })
    }

    /// Whether a block is in the header zone: the running head, or the page number beside it.
    pub(super) fn is_in_header(&self, block: &BlockView) -> bool {
        self.book.head_bottom_px.is_some_and(|bottom| {
            block.middle() < bottom && f64::from(block.text_bbox.bottom()) <= f64::from(bottom) + self.tolerance()
        })
    }

    /// Whether a block is in the footer zone.
    pub(super) fn is_in_footer(&self, block: &BlockView) -> bool {
        self.book.foot_top_px.is_some_and(|top| {
            block.middle() > top && f64::from(block.text_bbox.y) >= f64::from(top) - self.tolerance()
        })
    }

    /// By how much a block may extend beyond the header or footer zone, px.
    fn tolerance(&self) -> f64 {
        self.layout.body_height_px * 0.3
    }

    /// White space between a block and the nearest one above it in its column, in leadings; `None` for the first.
    pub(super) fn gap_above(&self, block: &BlockView) -> Option<f64> {
        self.above(block).map(|above| self.in_leadings(above.bbox.bottom(), block.bbox.y))
    }

    /// White space between a block and the nearest one below it in its column, in leadings; `None` for the last.
    pub(super) fn gap_below(&self, block: &BlockView) -> Option<f64> {
        self.below(block).map(|below| self.in_leadings(block.bbox.bottom(), below.bbox.y))
    }

    /// The nearest block above a block in its column.
    pub(super) fn above<'b>(&'b self, block: &'b BlockView) -> Option<&'b BlockView> {
        self.others(block).filter(|other| other.middle() < block.middle()).max_by_key(|other| other.bbox.bottom())
    }

    /// The nearest block below a block in its column.
    pub(super) fn below<'b>(&'b self, block: &'b BlockView) -> Option<&'b BlockView> {
        self.others(block).filter(|other| other.middle() > block.middle()).min_by_key(|other| other.bbox.y)
    }

    /// All blocks below a block in its column.
    pub(super) fn all_below<'b>(&'b self, block: &'b BlockView) -> impl Iterator<Item = &'b BlockView> {
        self.others(block).filter(|other| other.middle() > block.middle())
    }

    fn others<'b>(&'b self, block: &'b BlockView) -> impl Iterator<Item = &'b BlockView> {
        let is_other = |other: &&BlockView| {
            other.block_num != block.block_num
                && !other.rows.is_empty()
                && !self.is_in_header(other)
                && !self.is_in_footer(other)
        };
        self.blocks.iter().filter(is_other).filter(|other| horizontal_overlap_ratio(&other.bbox, &block.bbox) > 0.3)
    }

    fn in_leadings(&self, from: u32, to: u32) -> f64 {
        (f64::from(to) - f64::from(from)) / self.layout.leading_px
    }
}

/// Columns are blocks of text beside each other.
fn columns(blocks: &[BlockView]) -> Vec<Column> {
    let tall: Vec<&BlockView> = blocks.iter().filter(|block| block.rows.len() >= MIN_COLUMN_ROWS).collect();
    let beside = |block: &BlockView| {
        tall.iter().any(|other| {
            let common = block.bbox.bottom().min(other.bbox.bottom()).saturating_sub(block.bbox.y.max(other.bbox.y));
            horizontal_overlap_ratio(&block.bbox, &other.bbox) < 0.1
                && 2 * common > block.bbox.height.min(other.bbox.height)
        })
    };
    let mut columns: Vec<Bbox> = Vec::new();
    for block in tall.iter().filter(|block| beside(block)) {
        // An indented block is in the column of the others above and below it.
        match columns.iter_mut().find(|column| horizontal_overlap_ratio(column, &block.bbox) > MIN_COLUMN_OVERLAP_RATIO)
        {
            Some(column) => *column = column.union(&block.bbox),
            None => columns.push(block.bbox),
        }
    }
    columns.iter().map(|column| Column { left: f64::from(column.x), right: f64::from(column.right()) }).collect()
}

/// Blocks of one column overlap horizontally by at least this fraction of the narrower one, 0..=1.
const MIN_COLUMN_OVERLAP_RATIO: f64 = 0.5;

/// The horizontal overlap of two boxes, as a fraction of the narrower one's width, 0..=1.
fn horizontal_overlap_ratio(a: &Bbox, b: &Bbox) -> f64 {
    let common = a.right().min(b.right()).saturating_sub(a.x.max(b.x));
    f64::from(common) / f64::from(a.width.min(b.width).max(1))
}
