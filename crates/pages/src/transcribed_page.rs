use shelf_runtime::page;
use shelf_runtime::page::{Model, ProcessingCost, Timestamp};
use shelf_runtime::stage::ParagraphId;

/// What a vision model read on a page, line by line: `transcribed/page_NNNN.json`. Each line belongs to a line of `ocr`, which has its box and the
/// confidence of its words.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct TranscribedPage {
    /// The number of the scan, not the printed page number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// The lines in the order of `ocr`; none where no model was asked. Lines of `ocr` that the model did not read are left out.
    pub lines: Vec<TranscribedLine>,
    /// What the model read and `ocr` did not: lines without ink, or lines in another order. They are not used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced_lines: Vec<String>,
    /// The model that read the page; none where no model was asked.
    #[serde(default)]
    pub model_used: Model,
    /// Cost of the page, USD.
    #[serde(default)]
    pub processing_cost: ProcessingCost,
    /// When the page was read.
    #[serde(default)]
    pub timestamp: Timestamp,
}

/// A line as a model read it.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscribedLine {
    /// The number of the block, as in `ocr`.
    pub block_num: u32,
    /// The number of the paragraph in the block, as in `ocr`.
    pub par_num: u32,
    /// The position of the line in the paragraph, as in `ocr`: the number of lines before it.
    pub line: u32,
    /// The text; empty where the model read nothing between the lines before and behind.
    pub text: String,
}

impl TranscribedPage {
    /// The lines of a paragraph.
    pub fn lines_of(&self, id: ParagraphId) -> impl Iterator<Item = &TranscribedLine> {
        self.lines.iter().filter(move |line| line.block_num == id.block && line.par_num == id.paragraph)
    }
}
