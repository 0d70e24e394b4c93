use std::collections::HashSet;

use shelf_runtime::page;
use shelf_runtime::page::{Model, ProcessingCost, Timestamp};

use super::{Classification, LineRange, NumberingStyle, PageNumberLocation, PageRegion};

/// The labels of a page's blocks, and its printed page number: `labels/page_NNNN.json`.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct LabelsPage {
    /// The number of the scan, not the printed page number.
    #[garde(range(min = 1))]
    pub page_number: u32,
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
    pub page_region: Option<PageRegion>,
    /// Confidence in the part, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_region_confidence: f64,
    /// One label for each block of `ocr`, in the same order.
    #[garde(custom(unique_blocks))]
    pub blocks: Vec<LabelledBlock>,
    /// Lines within a block that have a label of their own, such as the page number in the last line of a block of text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LabelledLines>,
    /// The model that labelled the page; none if rules did.
    #[serde(default)]
    pub model_used: Model,
    /// Cost of labelling, USD.
    #[serde(default)]
    pub processing_cost: ProcessingCost,
    /// When the page was labelled.
    #[serde(default)]
    pub timestamp: Timestamp,
    /// Number of blocks.
    pub total_blocks: u32,
    /// Mean confidence of the labels, 0..=1; 1 on a page without blocks.
    #[garde(range(min = 0.0, max = 1.0))]
    pub avg_classification_confidence: f64,
}

/// The label of a block.
#[page]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelledBlock {
    /// The block's number in `ocr`.
    pub block_num: u32,
    /// Its label.
    pub classification: Classification,
    /// Confidence in the label, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub classification_confidence: f64,
}

/// The label of some lines of a block; the block's own label is that of its other lines.
#[page]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelledLines {
    /// The block's number in `ocr`.
    pub block_num: u32,
    /// The lines.
    pub lines: LineRange,
    /// Their label.
    pub classification: Classification,
    /// Confidence in the label, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub classification_confidence: f64,
}

fn unique_blocks<C>(blocks: &[LabelledBlock], _: &C) -> garde::Result {
    let mut seen = HashSet::new();
    match blocks.iter().find(|block| !seen.insert(block.block_num)) {
        Some(twice) => Err(garde::Error::new(format!("block {} is labelled twice", twice.block_num))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use garde::Validate;
    use serde_json::{Value, json};

    /// A page as the original Python tool wrote it.
    fn page() -> Value {
        json!({
            "page_number": 7,
            "printed_page_number": "ix", "numbering_style": "roman", "page_number_location": "footer",
            "page_number_confidence": 0.95,
            "page_region": "front_matter", "page_region_confidence": 0.9,
            "blocks": [
                { "block_num": 0, "classification": "TABLE_OF_CONTENTS", "classification_confidence": 0.97 },
                { "block_num": 1, "classification": "OCR_ARTIFACT", "classification_confidence": 0.5 }
            ],
            "model_used": "some/model", "processing_cost": 0.001, "timestamp": "2025-10-02T11:22:33",
            "total_blocks": 2, "avg_classification_confidence": 0.735
        })
    }

    fn check(value: Value) -> Result<LabelsPage, String> {
        let page: LabelsPage = serde_json::from_value(value).map_err(|error| error.to_string())?;
        page.validate().map_err(|report| report.to_string().trim().to_owned())?;
        Ok(page)
    }

    #[test]
    fn reads_and_writes_pages_of_the_original_tool() {
        let read = check(page()).unwrap();
        assert_eq!(read.blocks[1].classification, Classification::OcrArtifact);
        assert_eq!(read.page_number_location, Some(PageNumberLocation::Footer));
        assert_eq!(serde_json::to_value(&read).unwrap(), page());
    }

    #[test]
    fn page_number_may_be_null_or_none() {
        let mut without = page();
        for (field, value) in
            [("printed_page_number", Value::Null), ("numbering_style", json!("none")), ("page_region", Value::Null)]
        {
            without[field] = value;
        }
        assert_eq!(check(without).unwrap().numbering_style, Some(NumberingStyle::None));
    }

    #[test]
    fn duplicate_labels_and_confidences_above_one_are_rejected() {
        let mut twice = page();
        twice["blocks"][1]["block_num"] = json!(0);
        assert_eq!(check(twice).unwrap_err(), "blocks: block 0 is labelled twice");
        let mut sure = page();
        sure["page_number_confidence"] = json!(95);
        assert!(check(sure).unwrap_err().starts_with("page_number_confidence: "));
    }
}
