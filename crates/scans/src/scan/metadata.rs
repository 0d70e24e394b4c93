use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::formats::file_format::{FileFormat, detect_format};
use crate::formats::open::open_page;
use crate::formats::opened_page::PageInFile;
use crate::formats::{jpeg, png};
use crate::raster::check_size;
use crate::resolution::{stated, stated_or_estimated};
use shelf_runtime::book::{Origin, PageNumber, Resolution, ScanMetadata};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::worker::{Allowance, Task, WorkerPool, worker_task};

/// What a worker process measures of a scan.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    width: u32,
    height: u32,
    resolution: Resolution,
    hash: Hash,
    bytes: u64,
}

static MEASURE: Task<PageInFile, Measured> = Task::new("intake.measure", measure);
worker_task!(MEASURE);

#[expect(clippy::needless_pass_by_value, reason = "a task owns its input")]
fn measure(scan: PageInFile) -> Result<Measured, Failure> {
    let content = std::fs::read(&scan.file)?;
    let (hash, bytes) = (Hash::of(&content), content.len() as u64);
    if let Some((width, height, resolution)) = of_header(&content, scan.format) {
        check_size(width, height, 1)?;
        return Ok(Measured { width, height, resolution, hash, bytes });
    }
    let page = open_page(&scan)?;
    let resolution = stated_or_estimated(page.stated_dpi, &page.raster);
    Ok(Measured { width: page.raster.width, height: page.raster.height, resolution, hash, bytes })
}

/// Size and resolution as the header states them. Without a plausible resolution, it is estimated from the pixels.
fn of_header(content: &[u8], format: FileFormat) -> Option<(u32, u32, Resolution)> {
    let (width, height, dpi) = match format {
        FileFormat::Jpeg => jpeg::header(content)?,
        FileFormat::Png => png::header(content)?,
        _ => return None,
    };
    Some((width, height, stated(dpi, width, height)?))
}

/// The metadata that `add` would have written for a scan that is in a book already, such as one by the original tool.
///
/// # Errors
/// The file is not an image that can be opened.
pub fn scan_metadata(
    worker_pool: &WorkerPool,
    file: &Path,
    image: &str,
    page: PageNumber,
) -> Result<ScanMetadata, Failure> {
    let from = PageInFile { file: file.to_owned(), format: detect_format(file)?, page: 1, dpi: 300 };
    let scan = worker_pool.call(&MEASURE, from, Allowance::default())?;
    Ok(ScanMetadata {
        page_number: page.get(),
        image: image.to_owned(),
        hash: scan.hash.as_str().to_owned(),
        bytes: scan.bytes,
        width: scan.width,
        height: scan.height,
        resolution: scan.resolution,
        origin: Origin { file: image.to_owned(), page: None, half: None },
        existing_text: None,
    })
}

/// For books from other tools: the runtime asks for the metadata of a scan that has none.
mod registered {
    use shelf_runtime::__private::inventory;
    use shelf_runtime::inspect::ScanReader;

    inventory::submit! { ScanReader(super::scan_metadata) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::raster::{Raster, Samples};

    fn measured(file: &Path) -> Result<ScanMetadata, Failure> {
        scan_metadata(&WorkerPool::in_process(), file, "page_0001.png", PageNumber::new(1).unwrap())
    }

    fn white() -> Raster {
        Raster::white(1800, 2700, Samples::Grey8)
    }

    #[test]
    fn size_and_resolution_are_known_from_the_header() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole.png");
        white().write_png(&whole, 400.0).unwrap();
        let mut content = std::fs::read(&whole).unwrap();
        // What is left of the pixels cannot be decoded.
        let pixels = content.windows(4).position(|chunk| chunk == b"IDAT").unwrap();
        content.truncate(pixels + 40);
        let file = folder.path().join("header.png");
        std::fs::write(&file, &content).unwrap();
        let found = measured(&file).unwrap();
        assert_eq!((found.width, found.height, found.bytes), (1800, 2700, content.len() as u64));
        assert!((found.resolution.dpi - 400.0).abs() < 0.1 && !found.resolution.estimated);
        assert_eq!(found.hash, Hash::of(&content).as_str());
    }

    #[test]
    fn resolution_that_no_header_states_is_estimated() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page_0001.png");
        let image = image::GrayImage::from_pixel(1800, 2700, image::Luma([255]));
        image.save(&file).unwrap();
        let found = measured(&file).unwrap();
        assert_eq!(found.resolution, Resolution { dpi: 300.0, estimated: true });
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is written");
    }
}
