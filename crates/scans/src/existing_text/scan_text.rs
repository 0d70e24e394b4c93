use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::rotation::Rotation;
use crate::scan_region::ScanRegion;

/// The text that came with a scan: `existing_text/page_0007.json`. Boxes are in px of the scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScanText {
    /// The format in which it came.
    pub format: TextFormat,
    /// The name of the file that it was in.
    pub file: String,
    /// Its blocks in reading order, none of them empty.
    pub blocks: Vec<TextBlock>,
}

/// A format in which text comes with scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextFormat {
    /// The text layer of a PDF.
    Pdf,
    /// hOCR.
    Hocr,
    /// ALTO.
    Alto,
    /// PAGE XML.
    Page,
}

/// A block of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextBlock {
    /// Its paragraphs, at least one.
    pub paragraphs: Vec<TextParagraph>,
}

/// A paragraph of text; a block, where the format knows no paragraphs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextParagraph {
    /// Its lines, at least one.
    pub lines: Vec<TextLine>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextLine {
    /// Its words, at least one.
    pub words: Vec<TextWord>,
}

/// A word with adjacent punctuation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextWord {
    /// The word; a hyphen at the end of its line is `-`.
    pub text: String,
    /// Its bounding box.
    pub bbox: ScanRegion,
    /// The confidence that the file states, 0..=1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
}

impl Display for TextFormat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pdf => "PDF text layer",
            Self::Hocr => "hOCR",
            Self::Alto => "ALTO",
            Self::Page => "PAGE",
        })
    }
}

impl ScanText {
    /// Its words in reading order.
    pub fn words(&self) -> impl Iterator<Item = &TextWord> {
        let paragraphs = self.blocks.iter().flat_map(|block| &block.paragraphs);
        paragraphs.flat_map(|paragraph| &paragraph.lines).flat_map(|line| &line.words)
    }

    /// The text after every word was changed or left out.
    pub(crate) fn map_words(mut self, change: &dyn Fn(TextWord) -> Option<TextWord>) -> Self {
        for block in &mut self.blocks {
            for paragraph in &mut block.paragraphs {
                for line in &mut paragraph.lines {
                    line.words = std::mem::take(&mut line.words).into_iter().filter_map(change).collect();
                }
                paragraph.lines.retain(|line| !line.words.is_empty());
            }
            block.paragraphs.retain(|paragraph| !paragraph.lines.is_empty());
        }
        self.blocks.retain(|block| !block.paragraphs.is_empty());
        self
    }

    /// The text of the scan after it was rotated; `width` and `height` are those before.
    pub(crate) fn rotated(self, rotation: Rotation, (width, height): (u32, u32)) -> Self {
        let turn = |bbox: ScanRegion| {
            let to_right = width.saturating_sub(bbox.x + bbox.width);
            let to_bottom = height.saturating_sub(bbox.y + bbox.height);
            match rotation {
                Rotation::Quarter => ScanRegion { x: to_bottom, y: bbox.x, width: bbox.height, height: bbox.width },
                Rotation::Half => ScanRegion { x: to_right, y: to_bottom, ..bbox },
                Rotation::ThreeQuarters => {
                    ScanRegion { x: bbox.y, y: to_right, width: bbox.height, height: bbox.width }
                }
            }
        };
        self.map_words(&|word| Some(TextWord { bbox: turn(word.bbox), ..word }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &[[u32; 4]]) -> ScanText {
        let words = words.iter().map(|[x, y, width, height]| TextWord {
            text: "word".to_owned(),
            bbox: ScanRegion { x: *x, y: *y, width: *width, height: *height },
            confidence: None,
        });
        let lines = vec![TextLine { words: words.collect() }];
        let blocks = vec![TextBlock { paragraphs: vec![TextParagraph { lines }] }];
        ScanText { format: TextFormat::Alto, file: "page.xml".to_owned(), blocks }
    }

    #[test]
    fn boxes_turn_with_the_scan_and_come_back() {
        let (size, upright) = ((100, 200), text(&[[10, 20, 30, 5]]));
        let quarter = upright.clone().rotated(Rotation::Quarter, size);
        assert_eq!(quarter, text(&[[175, 10, 5, 30]]));
        assert_eq!(quarter.rotated(Rotation::ThreeQuarters, (200, 100)), upright);
        assert_eq!(upright.clone().rotated(Rotation::Half, size), text(&[[60, 175, 30, 5]]));
    }

    #[test]
    fn what_is_left_without_words_is_left_out() {
        let text = text(&[[10, 20, 30, 5], [50, 20, 30, 5]]);
        assert_eq!(text.clone().map_words(&|word| (word.bbox.x > 20).then_some(word)).words().count(), 1);
        assert_eq!(text.map_words(&|_| None).blocks, []);
    }
}
