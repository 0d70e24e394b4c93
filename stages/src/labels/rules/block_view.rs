use crate::labels::MIN_WORD_CONFIDENCE;
use crate::ocr::Block;
use crate::page_layout::{PageLayout, TextRow, is_centred, is_mostly_capitals, text_rows_of_blocks};
use shelf_pages::Bbox;

/// A block as the rules see it.
#[derive(Debug, Clone)]
pub(in crate::labels) struct BlockView {
    pub(in crate::labels) block_num: u32,
    pub(in crate::labels) bbox: Bbox,
    /// The box of its words without specks, rules and the dashes beside a page number.
    pub(super) text_bbox: Bbox,
    /// Its rows, without specks and noise at the scan's edge; empty if there is nothing else.
    pub(super) rows: Vec<TextRow>,
    /// Its complete text on one line, including footnote marks, which are neither letters nor noise.
    pub(in crate::labels) text: String,
    /// Its type height relative to the body text.
    pub(in crate::labels) size: f64,
    /// Whether all its rows are centred.
    pub(super) centred: bool,
    /// Whether most of its letters are capitals.
    pub(super) capitals: bool,
    /// Mean confidence of its words, 0..=1.
    pub(in crate::labels) legibility: f64,
    /// The number of its words with low confidence.
    pub(super) unsure_words: usize,
}

impl BlockView {
    pub(in crate::labels) fn of(block: &Block, layout: &PageLayout) -> Self {
        let mut rows = text_rows_of_blocks([block]);
        let text = rows.iter().map(TextRow::text).collect::<Vec<_>>().join(" ");
        let all: Vec<f64> = rows.iter().flat_map(|row| &row.words).map(|word| word.confidence).collect();
        for row in &mut rows {
            row.words.retain(|word| !layout.is_noise(word));
        }
        rows.retain(|row| !row.words.is_empty());
        let mut heights: Vec<f64> =
            rows.iter().flat_map(|row| &row.words).map(|word| f64::from(word.bbox.height)).collect();
        heights.sort_by(f64::total_cmp);
        Self {
            block_num: block.block_num,
            bbox: block.bbox,
            text_bbox: Bbox::bounding(rows.iter().flat_map(|row| &row.words).map(|word| word.bbox))
                .unwrap_or(block.bbox),
            size: heights.get(heights.len().saturating_sub(1) / 2).copied().unwrap_or_default() / layout.body_height_px,
            centred: !rows.is_empty() && rows.iter().all(|row| is_centred(row, layout)),
            capitals: is_mostly_capitals(&text),
            unsure_words: all.iter().filter(|confidence| **confidence < MIN_WORD_CONFIDENCE).count(),
            legibility: all.iter().sum::<f64>() / all.len().max(1) as f64,
            rows,
            text,
        }
    }

    pub(super) fn words(&self) -> usize {
        self.rows.iter().map(|row| row.words.len()).sum()
    }

    /// Its vertical centre, px.
    pub(super) fn middle(&self) -> u32 {
        self.bbox.y + self.bbox.height / 2
    }

    /// Whether it is text in the size of the body text, of more than one or two lines.
    pub(in crate::labels) fn is_running_text(&self) -> bool {
        self.rows.len() >= 3 && self.size > 0.9 && self.words() >= 15
    }
}
