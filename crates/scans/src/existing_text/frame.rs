use super::builder::{Edges, ParsedBlock, ParsedText, ParsedWord};
use super::scan_text::{TextBlock, TextLine, TextParagraph, TextWord};
use crate::scan_region::ScanRegion;

/// Where a scan is on its page, in the units in which the words of the page are placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ScanSize {
    /// px
    pub(crate) width: u32,
    /// px
    pub(crate) height: u32,
    /// Dots per inch.
    pub(crate) dpi: f64,
}

/// The largest difference between the shapes of a scan and of the page that a file describes, as a ratio.
const MAX_SHAPE_DIFFERENCE: f64 = 0.05;
/// At least this fraction of the words must be on the scan.
const MIN_ON_SCAN_RATIO: f64 = 0.5;

impl Frame {
    /// The frame of a scan that shows just the page of this text.
    pub(super) fn whole(text: &ParsedText, scan: ScanSize) -> Result<Self, String> {
        let per_px = text.per_inch.map_or(1.0, |per_inch| per_inch / scan.dpi);
        let (own_width, own_height) = (f64::from(scan.width) * per_px, f64::from(scan.height) * per_px);
        let Some((width, height)) = text.size else {
            return Ok(Self { left: 0.0, top: 0.0, width: own_width, height: own_height });
        };
        if ((width * own_height) / (height * own_width) - 1.0).abs() > MAX_SHAPE_DIFFERENCE {
            return Err(format!(
                "it describes a page of {width} × {height}, and the scan has {} × {} px: the shapes differ",
                scan.width, scan.height
            ));
        }
        Ok(Self { left: 0.0, top: 0.0, width, height })
    }

    /// The blocks in px of the scan.
    pub(super) fn to_scan(self, blocks: Vec<ParsedBlock>, scan: ScanSize) -> Result<Vec<TextBlock>, String> {
        let words = || blocks.iter().flatten().flatten().flatten();
        let on_scan = words().filter(|word| self.contains(word.edges)).count();
        if (on_scan as f64) < words().count() as f64 * MIN_ON_SCAN_RATIO {
            return Err(format!(
                "{} of its {} words are outside of the scan",
                words().count() - on_scan,
                words().count()
            ));
        }
        let word = |word: ParsedWord| TextWord {
            bbox: self.region(word.edges, scan),
            confidence: word.confidence.map(|confidence| (confidence * 10_000.0).round() / 10_000.0),
            text: word.text,
        };
        let line = |words: Vec<ParsedWord>| TextLine { words: words.into_iter().map(word).collect() };
        let paragraph = |lines: Vec<Vec<ParsedWord>>| TextParagraph { lines: lines.into_iter().map(line).collect() };
        let block = |block: ParsedBlock| TextBlock { paragraphs: block.into_iter().map(paragraph).collect() };
        Ok(blocks.into_iter().map(block).collect())
    }

    /// Whether the middle of a box is in the frame.
    fn contains(self, edges: Edges) -> bool {
        let (x, y) =
            (f64::midpoint(edges.left, edges.right) - self.left, f64::midpoint(edges.top, edges.bottom) - self.top);
        (0.0..=self.width).contains(&x) && (0.0..=self.height).contains(&y)
    }

    /// A box on the scan: at least 1 × 1 px, and not beyond its edges.
    fn region(self, edges: Edges, scan: ScanSize) -> ScanRegion {
        let px = |at: f64, from: f64, span: f64, px: u32| {
            ((at - from) / span * f64::from(px)).round().clamp(0.0, f64::from(px)) as u32
        };
        let across = |x: f64| px(x, self.left, self.width, scan.width);
        let down = |y: f64| px(y, self.top, self.height, scan.height);
        let x = across(edges.left).min(scan.width - 1);
        let y = down(edges.top).min(scan.height - 1);
        ScanRegion { x, y, width: across(edges.right).max(x + 1) - x, height: down(edges.bottom).max(y + 1) - y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: ScanSize = ScanSize { width: 600, height: 900, dpi: 300.0 };

    fn text(size: Option<(f64, f64)>, per_inch: Option<f64>, edges: [f64; 4]) -> ParsedText {
        let [left, top, right, bottom] = edges;
        let word =
            ParsedWord { text: "a".to_owned(), edges: Edges { left, top, right, bottom }, confidence: Some(1.0 / 3.0) };
        ParsedText { size, per_inch, blocks: vec![vec![vec![vec![word]]]] }
    }

    fn placed(text: ParsedText) -> Result<ScanRegion, String> {
        let blocks = Frame::whole(&text, SCAN)?.to_scan(text.blocks, SCAN)?;
        Ok(blocks[0].paragraphs[0].lines[0].words[0].bbox)
    }

    const PLACE: ScanRegion = ScanRegion { x: 60, y: 90, width: 120, height: 30 };

    #[test]
    fn units_become_px_of_the_scan() {
        for (size, per_inch, edges) in [
            (None, None, [60.0, 90.0, 180.0, 120.0]),
            (Some((1200.0, 1800.0)), None, [120.0, 180.0, 360.0, 240.0]),
            (None, Some(1200.0), [240.0, 360.0, 720.0, 480.0]),
            (None, Some(254.0), [50.8, 76.2, 152.4, 101.6]),
            (Some((508.0, 762.0)), Some(254.0), [50.8, 76.2, 152.4, 101.6]),
        ] {
            assert_eq!(placed(text(size, per_inch, edges)), Ok(PLACE), "{size:?} {per_inch:?}");
        }
    }

    #[test]
    fn boxes_stay_on_the_scan() {
        let clipped = placed(text(None, None, [-50.0, 880.0, 60.0, 1000.0]));
        assert!(clipped.is_err(), "its middle is below the scan");
        let clipped = placed(text(None, None, [590.0, 895.0, 606.0, 903.0])).unwrap();
        assert_eq!(clipped, ScanRegion { x: 590, y: 895, width: 10, height: 5 });
        let empty = placed(text(None, None, [600.0, 900.0, 600.0, 900.0])).unwrap();
        assert_eq!(empty, ScanRegion { x: 599, y: 899, width: 1, height: 1 });
    }

    #[test]
    fn text_of_another_page_is_refused() {
        assert!(
            placed(text(Some((900.0, 600.0)), None, [1.0, 1.0, 2.0, 2.0])).unwrap_err().contains("the shapes differ")
        );
        assert!(placed(text(None, None, [5000.0, 1.0, 5010.0, 2.0])).unwrap_err().contains("outside of the scan"));
    }
}
