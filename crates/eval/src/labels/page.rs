use shelf_pages::{Bbox, Classification, LabelledBlock, MergedPage, OcrPage};

/// The labels of a page, with what is needed to compare them with ground truth.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelledPage {
    /// The page number as printed.
    pub printed_page_number: Option<String>,
    /// The blocks, in reading order.
    pub blocks: Vec<BlockWithText>,
}

/// A block with its label and text.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockWithText {
    /// Its label.
    pub classification: Classification,
    /// Its box, px.
    pub bbox: Bbox,
    /// Its text, paragraphs separated by spaces.
    pub text: String,
}

impl LabelledPage {
    /// Joins labels with the boxes and texts of the same page by OCR. Blocks without a label are [`Classification::Other`].
    #[must_use]
    pub fn join(printed_page_number: Option<&str>, labels: &[LabelledBlock], ocr: &OcrPage) -> Self {
        let label_of = |block_num: u32| labels.iter().find(|label| label.block_num == block_num);
        let blocks = ocr.blocks.iter().map(|block| BlockWithText {
            classification: label_of(block.block_num).map_or(Classification::Other, |label| label.classification),
            bbox: block.bbox,
            text: joined(block.paragraphs.iter().map(|paragraph| paragraph.text.as_str())),
        });
        Self { printed_page_number: printed_page_number.map(str::to_owned), blocks: blocks.collect() }
    }
}

impl From<&MergedPage> for LabelledPage {
    fn from(page: &MergedPage) -> Self {
        let blocks = page.blocks.iter().map(|block| BlockWithText {
            classification: block.classification,
            bbox: block.bbox,
            text: joined(block.paragraphs.iter().map(|paragraph| paragraph.text.as_str())),
        });
        Self { printed_page_number: page.printed_page_number.clone(), blocks: blocks.collect() }
    }
}

fn joined<'t>(paragraphs: impl Iterator<Item = &'t str>) -> String {
    paragraphs.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_are_joined_with_boxes_and_texts_of_ocr() {
        let labels: Vec<LabelledBlock> = serde_json::from_value(json!([
            { "block_num": 2, "classification": "HEADER", "classification_confidence": 0.9 }
        ]))
        .unwrap();
        let paragraph = |par_num: u32, text: &str| json!({ "par_num": par_num, "bbox": [0, 0, 5, 5], "text": text, "avg_confidence": 0.9 });
        let ocr: OcrPage = serde_json::from_value(json!({
            "page_number": 1, "page_dimensions": { "width": 9, "height": 9 }, "blocks": [
                { "block_num": 1, "bbox": [0, 0, 5, 5], "paragraphs": [paragraph(0, "dust")] },
                { "block_num": 2, "bbox": [1, 2, 3, 4], "paragraphs": [paragraph(0, "9"), paragraph(1, "HEAD")] },
            ]
        }))
        .unwrap();
        let page = LabelledPage::join(Some("9"), &labels, &ocr);
        assert_eq!(page.printed_page_number.as_deref(), Some("9"));
        let found: Vec<(Classification, &str)> =
            page.blocks.iter().map(|block| (block.classification, block.text.as_str())).collect();
        assert_eq!(found, [(Classification::Other, "dust"), (Classification::Header, "9 HEAD")]);
        assert_eq!(page.blocks[1].bbox, Bbox { x: 1, y: 2, width: 3, height: 4 });
    }
}
