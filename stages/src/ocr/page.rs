use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelf::stage::Timestamp;

use crate::bbox::Bbox;
use garde::Validate;

/// What was read on a page: `ocr/page_NNNN.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct OcrPage {
    /// The scan's number, not the printed one.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// Size of the scan as it lies in `source/`, whatever size was recognised.
    #[garde(dive)]
    pub page_dimensions: PageDimensions,
    /// When the page was read.
    #[serde(default)]
    #[garde(skip)]
    pub ocr_timestamp: Timestamp,
    /// The blocks of text in reading order; none on a blank page.
    #[garde(dive, custom(each_once("block_num", |block: &Block| block.block_num)))]
    pub blocks: Vec<Block>,
    /// The figures that were cut out of the scan.
    #[serde(default)]
    #[garde(dive, custom(each_once("image_id", |figure: &Figure| figure.image_id)))]
    pub images: Vec<Figure>,
}

/// Size of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct PageDimensions {
    /// Width, px.
    #[garde(range(min = 1))]
    pub width: u32,
    /// Height, px.
    #[garde(range(min = 1))]
    pub height: u32,
}

/// A block of text, such as a column, a heading or a footnote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Block {
    /// Its number in the page.
    #[garde(skip)]
    pub block_num: u32,
    /// Where it lies.
    #[garde(skip)]
    pub bbox: Bbox,
    /// Its paragraphs, at least one.
    #[garde(length(min = 1), dive)]
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph: the unit that is corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Paragraph {
    /// Its number in the block.
    #[garde(skip)]
    pub par_num: u32,
    /// Where it lies.
    #[garde(skip)]
    pub bbox: Bbox,
    /// Its lines joined by spaces; a hyphen at a line end stays, so that a split word reads `cam- paign`.
    #[garde(length(min = 1))]
    pub text: String,
    /// Mean confidence of its words, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub avg_confidence: f64,
    /// Its lines; missing in pages of the original tool.
    #[serde(default)]
    #[garde(dive)]
    pub lines: Vec<Line>,
}

/// A line of text as printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Line {
    /// Where it lies.
    #[garde(skip)]
    pub bbox: Bbox,
    /// Its words, at least one.
    #[garde(length(min = 1), dive)]
    pub words: Vec<Word>,
}

/// A word as printed, with what punctuation touches it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Word {
    /// The word as read.
    #[garde(length(min = 1))]
    pub text: String,
    /// Where it lies.
    #[garde(skip)]
    pub bbox: Bbox,
    /// How sure the reading is, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// A figure that was cut out of the scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Figure {
    /// Its number in the page, from 1.
    #[garde(range(min = 1))]
    pub image_id: u32,
    /// Where it lies.
    #[garde(skip)]
    pub bbox: Bbox,
    /// Name of the file in the book's `images/`.
    #[garde(length(min = 1))]
    pub image_file: String,
}

impl OcrPage {
    /// All words in reading order. A page of the original tool has none, only paragraphs.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.blocks
            .iter()
            .flat_map(|block| &block.paragraphs)
            .flat_map(|paragraph| &paragraph.lines)
            .flat_map(|line| &line.words)
    }
}

/// Checks that no two items have the same number.
fn each_once<T, C>(field: &'static str, number: fn(&T) -> u32) -> impl Fn(&Vec<T>, &C) -> garde::Result {
    move |items, _| {
        let mut seen = HashSet::new();
        match items.iter().map(number).find(|number| !seen.insert(*number)) {
            Some(twice) => Err(garde::Error::new(format!("{field} {twice} stands there twice"))),
            None => Ok(()),
        }
    }
}
