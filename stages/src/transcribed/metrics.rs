use shelf::prelude::*;

/// Metrics of `transcribed` for a page; none where no model was asked.
#[derive(Debug, Clone, Default, PartialEq, PageMetrics, Report)]
pub struct TranscribedMetrics {
    /// Lines that the model read.
    pub lines_transcribed: Option<u32>,
    /// Fraction of these lines that `ocr` read in the same way, 0..=1.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 3)]
    pub equal_lines: Option<f64>,
    /// Lines of `ocr` that the model was shown and did not read.
    #[report(flag(above = 0))]
    pub lines_left_out: Option<u32>,
    /// Lines of the model that are not on the page, or in another order.
    #[report(flag(above = 0))]
    pub lines_unplaced: Option<u32>,
}
