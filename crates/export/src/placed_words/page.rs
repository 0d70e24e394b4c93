use shelf_pages::{
    Bbox, Classification, MergedBlock, MergedPage, OcrPage, Orientation, PageDimensions, ParagraphStart, TextRole,
};

use super::direction::Direction;
use super::place::place_paragraph;

/// A page with each of its final words on a box. All boxes are in px of the scan and inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedPage {
    /// Size of the scan.
    pub dimensions: PageDimensions,
    /// How the text lies on the scan.
    pub orientation: Orientation,
    /// The blocks in reading order.
    pub blocks: Vec<PlacedBlock>,
    /// The boxes of the figures.
    pub figures: Vec<Bbox>,
}

/// A block of text.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedBlock {
    /// Its number in `merged`.
    pub block_num: u32,
    /// Its label.
    pub classification: Classification,
    /// Its bounding box.
    pub bbox: Bbox,
    /// Its paragraphs.
    pub paragraphs: Vec<PlacedParagraph>,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedParagraph {
    /// Its number in `merged`.
    pub par_num: u32,
    /// Its bounding box.
    pub bbox: Bbox,
    /// Its lines, as printed.
    pub lines: Vec<PlacedLine>,
}

/// A line of text, as printed.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedLine {
    /// Its bounding box.
    pub bbox: Bbox,
    /// Its words, at least one.
    pub words: Vec<PlacedWord>,
}

/// A final word, or the part of it that is on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedWord {
    /// The text, without the hyphen of a word that was joined across lines.
    pub text: String,
    /// Its bounding box; at least 1 × 1 px.
    pub bbox: Bbox,
    /// Confidence of the recognition, 0..=1.
    pub confidence: f64,
    /// Whether it is a whole word.
    pub part: WordPart,
}

/// Whether a [`PlacedWord`] is a whole word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordPart {
    /// It is.
    Whole,
    /// The part at the end of a line, where a hyphen is printed that the word does not have.
    Begins {
        /// The whole word.
        whole: String,
    },
    /// The rest, at the beginning of the next line.
    Ends {
        /// The whole word.
        whole: String,
    },
}

impl PlacedPage {
    /// Places the words of `merged`, each once and in the same order; noise that was recognised as text is left out.
    ///
    /// Where `ocr` has no words for a paragraph (pages by the original Python tool), they are spread evenly over its box.
    #[must_use]
    pub fn new(merged: &MergedPage, ocr: &OcrPage) -> Self {
        let orientation = ocr.orientation.unwrap_or_default();
        let page = Bbox { x: 0, y: 0, width: ocr.page_dimensions.width, height: ocr.page_dimensions.height };
        let direction = Direction::of(orientation);
        let blocks = merged.blocks.iter().filter(|block| block.classification.role() != TextRole::Noise);
        let blocks = blocks.map(|block| place_block(block, ocr, direction, page)).collect();
        let figures = ocr.images.iter().map(|figure| clipped(figure.bbox, page)).collect();
        Self { dimensions: ocr.page_dimensions, orientation, blocks, figures }
    }

    /// All words in reading order.
    pub fn words(&self) -> impl Iterator<Item = &PlacedWord> {
        self.lines().flat_map(|line| &line.words)
    }

    /// All lines in reading order.
    pub fn lines(&self) -> impl Iterator<Item = &PlacedLine> {
        self.blocks.iter().flat_map(|block| &block.paragraphs).flat_map(|paragraph| &paragraph.lines)
    }
}

fn place_block(block: &MergedBlock, ocr: &OcrPage, direction: Direction, page: Bbox) -> PlacedBlock {
    let mut paragraphs: Vec<PlacedParagraph> = Vec::new();
    for paragraph in &block.paragraphs {
        let placed = place_paragraph(block, paragraph, ocr, direction, page);
        match paragraphs.last_mut().filter(|_| paragraph.start == Some(ParagraphStart::Joined)) {
            Some(before) => {
                before.bbox = before.bbox.union(&placed.bbox);
                before.lines.extend(placed.lines);
            }
            None => paragraphs.push(placed),
        }
    }
    PlacedBlock {
        block_num: block.block_num,
        classification: block.classification,
        bbox: clipped(block.bbox, page),
        paragraphs,
    }
}

/// The box inside the page, at least 1 × 1 px.
pub(super) fn clipped(bbox: Bbox, page: Bbox) -> Bbox {
    let side = |from: u32, length: u32, limit: u32| {
        let from = from.min(limit.saturating_sub(1));
        (from, length.clamp(1, (limit - from).max(1)))
    };
    let (x, width) = side(bbox.x, bbox.width, page.width);
    let (y, height) = side(bbox.y, bbox.height, page.height);
    Bbox { x, y, width, height }
}
