use shelf::stage::{PageImage, Result, ScanFile};
use shelf::worker::{Task, worker_task};
use shelf_pages::Block;

use super::decoded_scan::DecodedScan;
use super::figures::{crop_figure, find_figures};
use super::residual_image::ResidualImage;
use super::skew::MIN_SKEW_DEGREES;
use super::surroundings::Surroundings;
use crate::ocr::ExaminedPage;

/// Examines a scan whose text is known, in a worker process.
static EXAMINE: Task<(ScanFile, Vec<Block>), ExaminedPage> = Task::new("ocr.examine", examine);
worker_task!(EXAMINE);

/// Finds the skew and the figures of a page whose text is known, in a worker process.
pub(in crate::ocr) fn examine_page(image: &PageImage, blocks: &[Block]) -> Result<ExaminedPage> {
    image.with(&EXAMINE, blocks.to_vec())
}

fn examine((file, blocks): (ScanFile, Vec<Block>)) -> Result<ExaminedPage> {
    let scan = DecodedScan::open(&file.path, file.dpi)?;
    let skew_degrees = Surroundings::of(&scan).skew_degrees;
    let figures = find_figures(&ResidualImage::of(&scan, &blocks));
    Ok(ExaminedPage {
        skew_degrees: if skew_degrees.abs() >= MIN_SKEW_DEGREES { skew_degrees } else { 0.0 },
        figures: figures.into_iter().map(|bbox| crop_figure(&scan, bbox)).collect::<Result<_, _>>()?,
    })
}
