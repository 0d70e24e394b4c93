use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::write::{ScanRequest, SpreadHalf};
use crate::existing_text::{ScanSize, ScanText, TextFile, TextFormat, TextWord, read_text, scan_text, write_text};
use crate::formats::opened_page::OpenedPage;
use crate::formats::pdf::{TextLayer, read_text_layer};
use crate::resolution::stated_or_estimated;
use crate::scan_region::ScanRegion;
use shelf_runtime::book::{ExistingTextMetadata, Half};
use shelf_runtime::failure::Failure;

/// What a worker process is to do about the text that comes with a scan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TextRequest {
    /// The folder of the book.
    pub(crate) book: PathBuf,
    /// The file with the text, if it is beside the scan; else the text layer of a PDF is read.
    pub(crate) beside: Option<TextFile>,
}

impl TextRequest {
    /// Writes the text of a page that was opened and not split or rotated yet; `None` if it has none.
    pub(super) fn write(
        &self,
        request: &ScanRequest,
        page: &mut OpenedPage,
    ) -> Result<Option<ExistingTextMetadata>, Failure> {
        let Some(text) = self.read(request, page)? else { return Ok(None) };
        let size = (page.raster.width, page.raster.height);
        let text = match request.half {
            Some(half) => half.text_of(text, size),
            None => text,
        };
        let text = match request.rotation {
            Some(rotation) => text.rotated(rotation, size),
            None => text,
        };
        if text.blocks.is_empty() {
            return Ok(None);
        }
        write_text(&self.book, request.number, &text).map(Some)
    }

    fn read(&self, request: &ScanRequest, page: &mut OpenedPage) -> Result<Option<ScanText>, Failure> {
        let (width, height) = (page.raster.width, page.raster.height);
        let size = |dpi| ScanSize { width, height, dpi };
        if let Some(file) = &self.beside {
            let dpi = stated_or_estimated(page.stated_dpi, &page.raster).dpi;
            return read_text(file, request.from.page, size(dpi));
        }
        let Some(frame) = page.text_frame else { return Ok(None) };
        match read_text_layer(&request.from)? {
            TextLayer::NotInstalled(program) => {
                page.warnings.push(format!("its text layer is not kept: `{program}` is not installed (poppler-utils)"));
                Ok(None)
            }
            TextLayer::Words(words) => {
                let name = request.from.file.file_name().unwrap_or_default().to_string_lossy();
                let text = scan_text(words, frame, size(1.0), TextFormat::Pdf, &name);
                text.map_err(|problem| Failure::new(format!("cannot read the text layer: {problem}")))
            }
        }
    }
}

impl SpreadHalf {
    /// The text of this half of a spread, in px of the half.
    fn text_of(self, text: ScanText, (width, height): (u32, u32)) -> ScanText {
        let (first, end) = match self.side {
            Half::Left => (0, self.gutter.top.max(self.gutter.bottom)),
            Half::Right => (self.gutter.top.min(self.gutter.bottom), width),
        };
        text.map_words(&|word| {
            let ScanRegion { x, y, width, height: word_height } = word.bbox;
            let is_left = x + width / 2 < self.gutter.column((y + word_height / 2).min(height - 1), height);
            let (left, right) = (x.max(first), (x + width).min(end));
            let is_here = is_left == (self.side == Half::Left) && left < right;
            let bbox = ScanRegion { x: left.saturating_sub(first), width: right.saturating_sub(left), ..word.bbox };
            is_here.then_some(TextWord { bbox, ..word })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::existing_text::{TextBlock, TextLine, TextParagraph};
    use crate::spread::Gutter;

    #[test]
    fn every_word_of_a_spread_goes_to_one_half() {
        let word = |text: &str, x, y| TextWord {
            text: text.to_owned(),
            bbox: ScanRegion { x, y, width: 20, height: 10 },
            confidence: None,
        };
        let lines = vec![TextLine { words: vec![word("left", 10, 0), word("low", 95, 90), word("right", 110, 0)] }];
        let blocks = vec![TextBlock { paragraphs: vec![TextParagraph { lines }] }];
        let text = ScanText { format: TextFormat::Hocr, file: "s.hocr".to_owned(), blocks };
        let half = |side| {
            let half = SpreadHalf { gutter: Gutter { top: 100, bottom: 110 }, side }.text_of(text.clone(), (200, 100));
            half.words().map(|word| (word.text.clone(), word.bbox.x, word.bbox.width)).collect::<Vec<_>>()
        };
        assert_eq!(half(Half::Left), [("left".to_owned(), 10, 20), ("low".to_owned(), 95, 15)]);
        assert_eq!(half(Half::Right), [("right".to_owned(), 10, 20)]);
    }
}
