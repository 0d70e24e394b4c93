use std::path::{Path, PathBuf};

use image::{ImageDecoder, ImageReader};
use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::raster::swaps_sides;
use super::spread::is_landscape;
use super::{pdf, tiff};
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Task, worker_task};

/// What a worker is to look at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InspectOrder {
    pub(crate) file: PathBuf,
    pub(crate) kind: Kind,
    /// Resolution for pages that have to be drawn, dots per inch.
    pub(crate) dpi: u32,
}

/// What a page will take, by its file's headers alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageSketch {
    /// Pixels that have to be decoded or drawn.
    pub(crate) pixels: u64,
    /// Estimated size of the scan on the disk, bytes.
    pub(crate) bytes: u64,
    /// Whether it is so much wider than high that it may show two pages.
    pub(crate) is_landscape: bool,
}

impl PageSketch {
    /// A page that cannot be opened: writing it will say why.
    pub(crate) const UNREADABLE: Self = Self { pixels: 1, bytes: 0, is_landscape: false };
}

/// Counts the pages of a file and estimates what they will take.
///
/// Only a PDF that cannot be opened is an error. A broken picture is a page all the same: writing it will say what is wrong.
pub(crate) static INSPECT: Task<InspectOrder, Vec<PageSketch>> = Task::new("intake.inspect", inspect);
worker_task!(INSPECT);

fn inspect(order: InspectOrder) -> Result<Vec<PageSketch>, Failure> {
    let InspectOrder { file, kind, dpi } = order;
    match kind {
        Kind::Pdf => pdf::inspect(&file, dpi),
        Kind::Tiff => Ok(tiff::inspect(&file).unwrap_or_else(|_| vec![PageSketch::UNREADABLE])),
        Kind::Png | Kind::Jpeg | Kind::Converted(_) => {
            let (width, height) = size_of(&file).unwrap_or((1, 1));
            let pixels = u64::from(width) * u64::from(height);
            let bytes = std::fs::metadata(&file)?.len();
            // A picture that is made anew, because it has to be turned or converted, is PNG: about two bytes a pixel in colour.
            let is_kept = matches!(kind, Kind::Png | Kind::Jpeg);
            let bytes = if is_kept { bytes } else { bytes.max(pixels * 2) };
            Ok(vec![PageSketch { pixels, bytes, is_landscape: is_landscape(width.into(), height.into()) }])
        }
        Kind::Foreign(_) | Kind::Empty | Kind::Unknown => Ok(vec![PageSketch::UNREADABLE]),
    }
}

/// Width and height of the upright picture, px.
fn size_of(file: &Path) -> Option<(u32, u32)> {
    let mut decoder = ImageReader::open(file).ok()?.with_guessed_format().ok()?.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let is_on_its_side = decoder.orientation().is_ok_and(swaps_sides);
    Some(if is_on_its_side { (height, width) } else { (width, height) })
}
