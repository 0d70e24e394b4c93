use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::text::TextRequest;
use crate::formats::open::open_page;
use crate::formats::opened_page::{ImageFile, OpenedPage, PageInFile};
use crate::raster::Raster;
use crate::resolution::stated_or_estimated;
use crate::rotation::Rotation;
use crate::spread::Gutter;
use shelf_runtime::book::{ExistingTextMetadata, Half, PageNumber, Resolution};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::worker::{Task, worker_task};

/// What a worker process is to do: open a page of a file, and write it, or half of it, as a scan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ScanRequest {
    pub(crate) from: PageInFile,
    /// The half of the image that is the page, if the image is a spread.
    pub(crate) half: Option<SpreadHalf>,
    /// How it is rotated, if it is.
    pub(crate) rotation: Option<Rotation>,
    /// Whether and where the text that comes with the scan is written.
    pub(crate) text: Option<TextRequest>,
    /// The folder that the scan is written into.
    pub(crate) folder: PathBuf,
    /// The page's number, from which the file name is made.
    pub(crate) number: PageNumber,
}

/// One of the two pages of a spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct SpreadHalf {
    pub(crate) gutter: Gutter,
    pub(crate) side: Half,
}

/// A scan that was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WrittenScan {
    /// File name.
    pub(crate) image: String,
    pub(crate) hash: Hash,
    pub(crate) bytes: u64,
    /// Width, px.
    pub(crate) width: u32,
    /// Height, px.
    pub(crate) height: u32,
    pub(crate) resolution: Resolution,
    /// Resolution at which the page was rendered, if it was, dots per inch.
    pub(crate) rendered_dpi: Option<f64>,
    /// What is recorded of the text that came with it, or why that text cannot be read.
    pub(crate) text: Option<Result<ExistingTextMetadata, Failure>>,
    /// What the user should know.
    pub(crate) warnings: Vec<String>,
}

/// Writes one page as a scan.
pub(crate) static WRITE_SCAN: Task<ScanRequest, WrittenScan> = Task::new("intake.write_scan", write_scan);
worker_task!(WRITE_SCAN);

impl ScanRequest {
    /// The whole page, as it is.
    pub(crate) fn whole(from: PageInFile, folder: &Path, number: PageNumber) -> Self {
        Self { from, half: None, rotation: None, text: None, folder: folder.to_owned(), number }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a task owns its input")]
pub(crate) fn write_scan(request: ScanRequest) -> Result<WrittenScan, Failure> {
    let mut page = open_page(&request.from)?;
    let text = request.text.as_ref().and_then(|text| text.write(&request, &mut page).transpose());
    if let Some(SpreadHalf { gutter, side }) = request.half {
        page = OpenedPage { raster: gutter.half_of(&page.raster, side)?, file: None, ..page };
    }
    if let Some(rotation) = request.rotation {
        page = OpenedPage { raster: page.raster.oriented(rotation.orientation()), file: None, ..page };
    }
    let OpenedPage { raster, file, stated_dpi, rendered_dpi, text_frame: _, warnings } = page;
    let resolution = stated_or_estimated(stated_dpi, &raster);
    let stem = request.number.stem();
    let (image, hash, bytes) = match file {
        Some(file) => write_file(&request.folder, &stem, &file)?,
        None => write_pixels(&request.folder, &stem, &raster, resolution)?,
    };
    let (width, height) = (raster.width, raster.height);
    Ok(WrittenScan { image, hash, bytes, width, height, resolution, rendered_dpi, text, warnings })
}

/// Name, hash and size of a file that was written.
type Written = (String, Hash, u64);

fn write_file(folder: &Path, stem: &str, image: &ImageFile) -> Result<Written, Failure> {
    let name = format!("{stem}.{}", image.extension);
    let mut file = File::create_new(folder.join(&name))?;
    file.write_all(&image.bytes)?;
    file.sync_all()?;
    Ok((name, Hash::of(&image.bytes), image.bytes.len() as u64))
}

fn write_pixels(folder: &Path, stem: &str, raster: &Raster, resolution: Resolution) -> Result<Written, Failure> {
    let name = format!("{stem}.png");
    let path = folder.join(&name);
    raster.write_png(&path, resolution.dpi)?;
    let (hash, bytes) = hash_file(&path)?;
    Ok((name, hash, bytes))
}

fn hash_file(path: &Path) -> io::Result<(Hash, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((Hash::known(&hasher.finalize().to_hex()), bytes));
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
}
