use shelf_runtime::stage::ParagraphId;

use super::{CorrectedPage, MergedBlock, MergedPage, OcrPage, TextRole};

/// A paragraph's text and where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextParagraph<'p> {
    /// The numbers of its block and of itself.
    pub id: ParagraphId,
    /// Its text, with the line breaks as printed.
    pub text: &'p str,
}

/// A page with text of its own. (A [`CorrectedPage`] has only the paragraphs that differ from OCR: see [`CorrectedPage::reading_order`].)
pub trait PageText {
    /// All paragraphs in reading order, running heads and page numbers included; noise that was recognised as text, if known, is not.
    fn reading_order(&self) -> Vec<TextParagraph<'_>>;

    /// The text of the page: its paragraphs in reading order, separated by line breaks; empty for a page without text.
    fn text(&self) -> String {
        joined(&self.reading_order())
    }
}

impl PageText for OcrPage {
    fn reading_order(&self) -> Vec<TextParagraph<'_>> {
        let blocks = self.blocks.iter().map(|block| (block.block_num, &block.paragraphs));
        let paragraphs = blocks.flat_map(|(block, paragraphs)| paragraphs.iter().map(move |found| (block, found)));
        paragraphs.map(|(block, found)| paragraph(block, found.par_num, &found.text)).collect()
    }
}

impl PageText for MergedPage {
    fn reading_order(&self) -> Vec<TextParagraph<'_>> {
        let is_text = |block: &&MergedBlock| block.classification.role() != TextRole::Noise;
        let blocks = self.blocks.iter().filter(is_text).map(|block| (block.block_num, &block.paragraphs));
        let paragraphs = blocks.flat_map(|(block, paragraphs)| paragraphs.iter().map(move |found| (block, found)));
        paragraphs.map(|(block, found)| paragraph(block, found.par_num, &found.text)).collect()
    }
}

impl CorrectedPage {
    /// All paragraphs of the page in reading order: the corrected text, or that of `ocr` where nothing was corrected.
    #[must_use]
    pub fn reading_order<'p>(&'p self, ocr: &'p OcrPage) -> Vec<TextParagraph<'p>> {
        let read = ocr.reading_order().into_iter();
        let corrected = |id| self.paragraph(id).and_then(|corrected| corrected.text.as_deref());
        read.map(|read| TextParagraph { text: corrected(read.id).unwrap_or(read.text), ..read }).collect()
    }

    /// The corrected text of the page: its paragraphs in reading order, separated by line breaks.
    #[must_use]
    pub fn text(&self, ocr: &OcrPage) -> String {
        joined(&self.reading_order(ocr))
    }
}

fn paragraph(block: u32, paragraph: u32, text: &str) -> TextParagraph<'_> {
    TextParagraph { id: ParagraphId { block, paragraph }, text }
}

fn joined(paragraphs: &[TextParagraph]) -> String {
    paragraphs.iter().map(|paragraph| paragraph.text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A page of two blocks, the first with two paragraphs.
    fn page() -> OcrPage {
        let paragraph = |par_num: u32, text: &str| json!({ "par_num": par_num, "bbox": [0, 0, 9, 9], "text": text, "avg_confidence": 0.9 });
        serde_json::from_value(json!({
            "page_number": 7, "page_dimensions": { "width": 100, "height": 100 }, "blocks": [
                { "block_num": 2, "bbox": [0, 0, 9, 9], "paragraphs": [paragraph(0, "One cam-\npaign."), paragraph(1, "Tvvo.")] },
                { "block_num": 3, "bbox": [0, 0, 9, 9], "paragraphs": [paragraph(0, "Three.")] },
            ]
        }))
        .unwrap()
    }

    #[test]
    fn paragraphs_keep_their_order_and_line_breaks() {
        assert_eq!(page().text(), "One cam-\npaign.\nTvvo.\nThree.");
        assert_eq!(page().reading_order()[1].id, ParagraphId { block: 2, paragraph: 1 });
        assert_eq!(OcrPage { blocks: Vec::new(), ..page() }.text(), "");
    }

    #[test]
    fn noise_is_not_part_of_the_text() {
        let block = |block_num: u32, label: &str, text: &str| {
            json!({
                "block_num": block_num, "classification": label, "classification_confidence": 0.9, "bbox": [0, 0, 9, 9],
                "paragraphs": [{ "par_num": 1, "text": text, "bbox": [0, 0, 9, 9], "original_confidence": 0.9,
                    "correction_applied": false, "correction_confidence": 1.0, "correction_notes": null }]
            })
        };
        let page: MergedPage = serde_json::from_value(json!({
            "page_number": 7, "page_dimensions": { "width": 100, "height": 100 }, "printed_page_number": null,
            "numbering_style": null, "page_number_location": null, "page_number_confidence": 0.9,
            "blocks": [block(1, "HEADER", "A HEAD"), block(2, "OCR_ARTIFACT", "~;"), block(3, "BODY", "Text.")],
            "continuation": { "continues_from_previous": false, "continues_to_next": false },
            "metadata": { "total_blocks": 3, "total_corrections_applied": 0 },
        }))
        .unwrap();
        assert_eq!(page.text(), "A HEAD\nText.");
    }

    #[test]
    fn uncorrected_paragraphs_keep_the_text_of_ocr() {
        let corrected: CorrectedPage = serde_json::from_value(json!({
            "page_number": 7, "total_blocks": 2, "total_corrections": 1, "avg_confidence": 1.0, "blocks": [
                { "block_num": 2, "paragraphs": [
                    { "par_num": 0, "text": null, "confidence": 1.0 }, { "par_num": 1, "text": "Two.", "confidence": 0.9 }] },
                { "block_num": 3, "paragraphs": [{ "par_num": 0, "confidence": 1.0 }] },
            ]
        }))
        .unwrap();
        assert_eq!(corrected.text(&page()), "One cam-\npaign.\nTwo.\nThree.");
    }
}
