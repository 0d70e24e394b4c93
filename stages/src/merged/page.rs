use shelf::prelude::*;

use crate::bbox::{self, Bbox};
use crate::labels::{Classification, NumberingStyle, PageNumberLocation, PageRegion};
use crate::ocr::PageDimensions;

/// All that is known of a page: `merged/page_NNNN.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct MergedPage {
    /// The scan's number, not the printed one.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// Size of the scan.
    #[garde(dive)]
    pub page_dimensions: PageDimensions,
    /// The page's number as printed, `ix` or `45`; none where none is printed.
    #[garde(skip)]
    pub printed_page_number: Option<String>,
    /// How it is printed.
    #[garde(skip)]
    pub numbering_style: Option<NumberingStyle>,
    /// Where it is printed.
    #[garde(skip)]
    pub page_number_location: Option<PageNumberLocation>,
    /// How sure the printed number is, or that there is none, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_number_confidence: f64,
    /// The part of the book that the page is in.
    #[serde(default)]
    #[garde(skip)]
    pub page_region: Option<PageRegion>,
    /// The blocks of `ocr`, all of them, in their order.
    #[garde(dive)]
    pub blocks: Vec<MergedBlock>,
    /// How the text goes on before and after the page.
    #[garde(dive)]
    pub continuation: Continuation,
    /// Where the parts come from.
    #[garde(dive)]
    pub metadata: MergedMetadata,
}

/// A block of text, with what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct MergedBlock {
    /// Its number in the page, as `ocr` gave it.
    #[garde(skip)]
    pub block_num: u32,
    /// What it is; `OTHER` where it has no label.
    #[garde(skip)]
    pub classification: Classification,
    /// How sure that is, 0..=1; 0 where it has no label.
    #[garde(range(min = 0.0, max = 1.0))]
    pub classification_confidence: f64,
    /// Where it lies, `[x, y, width, height]` in px of the scan.
    #[serde(with = "bbox::list")]
    #[schemars(with = "[u32; 4]")]
    #[garde(skip)]
    pub bbox: Bbox,
    /// Its paragraphs.
    #[garde(length(min = 1), dive)]
    pub paragraphs: Vec<MergedParagraph>,
}

/// A paragraph with its final text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct MergedParagraph {
    /// Its number in the block, as `ocr` gave it.
    #[garde(skip)]
    pub par_num: u32,
    /// The corrected text, or where there is no correction, that of `ocr`.
    #[garde(length(min = 1))]
    pub text: String,
    /// Where it lies, `[x, y, width, height]` in px of the scan.
    #[serde(with = "bbox::list")]
    #[schemars(with = "[u32; 4]")]
    #[garde(skip)]
    pub bbox: Bbox,
    /// How sure the reading was, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub original_confidence: f64,
    /// Whether `text` is a correction.
    #[garde(skip)]
    pub correction_applied: bool,
    /// How sure the correction is, 0..=1; 1 without one.
    #[garde(range(min = 0.0, max = 1.0))]
    pub correction_confidence: f64,
    /// What was corrected.
    #[garde(skip)]
    pub correction_notes: Option<String>,
}

/// How the text of a page goes on across its edges. Both pages keep their text as printed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Continuation {
    /// Whether the page begins in the middle of a sentence.
    #[garde(skip)]
    pub continues_from_previous: bool,
    /// Whether the page ends in the middle of a sentence.
    #[garde(skip)]
    pub continues_to_next: bool,
    /// The word that the page before begins and this one ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub word_from_previous: Option<SplitWord>,
    /// The word that this page begins and the next one ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub word_to_next: Option<SplitWord>,
}

/// A word that a page break has split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct SplitWord {
    /// What stands at the end of the one page, with its hyphen: `cam-`.
    #[garde(length(min = 2))]
    pub begins: String,
    /// What stands at the beginning of the other: `paign`.
    #[garde(length(min = 1))]
    pub ends: String,
    /// The word as a whole: `campaign`, or `self-aware` where the hyphen is its own.
    #[garde(length(min = 2))]
    pub whole: String,
}

/// When, by what and how often a page was worked on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct MergedMetadata {
    /// When the page was read.
    #[serde(default)]
    #[garde(skip)]
    pub ocr_timestamp: Timestamp,
    /// When it was corrected.
    #[serde(default)]
    #[garde(skip)]
    pub correction_timestamp: Timestamp,
    /// What corrected it.
    #[serde(default)]
    #[garde(skip)]
    pub correction_model: Model,
    /// When it was labelled.
    #[serde(default)]
    #[garde(skip)]
    pub label_timestamp: Timestamp,
    /// What labelled it.
    #[serde(default)]
    #[garde(skip)]
    pub label_model: Model,
    /// When all was put together.
    #[serde(default)]
    #[garde(skip)]
    pub merge_timestamp: Timestamp,
    /// Blocks on the page.
    #[garde(skip)]
    pub total_blocks: u32,
    /// Paragraphs whose text is a correction.
    #[garde(skip)]
    pub total_corrections_applied: u32,
}

impl Paragraphs for MergedPage {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        let of_block = |block: &MergedBlock| {
            let id = |paragraph: &MergedParagraph| ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
            block.paragraphs.iter().map(id).collect::<Vec<_>>()
        };
        self.blocks.iter().flat_map(of_block).collect()
    }
}
