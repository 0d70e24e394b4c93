use std::borrow::Cow;
use std::collections::HashSet;

use shelf_runtime::page;
use shelf_runtime::page::Timestamp;
use shelf_runtime::stage::{ParagraphId, Paragraphs};

use super::{Bbox, Orientation};

/// The text that OCR read on a page, with its layout: `ocr/page_NNNN.json`.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct OcrPage {
    /// The number of the scan, not the printed page number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// Size of the scan in `source/`, at whatever resolution it was recognised.
    pub page_dimensions: PageDimensions,
    /// How the text lies on the scan; absent where the scan is upright and its lines are horizontal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orientation: Option<Orientation>,
    /// Expected character error rate, 0..=1, from the confidence of the words and from ink that looks like text and was not read; absent on a page
    /// without text, and on pages that were read before it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(inner(range(min = 0.0, max = 1.0)))]
    pub expected_cer: Option<f64>,
    /// When OCR ran on the page.
    #[serde(default)]
    pub ocr_timestamp: Timestamp,
    /// Where the text comes from, if it came with the scan; absent on pages that were recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_source: Option<TextSource>,
    /// The blocks of text in reading order; none on a blank page.
    #[garde(custom(unique("block_num", |block: &Block| block.block_num)))]
    pub blocks: Vec<Block>,
    /// The figures cut out of the scan.
    #[serde(default)]
    #[garde(custom(unique("image_id", |figure: &Figure| figure.image_id)))]
    pub images: Vec<Figure>,
}

/// The file that the text of a page was taken from, instead of recognising it.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSource {
    /// Its format, such as `hOCR`.
    #[garde(length(min = 1))]
    pub format: String,
    /// Its name.
    pub file: String,
    /// Whether it states how certain its words are; if not, their confidence is an assumption.
    pub states_confidence: bool,
}

/// Size of a scan.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageDimensions {
    /// Width, px.
    #[garde(range(min = 1))]
    pub width: u32,
    /// Height, px.
    #[garde(range(min = 1))]
    pub height: u32,
}

/// A block of text, such as a column, a heading or a footnote.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its number on the page.
    pub block_num: u32,
    /// Its bounding box.
    pub bbox: Bbox,
    /// Its paragraphs, at least one.
    #[garde(length(min = 1))]
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph: the unit of correction.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// Its number in the block.
    pub par_num: u32,
    /// Its bounding box.
    pub bbox: Bbox,
    /// Its text, with the line breaks as printed, so that hyphenation at a line end can be told from a hyphen within a word.
    #[garde(length(min = 1))]
    pub text: String,
    /// Mean confidence of its words, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub avg_confidence: f64,
    /// Its lines; absent in pages written by the original Python tool.
    #[serde(default)]
    pub lines: Vec<Line>,
}

/// A line of text as printed.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its bounding box.
    pub bbox: Bbox,
    /// Its words, at least one.
    #[garde(length(min = 1))]
    pub words: Vec<Word>,
}

impl Line {
    /// Its words, separated by spaces.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// A word as printed, with adjacent punctuation.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The word as recognised.
    #[garde(length(min = 1))]
    pub text: String,
    /// Its bounding box.
    pub bbox: Bbox,
    /// Confidence of the recognition, 0..=1, as the recogniser states it.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
    /// How probable it is that the word is right, 0..=1: its confidence, calibrated on pages with known text for the resolution of the scan. Absent where
    /// the text came with the scan, and on pages that were read before it was calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(inner(range(min = 0.0, max = 1.0)))]
    pub probability: Option<f64>,
    /// Other readings of a word that is in doubt, most probable first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<AlternativeReading>,
}

impl Word {
    /// A word without a calibrated probability and without other readings.
    #[must_use]
    pub fn new(text: String, bbox: Bbox, confidence: f64) -> Self {
        Self { text, bbox, confidence, probability: None, alternatives: Vec::new() }
    }
}

/// What else a word may be, by its letters alone: the recogniser chose another reading for its dictionary, or by a small difference.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct AlternativeReading {
    /// The word; several if a space may have been missed.
    #[garde(length(min = 1))]
    pub text: String,
    /// Its probability to the recogniser, 0..=1; not calibrated.
    #[garde(range(min = 0.0, max = 1.0))]
    pub probability: f64,
}

/// A figure cut out of the scan.
#[page]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its number on the page, from 1.
    #[garde(range(min = 1))]
    pub image_id: u32,
    /// Its bounding box.
    pub bbox: Bbox,
    /// File name in the book's folder `images/`.
    #[garde(length(min = 1))]
    pub image_file: String,
}

impl OcrPage {
    /// Size of the upright page.
    #[must_use]
    pub fn upright_dimensions(&self) -> PageDimensions {
        self.orientation.unwrap_or_default().upright_size(self.page_dimensions)
    }

    /// Maps a box of the page, which is in px of the scan, to the upright page.
    #[must_use]
    pub fn to_upright(&self, bbox: Bbox) -> Bbox {
        self.orientation.unwrap_or_default().to_upright(bbox, self.page_dimensions)
    }

    /// The page with all boxes in px of the upright page, as those who judge layout see it.
    #[must_use]
    pub fn upright(&self) -> Cow<'_, Self> {
        let Some(orientation) = self.orientation.filter(|orientation| !orientation.is_upright()) else {
            return Cow::Borrowed(self);
        };
        let scan = self.page_dimensions;
        let turn = |bbox: &mut Bbox| *bbox = orientation.to_upright(*bbox, scan);
        let mut page = Self { page_dimensions: orientation.upright_size(scan), orientation: None, ..self.clone() };
        page.images.iter_mut().for_each(|figure| turn(&mut figure.bbox));
        for block in &mut page.blocks {
            turn(&mut block.bbox);
            for paragraph in &mut block.paragraphs {
                turn(&mut paragraph.bbox);
                for line in &mut paragraph.lines {
                    turn(&mut line.bbox);
                    line.words.iter_mut().for_each(|word| turn(&mut word.bbox));
                }
            }
        }
        Cow::Owned(page)
    }

    /// All words in reading order; none on a page written by the original Python tool, which has only paragraphs.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.blocks
            .iter()
            .flat_map(|block| &block.paragraphs)
            .flat_map(|paragraph| &paragraph.lines)
            .flat_map(|line| &line.words)
    }
}

impl Paragraphs for OcrPage {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        let of_block = |block: &Block| {
            let id = |paragraph: &Paragraph| ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
            block.paragraphs.iter().map(id).collect::<Vec<_>>()
        };
        self.blocks.iter().flat_map(of_block).collect()
    }
}

/// Checks that no two items have the same number.
fn unique<T, C>(field: &'static str, number: fn(&T) -> u32) -> impl Fn(&Vec<T>, &C) -> garde::Result {
    move |items, _| {
        let mut seen = HashSet::new();
        match items.iter().map(number).find(|number| !seen.insert(*number)) {
            Some(twice) => Err(garde::Error::new(format!("{field} {twice} occurs twice"))),
            None => Ok(()),
        }
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
            "page_dimensions": { "width": 1375, "height": 2292 },
            "ocr_timestamp": "2025-10-02T11:22:33.123456",
            "blocks": [{
                "block_num": 0,
                "bbox": [508, 660, 416, 37],
                "paragraphs": [{
                    "par_num": 0, "bbox": [508, 660, 416, 37], "text": "CHAPTER I.", "avg_confidence": 0.958, "source": "tesseract"
                }]
            }],
            "images": [{ "image_id": 1, "bbox": [10, 20, 300, 400], "image_file": "page_0007_img_001.png" }],
            "schema": 2
        })
    }

    /// The page with a further field.
    fn with_field(name: &str, value: Value) -> Value {
        let mut page = page();
        page[name] = value;
        page
    }

    fn check(value: Value) -> Result<OcrPage, String> {
        let page: OcrPage = serde_json::from_value(value).map_err(|error| error.to_string())?;
        page.validate().map_err(|report| report.to_string().trim().to_owned())?;
        Ok(page)
    }

    /// The page with `value` at the JSON pointer.
    fn with(pointer: &str, value: Value) -> Value {
        let mut page = page();
        *page.pointer_mut(pointer).expect("the pointer is right") = value;
        page
    }

    #[test]
    fn reads_pages_of_the_original_tool() {
        let page = check(page()).unwrap();
        assert_eq!(page.blocks[0].bbox, Bbox { x: 508, y: 660, width: 416, height: 37 });
        assert_eq!(page.ocr_timestamp.0.as_deref(), Some("2025-10-02T11:22:33.123456"));
        assert_eq!(page.words().count(), 0);
    }

    #[test]
    fn written_page_is_read_back_unchanged() {
        let page = check(page()).unwrap();
        let written = serde_json::to_value(&page).unwrap();
        assert_eq!(written["images"][0]["bbox"], json!({ "x": 10, "y": 20, "width": 300, "height": 400 }));
        assert_eq!(check(written).unwrap(), page);
    }

    #[test]
    fn boxes_of_a_page_on_its_side_are_mapped_to_the_upright_page() {
        let mut sideways = page();
        assert_eq!(check(sideways.clone()).unwrap().to_upright(Bbox { x: 1, y: 2, width: 3, height: 4 }).x, 1);
        sideways["orientation"] = json!({ "rotation_degrees": 270 });
        let sideways = check(sideways).unwrap();
        assert_eq!(sideways.upright_dimensions(), PageDimensions { width: 2292, height: 1375 });
        assert_eq!(sideways.to_upright(sideways.blocks[0].bbox), Bbox { x: 660, y: 451, width: 37, height: 416 });
        let upright = sideways.upright();
        assert_eq!((upright.page_dimensions.width, upright.orientation), (2292, None));
        assert_eq!(upright.blocks[0].paragraphs[0].bbox, sideways.to_upright(sideways.blocks[0].paragraphs[0].bbox));
        assert_eq!(upright.upright(), upright);
    }

    #[test]
    fn every_range_is_validated() {
        let word = |text: &str, confidence: f64| json!([{ "bbox": [0, 0, 9, 9], "words": [{ "text": text, "bbox": [0, 0, 9, 9], "confidence": confidence }] }]);
        let mut lines = page();
        lines["blocks"][0]["paragraphs"][0]["lines"] = word("I.", 0.9);
        assert!(check(lines.clone()).is_ok());
        let with_lines = |value: Value| {
            let mut page = lines.clone();
            page["blocks"][0]["paragraphs"][0]["lines"] = value;
            page
        };
        for (wrong, path) in [
            (with("/page_number", json!(0)), "page_number"),
            (with("/page_dimensions/width", json!(0)), "page_dimensions.width"),
            (with("/page_dimensions/height", json!(0)), "page_dimensions.height"),
            (with("/blocks/0/paragraphs", json!([])), "blocks[0].paragraphs"),
            (with("/blocks/0/paragraphs/0/text", json!("")), "blocks[0].paragraphs[0].text"),
            (with("/blocks/0/paragraphs/0/avg_confidence", json!(1.01)), "blocks[0].paragraphs[0].avg_confidence"),
            (with("/blocks/0/paragraphs/0/avg_confidence", json!(-0.01)), "blocks[0].paragraphs[0].avg_confidence"),
            (with_field("expected_cer", json!(1.5)), "expected_cer"),
            (with("/images/0/image_id", json!(0)), "images[0].image_id"),
            (with("/images/0/image_file", json!("")), "images[0].image_file"),
            (with_lines(json!([{ "bbox": [0, 0, 9, 9], "words": [] }])), "blocks[0].paragraphs[0].lines[0].words"),
            (with_lines(word("", 0.9)), "blocks[0].paragraphs[0].lines[0].words[0].text"),
            (with_lines(word("I.", 96.0)), "blocks[0].paragraphs[0].lines[0].words[0].confidence"),
        ] {
            let problem = check(wrong).unwrap_err();
            assert!(problem.starts_with(&format!("{path}: ")), "{path}: {problem}");
        }
    }

    #[test]
    fn duplicate_numbers_are_rejected() {
        let mut twice = page();
        let block = twice["blocks"][0].clone();
        twice["blocks"].as_array_mut().unwrap().push(block);
        assert!(check(twice).unwrap_err().contains("block_num 0 occurs twice"));
        let mut twice = page();
        let figure = twice["images"][0].clone();
        twice["images"].as_array_mut().unwrap().push(figure);
        assert!(check(twice).unwrap_err().contains("image_id 1 occurs twice"));
    }
}
