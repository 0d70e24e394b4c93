//! Pages for tests, made from plain text.

use std::collections::BTreeMap;

use shelf_runtime::page::{Model, ProcessingCost, Timestamp};

use super::{
    Bbox, Block, Classification, Continuation, CorrectedBlock, CorrectedPage, CorrectedParagraph, LabelledBlock,
    LabelsPage, Line, MergedBlock, MergedMetadata, MergedPage, MergedParagraph, OcrPage, PageDimensions, Paragraph,
    Word,
};

/// A page made from plain text, in any of the page formats. Every paragraph is a block of its own, numbered from 1, and its `par_num` is 1.
///
/// The page is 1000 × 1600 px. Lines begin at x = 100 and y = 100; letters are 20 px high and 10 px wide, lines 30 px apart, and between
/// paragraphs one line is left out.
///
/// ```
/// use shelf_pages::testing::TestPage;
/// use shelf_pages::{Classification, PageText};
///
/// let page = TestPage::new("CHAPTER I.\n\nIt was tbe best of times,\nit was the worst of times.")
///     .correct(2, "It was the best of times,\nit was the worst of times.")
///     .label(1, Classification::ChapterHeading);
/// assert_eq!(page.ocr().blocks[1].paragraphs[0].lines.len(), 2);
/// assert_eq!(page.corrected().total_corrections, 1);
/// assert_eq!(page.labels().blocks[1].classification, Classification::Body);
/// assert_eq!(page.merged().text(), "CHAPTER I.\nIt was the best of times,\nit was the worst of times.");
/// ```
#[derive(Debug, Clone)]
pub struct TestPage {
    number: u32,
    paragraphs: Vec<(String, f64)>,
    corrections: BTreeMap<u32, String>,
    labels: BTreeMap<u32, Classification>,
}

const SIZE: PageDimensions = PageDimensions { width: 1000, height: 1600 };
const MARGIN_PX: u32 = 100;
const LETTER_PX: (u32, u32) = (10, 20);
const LINE_SPACING_PX: u32 = 30;
const CONFIDENCE: f64 = 0.95;

impl TestPage {
    /// Page 1 with these paragraphs, divided by blank lines. An empty text gives an empty page.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        let paragraphs = paragraphs.map(|paragraph| (paragraph.to_owned(), CONFIDENCE)).collect();
        Self { number: 1, paragraphs, corrections: BTreeMap::new(), labels: BTreeMap::new() }
    }

    /// Gives the page another number.
    #[must_use]
    pub fn number(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    /// Adds a paragraph whose words were all read with this confidence, 0..=1. Those of [`new`](Self::new) have 0.95.
    #[must_use]
    pub fn paragraph(mut self, text: &str, confidence: f64) -> Self {
        self.paragraphs.push((text.to_owned(), confidence));
        self
    }

    /// Corrects the paragraph of this block, counted from 1.
    #[must_use]
    pub fn correct(mut self, block_num: u32, text: &str) -> Self {
        self.corrections.insert(block_num, text.to_owned());
        self
    }

    /// Labels this block, counted from 1. The others are `BODY`.
    #[must_use]
    pub fn label(mut self, block_num: u32, classification: Classification) -> Self {
        self.labels.insert(block_num, classification);
        self
    }

    /// The page as OCR reads it.
    #[must_use]
    pub fn ocr(&self) -> OcrPage {
        let mut y = MARGIN_PX;
        let mut block = |(block_num, (text, confidence)): (u32, &(String, f64))| {
            let lines: Vec<Line> = (y..)
                .step_by(LINE_SPACING_PX as usize)
                .zip(text.lines().filter(|line| !line.trim().is_empty()))
                .map(|(y, text)| line(y, text, *confidence))
                .collect();
            y += LINE_SPACING_PX * (lines.len() as u32 + 1);
            let bbox = bounding(lines.iter().map(|line| line.bbox));
            let paragraph = Paragraph { par_num: 1, bbox, text: text.clone(), avg_confidence: *confidence, lines };
            Block { block_num, bbox, paragraphs: vec![paragraph] }
        };
        OcrPage {
            page_number: self.number,
            page_dimensions: SIZE,
            orientation: None,
            expected_cer: None,
            ocr_timestamp: Timestamp::default(),
            text_source: None,
            blocks: (1..).zip(&self.paragraphs).map(&mut block).collect(),
            images: Vec::new(),
        }
    }

    /// What was corrected on the page.
    #[must_use]
    pub fn corrected(&self) -> CorrectedPage {
        let block = |block_num: u32| {
            let text = self.corrections.get(&block_num).cloned();
            let notes = text.as_ref().map(|_| "corrected by a test".to_owned());
            CorrectedBlock {
                block_num,
                paragraphs: vec![CorrectedParagraph { par_num: 1, text, notes, confidence: 1.0 }],
            }
        };
        CorrectedPage {
            page_number: self.number,
            blocks: self.block_nums().map(block).collect(),
            model_used: Model::default(),
            processing_cost: ProcessingCost::default(),
            timestamp: Timestamp::default(),
            total_blocks: self.paragraphs.len() as u32,
            total_corrections: self.corrections.len() as u32,
            avg_confidence: 1.0,
            proposals: Vec::new(),
        }
    }

    /// The labels of the page, which has no printed page number.
    #[must_use]
    pub fn labels(&self) -> LabelsPage {
        let label = |block_num| LabelledBlock {
            block_num,
            classification: self.classification(block_num),
            classification_confidence: 1.0,
        };
        LabelsPage {
            page_number: self.number,
            printed_page_number: None,
            numbering_style: None,
            page_number_location: None,
            page_number_confidence: 1.0,
            page_region: None,
            page_region_confidence: 1.0,
            blocks: self.block_nums().map(label).collect(),
            lines: Vec::new(),
            model_used: Model::default(),
            processing_cost: ProcessingCost::default(),
            timestamp: Timestamp::default(),
            total_blocks: self.paragraphs.len() as u32,
            avg_classification_confidence: 1.0,
        }
    }

    /// The page with its corrections and labels.
    #[must_use]
    pub fn merged(&self) -> MergedPage {
        let paragraph = |block_num: u32, read: Paragraph| {
            let correction = self.corrections.get(&block_num);
            MergedParagraph {
                par_num: read.par_num,
                bbox: read.bbox,
                original_confidence: read.avg_confidence,
                correction_applied: correction.is_some(),
                correction_confidence: 1.0,
                correction_notes: correction.map(|_| "corrected by a test".to_owned()),
                text: correction.cloned().unwrap_or(read.text),
                origin: None,
                start: None,
                text_before_edit: None,
            }
        };
        let block = |block: Block| MergedBlock {
            block_num: block.block_num,
            origin: None,
            classification: self.classification(block.block_num),
            label_before_edit: None,
            classification_confidence: 1.0,
            bbox: block.bbox,
            paragraphs: block.paragraphs.into_iter().map(|read| paragraph(block.block_num, read)).collect(),
        };
        MergedPage {
            page_number: self.number,
            page_dimensions: SIZE,
            printed_page_number: None,
            numbering_style: None,
            page_number_location: None,
            page_number_confidence: 1.0,
            page_region: None,
            blocks: self.ocr().blocks.into_iter().map(block).collect(),
            images: Vec::new(),
            continuation: Continuation::default(),
            edits: Vec::new(),
            metadata: MergedMetadata {
                total_blocks: self.paragraphs.len() as u32,
                total_corrections_applied: self.corrections.len() as u32,
                ..MergedMetadata::default()
            },
        }
    }

    fn block_nums(&self) -> impl Iterator<Item = u32> {
        1..=self.paragraphs.len() as u32
    }

    fn classification(&self, block_num: u32) -> Classification {
        self.labels.get(&block_num).copied().unwrap_or(Classification::Body)
    }
}

fn line(y: u32, text: &str, confidence: f64) -> Line {
    let mut x = MARGIN_PX;
    let word = |text: &str| {
        let width = LETTER_PX.0 * text.chars().count() as u32;
        let bbox = Bbox { x, y, width, height: LETTER_PX.1 };
        x += width + LETTER_PX.0;
        Word::new(text.to_owned(), bbox, confidence)
    };
    let words: Vec<Word> = text.split_whitespace().map(word).collect();
    Line { bbox: bounding(words.iter().map(|word| word.bbox)), words }
}

/// The box around boxes; one without size for none.
fn bounding(boxes: impl Iterator<Item = Bbox>) -> Bbox {
    Bbox::bounding(boxes).unwrap_or(Bbox { x: MARGIN_PX, y: MARGIN_PX, width: 0, height: 0 })
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use shelf_runtime::stage::Paragraphs as _;

    use super::*;

    fn page() -> TestPage {
        TestPage::new("A Heading\n\nIt was tbe best of times,\nit was the worst of times.")
            .number(7)
            .paragraph("12 3 4", 0.4)
            .correct(2, "It was the best of times,\nit was the worst of times.")
            .label(1, Classification::SectionHeading)
    }

    #[test]
    fn every_format_is_valid_and_has_the_same_paragraphs() {
        let page = page();
        page.ocr().validate().unwrap();
        page.corrected().validate().unwrap();
        page.labels().validate().unwrap();
        page.merged().validate().unwrap();
        assert_eq!(page.ocr().paragraphs(), page.corrected().paragraphs());
        assert_eq!(page.ocr().paragraphs(), page.merged().paragraphs());
        assert_eq!(page.labels().blocks.len(), 3);
        assert!(TestPage::new("").ocr().blocks.is_empty());
    }

    #[test]
    fn boxes_are_on_the_page_and_do_not_overlap() {
        let page = page().ocr();
        let lines: Vec<Bbox> =
            page.blocks.iter().flat_map(|block| &block.paragraphs[0].lines).map(|line| line.bbox).collect();
        let tops: Vec<u32> = lines.iter().map(|line| line.y).collect();
        assert_eq!(tops, [100, 160, 190, 250]);
        assert!(lines.iter().all(|line| line.x + line.width <= SIZE.width && line.height < LINE_SPACING_PX));
        assert_eq!(page.blocks[2].paragraphs[0].lines[0].words[1].bbox, Bbox { x: 130, y: 250, width: 10, height: 20 });
        assert!(page.words().last().is_some_and(|word| (word.confidence - 0.4).abs() < 1e-9));
    }
}
