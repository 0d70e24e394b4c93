//! Pages for the tests of rules: blocks in, labels out.

use crate::labels::Classification;
use crate::ocr::{Block, Figure};
use crate::page_layout::test_pages::page;
use crate::pagination::{Matter, NumberingStyle, PageNumberLocation, PagePagination, PageRegion};
use shelf_pages::Bbox;

/// The book's context for a page of text without running head, foot and number; the body text is 20 px high.
pub(super) fn in_a_book() -> PagePagination {
    PagePagination {
        printed_page_number: None,
        numbering_style: NumberingStyle::None,
        page_number_location: PageNumberLocation::None,
        page_number_confidence: 0.9,
        implied_page_number: None,
        running_head: None,
        head_bottom_px: None,
        foot_top_px: None,
        body_height_px: Some(20.0),
        matter: Matter::Text,
        page_region: PageRegion::Body,
        page_region_confidence: 0.9,
    }
}

/// The labels of the blocks of a page.
pub(super) fn labels_of(blocks: Vec<Block>, book: &PagePagination) -> Vec<Classification> {
    labels_beside(blocks, &[], book)
}

/// The labels of the blocks of a page with figures.
pub(super) fn labels_beside(blocks: Vec<Block>, figures: &[Bbox], book: &PagePagination) -> Vec<Classification> {
    let mut page = page(1, blocks);
    page.images = (1..)
        .zip(figures)
        .map(|(image_id, bbox)| Figure { image_id, bbox: *bbox, image_file: format!("{image_id}.png") })
        .collect();
    super::label_blocks(&page, book).into_iter().map(|block| block.classification).collect()
}

/// The block with unsure words.
pub(super) fn guessed(mut block: Block, confidence: f64) -> Block {
    for line in block.paragraphs.iter_mut().flat_map(|paragraph| &mut paragraph.lines) {
        line.words.iter_mut().for_each(|word| word.confidence = confidence);
    }
    block
}
