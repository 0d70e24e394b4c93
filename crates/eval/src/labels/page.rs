use serde_json::Value;

use super::boxes::parse_box;
use crate::draw::Bbox;

/// What a stage says of a page: its number and its blocks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelledPage {
    /// The page's number as printed.
    pub printed_page_number: Option<String>,
    /// The blocks, in their order.
    pub blocks: Vec<Labelled>,
}

/// A block with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// What it is, as page files spell it.
    pub classification: String,
    /// Where it lies; none where the page does not say.
    pub bbox: Option<Bbox>,
    /// What stands in it.
    pub text: String,
}

impl LabelledPage {
    /// Takes what counts from a page of `merged`, or one that [`labelled`] has joined.
    #[must_use]
    pub fn of(page: &Value) -> Self {
        let text = |block: &Value| {
            let paragraphs = block["paragraphs"].as_array().into_iter().flatten();
            paragraphs.filter_map(|paragraph| paragraph["text"].as_str()).collect::<Vec<_>>().join(" ")
        };
        let block = |block: &Value| Labelled {
            classification: block["classification"].as_str().unwrap_or("OTHER").to_owned(),
            bbox: parse_box(&block["bbox"]),
            text: text(block),
        };
        Self {
            printed_page_number: page["printed_page_number"].as_str().map(str::to_owned),
            blocks: page["blocks"].as_array().into_iter().flatten().map(block).collect(),
        }
    }
}

/// A page of `labels` with the boxes and texts of the same page of `ocr`: enough of `merged` to be scored.
#[must_use]
pub fn labelled(labels: &Value, ocr: &Value) -> Value {
    let label_of = |number: &Value| {
        let mut labels = labels["blocks"].as_array().into_iter().flatten();
        labels.find(|label| label["block_num"] == *number).map(|label| label["classification"].clone())
    };
    let mut page = ocr.clone();
    page["printed_page_number"] = labels["printed_page_number"].clone();
    for block in page["blocks"].as_array_mut().into_iter().flatten() {
        if let Some(classification) = label_of(&block["block_num"]) {
            block["classification"] = classification;
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_get_the_boxes_and_texts_of_ocr() {
        let labels = json!({ "printed_page_number": "9", "blocks": [{ "block_num": 2, "classification": "HEADER" }] });
        let ocr = json!({ "blocks": [
            { "block_num": 1, "bbox": [0, 0, 5, 5], "paragraphs": [{ "text": "dust" }] },
            { "block_num": 2, "bbox": [1, 2, 3, 4], "paragraphs": [{ "text": "9" }, { "text": "HEAD" }] },
        ] });
        let page = LabelledPage::of(&labelled(&labels, &ocr));
        assert_eq!(page.printed_page_number.as_deref(), Some("9"));
        let found: Vec<(&str, &str)> =
            page.blocks.iter().map(|block| (block.classification.as_str(), block.text.as_str())).collect();
        assert_eq!(found, [("OTHER", "dust"), ("HEADER", "9 HEAD")]);
        assert_eq!(page.blocks[1].bbox, Some(Bbox { x: 1, y: 2, width: 3, height: 4 }));
    }
}
