//! Finds the lines of text on a scan: work that keeps a core busy.

use clap::Args;
use shelf::prelude::*;
use shelf::stage::{ParagraphId, Paragraphs};

/// The lines of text of one page.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct LinesPage {
    /// The scan's number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// The lines, top to bottom.
    pub lines: Vec<Line>,
}

/// A line of text.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its upper edge, px from the top of the scan.
    pub top: u32,
    /// Its height, px.
    #[garde(range(min = 1))]
    pub height: u32,
}

/// What `text_lines` measures on a page.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct LinesMetrics {
    /// Lines on the page.
    #[report(flag(below = 3))]
    pub lines: usize,
    /// Share of the page that is dark, 0..=1.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 3, flag(above = 0.5))]
    pub ink: f64,
    /// Width of the scan.
    #[metrics(unit = "px")]
    #[report(skip)]
    pub width: u32,
}

/// The command-line options of `text_lines`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct LinesOptions {
    /// Grey level below which a pixel is ink: 1 (almost nothing) to 255 (almost everything)
    #[arg(long, value_name = "GREY", default_value_t = 128, value_parser = clap::value_parser!(u8).range(1..))]
    pub dark: u8,
}

/// Finds the lines of text on every scan.
#[stage(name = "text_lines", parallelism = cpu, isolated, timeout = "60s", options = LinesOptions)]
pub fn text_lines(page: PageNumber, image: PageImage, options: &LinesOptions) -> Result<(LinesPage, LinesMetrics)> {
    let grey = image::open(image.path())?.into_luma8();
    let is_ink = |pixel: &u8| *pixel < options.dark;
    let rows = grey.as_raw().chunks(grey.width() as usize).map(|row| row.iter().any(is_ink));
    let lines = lines_of(&rows.collect::<Vec<_>>());
    let ink = grey.iter().filter(|pixel| is_ink(pixel)).count() as f64 / grey.len() as f64;
    let metrics = LinesMetrics { lines: lines.len(), ink, width: grey.width() };
    Ok((LinesPage { page_number: page.get(), lines }, metrics))
}

/// A line is a run of rows with ink.
fn lines_of(rows: &[bool]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut top = 0;
    for run in rows.chunk_by(|row, next| row == next) {
        let height = run.len() as u32;
        if run[0] {
            lines.push(Line { top, height });
        }
        top += height;
    }
    lines
}

impl Line {
    /// A page has one block of lines, and a line is identified by its top.
    pub fn id(&self) -> ParagraphId {
        ParagraphId { block: 1, paragraph: self.top }
    }
}

impl Paragraphs for LinesPage {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        self.lines.iter().map(Line::id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf::testing::{TestBook, TestScan};

    #[test]
    fn finds_two_bars_as_two_lines() {
        let scan = TestScan::new(80, 50).bar(0, 10, 80, 4).bar(0, 30, 80, 6);
        let book = TestBook::of_pages(1).scans([scan]);
        book.run::<text_lines>();
        let found = book.page::<text_lines>(1);
        assert_eq!(found.lines, [Line { top: 10, height: 4 }, Line { top: 30, height: 6 }]);
        assert_eq!(book.report::<text_lines>(), "page_num,lines,ink\n1,2,0.200\n");
    }
}
