use std::path::{Path, PathBuf};

use image::{ImageDecoder, ImageReader};
use serde::{Deserialize, Serialize};

use super::file_format::{ConvertibleFormat, FileFormat};
use super::page_estimate::{PageEstimate, is_landscape};
use super::{jpeg2000, pdf, tiff};
use crate::raster::swaps_sides;
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Task, worker_task};

/// The file that a worker process is to inspect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InspectRequest {
    pub(crate) file: PathBuf,
    pub(crate) format: FileFormat,
    /// Resolution for pages that have to be rendered, dots per inch.
    pub(crate) dpi: u32,
}

/// Counts the pages of a file and estimates what they will take.
///
/// Only a PDF that cannot be opened is an error. A broken image is a page all the same: writing it reports what is wrong.
pub(crate) static INSPECT: Task<InspectRequest, Vec<PageEstimate>> = Task::new("intake.inspect", inspect);
worker_task!(INSPECT);

/// Bytes per pixel of a PNG in colour, about, for an image that has to be rotated or converted.
const PNG_BYTES_PER_PIXEL: u64 = 2;

fn inspect(request: InspectRequest) -> Result<Vec<PageEstimate>, Failure> {
    let InspectRequest { file, format, dpi } = request;
    match format {
        FileFormat::Pdf => pdf::inspect(&file, dpi),
        FileFormat::Tiff => Ok(tiff::inspect(&file).unwrap_or_else(|_| vec![PageEstimate::UNREADABLE])),
        FileFormat::Png | FileFormat::Jpeg | FileFormat::Convertible(_) => {
            let (width, height) = upright_size(&file, format).unwrap_or((1, 1));
            let pixels = u64::from(width) * u64::from(height);
            let file_bytes = std::fs::metadata(&file)?.len();
            let is_kept = matches!(format, FileFormat::Png | FileFormat::Jpeg);
            let bytes = if is_kept { file_bytes } else { file_bytes.max(pixels * PNG_BYTES_PER_PIXEL) };
            Ok(vec![PageEstimate { pixels, bytes, is_landscape: is_landscape(width.into(), height.into()) }])
        }
        FileFormat::Zip | FileFormat::Unsupported(_) | FileFormat::Empty | FileFormat::Unknown => {
            Ok(vec![PageEstimate::UNREADABLE])
        }
    }
}

/// Width and height of the upright image, px.
fn upright_size(file: &Path, format: FileFormat) -> Option<(u32, u32)> {
    if format == FileFormat::Convertible(ConvertibleFormat::Jpeg2000) {
        return jpeg2000::size(file);
    }
    let mut decoder = ImageReader::open(file).ok()?.with_guessed_format().ok()?.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let is_sideways = decoder.orientation().is_ok_and(swaps_sides);
    Some(if is_sideways { (height, width) } else { (width, height) })
}
