use shelf::prelude::*;

use super::layout::in_ten_thousandths;
use super::{Figure, OcrOptions, OcrPage, PageDimensions, RECOGNISE, Reading, Settings, wanted_languages};

/// What `ocr` measures of a page.
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
    /// Figures that were cut out of the page.
    pub figures: u32,
    /// By how much the scan has to be turned clockwise to stand upright, degrees.
    #[report(flag(above = 0))]
    pub rotation_degrees: u16,
    /// Version of Tesseract that read the page.
    #[report(skip)]
    pub tesseract_version: String,
}

/// Reads the text of every scan, with the place of each word, and cuts out the figures.
#[stage(name = "ocr", parallelism = cpu, options = OcrOptions)]
pub fn ocr(
    page: PageNumber,
    image: PageImage,
    languages: Languages,
    files: PageFiles,
    options: &OcrOptions,
) -> Result<(OcrPage, OcrMetrics)> {
    let settings = Settings {
        languages: wanted_languages(options.lang.as_deref(), &languages)?,
        psm: options.psm,
        dpi: options.dpi,
        rotate: options.rotate,
    };
    let reading = image.with(&RECOGNISE, settings)?;
    let metrics = measure(&reading);
    let images = reading.figures.into_iter().zip(1..).map(|(figure, image_id)| {
        let image_file = format!("page_{:04}_img_{image_id:03}.png", page.get());
        files.image(image_file.clone(), figure.png);
        Figure { image_id, bbox: figure.bbox, image_file }
    });
    let output = OcrPage {
        page_number: page.get(),
        page_dimensions: PageDimensions { width: reading.width, height: reading.height },
        ocr_timestamp: Timestamp::default(),
        images: images.collect(),
        blocks: reading.blocks,
    };
    Ok((output, metrics))
}

fn measure(reading: &Reading) -> OcrMetrics {
    let paragraphs = reading.blocks.iter().flat_map(|block| &block.paragraphs);
    let words = paragraphs.flat_map(|paragraph| &paragraph.lines).flat_map(|line| &line.words);
    let (count, sum) = words.fold((0, 0.0), |(count, sum), word| (count + 1, sum + word.confidence));
    OcrMetrics {
        confidence_mean: (count > 0).then(|| in_ten_thousandths(sum / f64::from(count))),
        blocks_detected: reading.blocks.len() as u32,
        words: count,
        figures: reading.figures.len() as u32,
        rotation_degrees: reading.rotation_degrees,
        tesseract_version: reading.tesseract_version.clone(),
    }
}
