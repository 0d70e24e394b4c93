use std::collections::BTreeSet;

use shelf_runtime::page;
use shelf_runtime::page::{Model, Timestamp};
use shelf_runtime::stage::{ParagraphId, Paragraphs};

use super::{
    Bbox, Classification, EditOutcome, Figure, Line, LineRange, NumberingStyle, OcrPage, PageDimensions,
    PageNumberLocation, PageRegion, bbox,
};

/// Everything that is known about a page: `merged/page_NNNN.json`.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct MergedPage {
    /// The number of the scan, not the printed page number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// Size of the scan.
    pub page_dimensions: PageDimensions,
    /// The printed page number, such as `ix` or `45`; none if none is printed.
    pub printed_page_number: Option<String>,
    /// Its numerals.
    pub numbering_style: Option<NumberingStyle>,
    /// Its position on the page.
    pub page_number_location: Option<PageNumberLocation>,
    /// Confidence in the printed number, or in its absence, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_number_confidence: f64,
    /// The part of the book that the page is in.
    #[serde(default)]
    pub page_region: Option<PageRegion>,
    /// All blocks of `ocr`, in the same order. A block whose lines have different labels is split.
    pub blocks: Vec<MergedBlock>,
    /// The figures of `ocr`, cut out of the scan; absent on a page without figures, and on pages merged before they were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Figure>,
    /// How the text continues across the page breaks.
    pub continuation: Continuation,
    /// What became of the edits of the page, the oldest first; absent on a page that nobody has edited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<EditOutcome>,
    /// When and by what the page was processed.
    pub metadata: MergedMetadata,
}

/// A block of text with its label.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct MergedBlock {
    /// Its number on the page, as in `ocr`; a new one for lines that were split from a block.
    pub block_num: u32,
    /// Where it comes from, if the block of `ocr` was split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<BlockOrigin>,
    /// Its label; `OTHER` if it has none.
    pub classification: Classification,
    /// The label that `labels` gave it, if a person has changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_before_edit: Option<Classification>,
    /// Confidence in the label, 0..=1; 0 without a label.
    #[garde(range(min = 0.0, max = 1.0))]
    pub classification_confidence: f64,
    /// Its bounding box, `[x, y, width, height]` in px of the scan.
    #[serde(with = "bbox::as_array")]
    #[schemars(with = "[u32; 4]")]
    pub bbox: Bbox,
    /// Its paragraphs.
    #[garde(length(min = 1))]
    pub paragraphs: Vec<MergedParagraph>,
}

/// The lines of a block of `ocr` that a block of `merged` consists of.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockOrigin {
    /// The block's number in `ocr`.
    pub block_num: u32,
    /// The lines.
    pub lines: LineRange,
}

/// A paragraph with its final text.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct MergedParagraph {
    /// Its number in the block, as in `ocr`; a new one for the second part of a paragraph that a person has split.
    pub par_num: u32,
    /// Where it comes from, if a person has split the paragraph or moved it out of its block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<ParagraphOrigin>,
    /// Whether a person has joined it with the paragraph before it, or made it begin a new paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<ParagraphStart>,
    /// The text as a person has edited it; else the corrected text, or that of `ocr` if nothing was corrected.
    #[garde(length(min = 1))]
    pub text: String,
    /// The text without edits, if a person has edited it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_before_edit: Option<String>,
    /// Its bounding box, `[x, y, width, height]` in px of the scan.
    #[serde(with = "bbox::as_array")]
    #[schemars(with = "[u32; 4]")]
    pub bbox: Bbox,
    /// Confidence of the recognition, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub original_confidence: f64,
    /// Whether `text` was corrected.
    pub correction_applied: bool,
    /// Confidence in the correction, 0..=1; 1 without one.
    #[garde(range(min = 0.0, max = 1.0))]
    pub correction_confidence: f64,
    /// Correction notes: what was changed.
    pub correction_notes: Option<String>,
}

/// The part of a paragraph of `ocr` that a paragraph of `merged` consists of.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParagraphOrigin {
    /// The number of its block in `ocr`.
    pub block_num: u32,
    /// The paragraph's number in that block.
    pub par_num: u32,
    /// The lines of the block; a line that was split belongs to both parts. Absent if the page has no lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<LineRange>,
}

/// How a paragraph follows the one before it, as a person has said.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are those of the page formats"
)]
pub enum ParagraphStart {
    Joined,
    New,
}

/// How the text of a page continues across the page breaks before and after it. Both pages keep their text as printed.
#[page]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Continuation {
    /// Whether the page begins in mid-sentence.
    pub continues_from_previous: bool,
    /// Whether the page ends in mid-sentence.
    pub continues_to_next: bool,
    /// The word that begins on the previous page and ends on this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_from_previous: Option<SplitWord>,
    /// The word that begins on this page and ends on the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_to_next: Option<SplitWord>,
}

/// A word split by a page break.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitWord {
    /// Its first part, at the end of a page, with the hyphen: `cam-`.
    #[garde(length(min = 2))]
    pub begins: String,
    /// Its second part, at the beginning of the next: `paign`.
    #[garde(length(min = 1))]
    pub ends: String,
    /// The whole word: `campaign`, or `self-aware` if the hyphen belongs to it.
    #[garde(length(min = 2))]
    pub whole: String,
}

/// When and by which models a page was processed, and its totals.
#[page]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MergedMetadata {
    /// When OCR ran.
    #[serde(default)]
    pub ocr_timestamp: Timestamp,
    /// When the page was corrected.
    #[serde(default)]
    pub correction_timestamp: Timestamp,
    /// The model that corrected it, or `rules`.
    #[serde(default)]
    pub correction_model: Model,
    /// When the page was labelled.
    #[serde(default)]
    pub label_timestamp: Timestamp,
    /// The model that labelled it; none if rules did.
    #[serde(default)]
    pub label_model: Model,
    /// When the results were merged.
    #[serde(default)]
    pub merge_timestamp: Timestamp,
    /// Blocks on the page.
    pub total_blocks: u32,
    /// Paragraphs whose text was corrected.
    pub total_corrections_applied: u32,
}

impl MergedBlock {
    /// Its text without the edits of a person, one line after the other.
    #[must_use]
    pub fn text_before_edits(&self) -> String {
        self.paragraphs.iter().map(MergedParagraph::text_before_edits).collect::<Vec<_>>().join("\n")
    }

    /// The paragraph of `ocr` that a paragraph of the block is, or is part of.
    #[must_use]
    pub fn origin_of(&self, paragraph: &MergedParagraph) -> ParagraphOrigin {
        paragraph.origin.unwrap_or_else(|| ParagraphOrigin {
            block_num: self.origin.map_or(self.block_num, |origin| origin.block_num),
            par_num: paragraph.par_num,
            lines: self.origin.map(|origin| origin.lines),
        })
    }
}

impl MergedParagraph {
    /// Its text without the edits of a person.
    #[must_use]
    pub fn text_before_edits(&self) -> &str {
        self.text_before_edit.as_ref().unwrap_or(&self.text)
    }
}

impl ParagraphOrigin {
    /// The lines of `ocr`, counted from 0 in their block; empty if the page has none.
    #[must_use]
    pub fn lines_in(self, ocr: &OcrPage) -> Vec<(u32, &Line)> {
        let Some(block) = ocr.blocks.iter().find(|block| block.block_num == self.block_num) else { return Vec::new() };
        let lines = block.paragraphs.iter().flat_map(|read| read.lines.iter().map(move |line| (read.par_num, line)));
        let is_inside = |at: u32| self.lines.is_none_or(|lines| (lines.first..lines.end()).contains(&at));
        let own = (0..).zip(lines).filter(|(at, (par_num, _))| *par_num == self.par_num && is_inside(*at));
        own.map(|(at, (_, line))| (at, line)).collect()
    }
}

impl Paragraphs for MergedPage {
    /// The paragraphs by their numbers in `ocr`: one that was split, between two blocks or by a person, is listed once.
    fn paragraphs(&self) -> Vec<ParagraphId> {
        let mut split = BTreeSet::new();
        let mut ids = Vec::new();
        for block in &self.blocks {
            for paragraph in &block.paragraphs {
                let ParagraphOrigin { block_num, par_num, .. } = block.origin_of(paragraph);
                let id = ParagraphId { block: block_num, paragraph: par_num };
                let is_part = block.origin.is_some() || paragraph.origin.is_some();
                if !is_part || split.insert(id) {
                    ids.push(id);
                }
            }
        }
        ids
    }
}
