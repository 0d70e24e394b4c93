use shelf_runtime::page;
use shelf_runtime::page::{Model, ProcessingCost, Timestamp};
use shelf_runtime::stage::{ParagraphId, Paragraphs};

use super::Proposal;

/// The corrections of a page: `corrected/page_NNNN.json`. Its blocks and paragraphs correspond one to one, by number, to those of `ocr`.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectedPage {
    /// The number of the scan, not the printed page number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// The blocks of text in the order of `ocr`; none on a blank page.
    pub blocks: Vec<CorrectedBlock>,
    /// The model that corrected the page, or `rules`.
    #[serde(default)]
    pub model_used: Model,
    /// Cost of the page, USD.
    #[serde(default)]
    pub processing_cost: ProcessingCost,
    /// When the page was corrected.
    #[serde(default)]
    pub timestamp: Timestamp,
    /// Blocks on the page.
    pub total_blocks: u32,
    /// Paragraphs with a corrected text.
    pub total_corrections: u32,
    /// Mean confidence of the paragraphs, weighted by their words, 0..=1; 1 on a blank page.
    #[garde(range(min = 0.0, max = 1.0))]
    pub avg_confidence: f64,
    /// Corrections that were proposed but are in doubt, in reading order: they are not in the text, and a person decides. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<Proposal>,
}

/// A block of text, corrected.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectedBlock {
    /// Its number on the page, as in `ocr`.
    pub block_num: u32,
    /// Its paragraphs.
    pub paragraphs: Vec<CorrectedParagraph>,
}

/// A paragraph, corrected.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectedParagraph {
    /// Its number in the block, as in `ocr`.
    pub par_num: u32,
    /// The whole corrected paragraph; none if the text of `ocr` needs no correction.
    #[serde(default)]
    pub text: Option<String>,
    /// Correction notes: what was changed, at most 100 characters.
    #[serde(default)]
    #[garde(length(chars, max = MAX_NOTES_CHARS))]
    pub notes: Option<String>,
    /// Confidence that the paragraph now reads as printed, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// Maximum length of correction notes, characters.
pub const MAX_NOTES_CHARS: usize = 100;

impl CorrectedPage {
    /// The paragraph with this id; `None` if the page does not have it.
    #[must_use]
    pub fn paragraph(&self, id: ParagraphId) -> Option<&CorrectedParagraph> {
        let mut block = self.blocks.iter().filter(|block| block.block_num == id.block).flat_map(|b| &b.paragraphs);
        block.find(|paragraph| paragraph.par_num == id.paragraph)
    }
}

impl Paragraphs for CorrectedPage {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        let ids = self.blocks.iter().flat_map(|block| {
            block.paragraphs.iter().map(|p| ParagraphId { block: block.block_num, paragraph: p.par_num })
        });
        ids.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use garde::Validate;
    use serde_json::{Value, json};

    /// A page as the original Python tool wrote it, with fields that this format does not have.
    fn page() -> Value {
        json!({
            "page_number": 7,
            "blocks": [{ "block_num": 0, "paragraphs": [
                { "par_num": 0, "text": "A campaign", "notes": "Fixed hyphenation", "confidence": 0.97 },
                { "par_num": 1, "text": null, "notes": null, "confidence": 1.0 }
            ] }],
            "model_used": "openai/gpt-4o-mini",
            "processing_cost": 0.0021,
            "timestamp": "2025-10-02T11:22:33.123456",
            "total_blocks": 1,
            "total_corrections": 1,
            "avg_confidence": 0.985,
            "schema": 2
        })
    }

    fn check(value: Value) -> Result<CorrectedPage, String> {
        let page: CorrectedPage = serde_json::from_value(value).map_err(|error| error.to_string())?;
        page.validate().map_err(|report| report.to_string().trim().to_owned())?;
        Ok(page)
    }

    fn with(pointer: &str, value: Value) -> Value {
        let mut page = page();
        *page.pointer_mut(pointer).expect("the pointer is right") = value;
        page
    }

    #[test]
    fn reads_and_writes_pages_of_the_original_tool() {
        let page = check(page()).unwrap();
        assert_eq!(page.model_used.0.as_deref(), Some("openai/gpt-4o-mini"));
        let ids = [0, 1].map(|paragraph| ParagraphId { block: 0, paragraph });
        assert_eq!(page.paragraphs(), ids);
        assert_eq!(page.paragraph(ids[0]).unwrap().text.as_deref(), Some("A campaign"));
        assert_eq!(page.paragraph(ParagraphId { block: 1, paragraph: 0 }), None);
        assert_eq!(check(serde_json::to_value(&page).unwrap()).unwrap(), page);
    }

    #[test]
    fn every_range_is_validated() {
        let notes = |chars| with("/blocks/0/paragraphs/0/notes", json!("ö".repeat(chars)));
        assert!(check(notes(100)).is_ok());
        for (wrong, path) in [
            (with("/page_number", json!(0)), "page_number"),
            (with("/avg_confidence", json!(1.01)), "avg_confidence"),
            (with("/blocks/0/paragraphs/1/confidence", json!(-0.1)), "blocks[0].paragraphs[1].confidence"),
            (notes(101), "blocks[0].paragraphs[0].notes"),
        ] {
            let problem = check(wrong).unwrap_err();
            assert!(problem.starts_with(&format!("{path}: ")), "{path}: {problem}");
        }
    }
}
