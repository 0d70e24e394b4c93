use shelf::book::ScanMetadata;
use shelf::existing_text::{ExistingText, ExistingTextUse, ScanText};
use shelf::prelude::*;

use super::{
    Deskew, ExaminedPage, Figure, LanguageData, OcrOptions, OcrPage, Orientation, PageDimensions, RecognisedPage,
    RecognitionSettings, blocks_of, examine_page, expected_error_rate, recognise_page, requested_languages, source_of,
    text_difference,
};
use crate::rounding::round_to_4_decimals;

/// Metrics of `ocr` for a page.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct OcrMetrics {
    /// Mean confidence of the words, 0..=1; none on a blank page.
    #[metrics(range(0.0..=1.0))]
    #[report(flag(below = 0.85))]
    pub confidence_mean: Option<f64>,
    /// Blocks of text on the page.
    pub blocks_detected: u32,
    /// Words on the page.
    pub words: u32,
    /// Figures cropped from the page.
    pub figures: u32,
    /// Clockwise rotation that makes the scan upright, degrees.
    #[report(flag(above = 0))]
    pub rotation_degrees: u16,
    /// Expected share of wrong or missing characters, 0..=1, from the confidence of the words and from ink that was not read.
    #[metrics(range(0.0..=1.0))]
    #[report(flag(above = 0.02))]
    pub expected_cer: Option<f64>,
    /// Share of the words of two texts that only one of them has, 0..=1: the recognised one and that which came with the scan; with
    /// `--existing-text compare`.
    #[metrics(range(0.0..=1.0))]
    // Two texts of one page differ by 0.01 to 0.04 where the scan is good and by 0.17 to 0.23 where it is bad, texts of two pages of a book by 0.6 to
    // 0.8 (plain Tesseract on four pages of Colonial Florida).
    #[report(flag(above = 0.25))]
    pub text_difference: Option<f64>,
    /// Version of Tesseract that recognised the page; `none` if its text came with the scan.
    #[report(skip)]
    pub tesseract_version: String,
}

/// Recognises the text of every scan with the position of each word, and crops the figures.
#[stage(name = "ocr", version = 7, parallelism = cpu, options = OcrOptions)]
pub fn ocr(
    page: PageNumber,
    image: PageImage,
    languages: Languages,
    _data: &LanguageData,
    existing: ExistingText,
    files: PageFiles,
    options: &OcrOptions,
) -> Result<(OcrPage, OcrMetrics)> {
    let (taken, compared) = match options.existing_text {
        ExistingTextUse::Use => (existing.0, None),
        ExistingTextUse::Ignore | ExistingTextUse::Compare => (None, existing.0),
    };
    let recognised = if let Some(text) = &taken {
        take_text(&image, text)?
    } else {
        let languages = requested_languages(options.lang.as_deref(), &languages)?;
        recognise_page(&image, RecognitionSettings::new(languages, options))?
    };
    let read_skew_degrees = if options.deskew == Deskew::Auto { 0.0 } else { recognised.skew_degrees };
    let text_source = taken.as_ref().map(source_of);
    // Of a text that came with the scan, it is not known which words are missing.
    let expected_cer = if taken.is_none() { expected_error_rate(&recognised, read_skew_degrees) } else { None };
    let difference = compared.and_then(|text| text_difference(&recognised.blocks, &text));
    let states_confidence = text_source.as_ref().is_none_or(|source| source.states_confidence);
    let metrics = OcrMetrics { text_difference: difference, ..measure(&recognised, expected_cer, states_confidence) };
    let images = recognised.figures.into_iter().zip(1..).map(|(figure, image_id)| {
        let image_file = files.image(&format!("img_{image_id:03}.png"), figure.png);
        Figure { image_id, bbox: figure.bbox, image_file }
    });
    let orientation =
        Orientation { rotation_degrees: recognised.rotation_degrees, skew_degrees: recognised.skew_degrees };
    let output = OcrPage {
        page_number: page.get(),
        page_dimensions: PageDimensions { width: recognised.width, height: recognised.height },
        expected_cer: metrics.expected_cer,
        orientation: (!orientation.is_upright()).then_some(orientation),
        ocr_timestamp: Timestamp::default(),
        text_source,
        images: images.collect(),
        blocks: recognised.blocks,
    };
    Ok((output, metrics))
}

/// A page with the text that came with its scan, and the figures that are found beside it.
fn take_text(image: &PageImage, text: &ScanText) -> Result<RecognisedPage> {
    let blocks = blocks_of(text);
    let ExaminedPage { skew_degrees, figures } = examine_page(image, &blocks)?;
    let ScanMetadata { width, height, .. } = *image.source();
    Ok(RecognisedPage {
        tesseract_version: "none".to_owned(),
        width,
        height,
        rotation_degrees: 0,
        skew_degrees,
        uncovered_chars: 0.0,
        covered_lines: 0,
        blocks,
        figures,
    })
}

fn measure(recognised: &RecognisedPage, expected_cer: Option<f64>, states_confidence: bool) -> OcrMetrics {
    let paragraphs = recognised.blocks.iter().flat_map(|block| &block.paragraphs);
    let words = paragraphs.flat_map(|paragraph| &paragraph.lines).flat_map(|line| &line.words);
    let (count, sum) = words.fold((0, 0.0), |(count, sum), word| (count + 1, sum + word.confidence));
    OcrMetrics {
        confidence_mean: (count > 0 && states_confidence).then(|| round_to_4_decimals(sum / f64::from(count))),
        blocks_detected: recognised.blocks.len() as u32,
        words: count,
        figures: recognised.figures.len() as u32,
        rotation_degrees: recognised.rotation_degrees,
        expected_cer,
        text_difference: None,
        tesseract_version: recognised.tesseract_version.clone(),
    }
}
