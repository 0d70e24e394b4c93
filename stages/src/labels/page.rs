use std::collections::HashSet;

use shelf::prelude::*;

use super::Classification;
use crate::pagination::{NumberingStyle, PageNumberLocation, PageRegion};

/// What the blocks of a page are, and the page's printed number: `labels/page_NNNN.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct LabelsPage {
    /// The scan's number, not the printed one.
    #[garde(range(min = 1))]
    pub page_number: u32,
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
    #[garde(skip)]
    pub page_region: Option<PageRegion>,
    /// How sure the part is, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub page_region_confidence: f64,
    /// What each block is: one entry a block of `ocr`, in their order.
    #[garde(dive, custom(each_block_once))]
    pub blocks: Vec<LabelledBlock>,
    /// The model that labelled the page; none where rules did.
    #[serde(default)]
    #[garde(skip)]
    pub model_used: Model,
    /// What labelling cost, USD.
    #[serde(default)]
    #[garde(skip)]
    pub processing_cost: ProcessingCost,
    /// When the page was labelled.
    #[serde(default)]
    #[garde(skip)]
    pub timestamp: Timestamp,
    /// How many blocks there are.
    #[garde(skip)]
    pub total_blocks: u32,
    /// Mean confidence of the blocks, 0..=1; 1 on a page without blocks, where nothing can be wrong.
    #[garde(range(min = 0.0, max = 1.0))]
    pub avg_classification_confidence: f64,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct LabelledBlock {
    /// The block's number in the page of `ocr`.
    #[garde(skip)]
    pub block_num: u32,
    /// What it is.
    #[garde(skip)]
    pub classification: Classification,
    /// How sure that is, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub classification_confidence: f64,
}

fn each_block_once<C>(blocks: &[LabelledBlock], _: &C) -> garde::Result {
    let mut seen = HashSet::new();
    match blocks.iter().find(|block| !seen.insert(block.block_num)) {
        Some(twice) => Err(garde::Error::new(format!("block {} is labelled twice", twice.block_num))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A page as the original tool wrote it.
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
    fn a_page_of_the_original_tool_is_read_and_written_again() {
        let read = check(page()).unwrap();
        assert_eq!(read.blocks[1].classification, Classification::OcrArtifact);
        assert_eq!(read.page_number_location, Some(PageNumberLocation::Footer));
        assert_eq!(serde_json::to_value(&read).unwrap(), page());
    }

    #[test]
    fn a_page_without_a_number_has_null_or_none() {
        let mut without = page();
        for (field, value) in
            [("printed_page_number", Value::Null), ("numbering_style", json!("none")), ("page_region", Value::Null)]
        {
            without[field] = value;
        }
        assert_eq!(check(without).unwrap().numbering_style, Some(NumberingStyle::None));
    }

    #[test]
    fn a_block_has_one_label_and_confidences_are_shares() {
        let mut twice = page();
        twice["blocks"][1]["block_num"] = json!(0);
        assert_eq!(check(twice).unwrap_err(), "blocks: block 0 is labelled twice");
        let mut sure = page();
        sure["page_number_confidence"] = json!(95);
        assert!(check(sure).unwrap_err().starts_with("page_number_confidence: "));
    }
}
