use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::raster::Raster;
use super::{converted, jpeg, pdf, png_file, tiff};
use crate::book::{PageNumber, Resolution};
use crate::child::{Task, child_task};
use crate::stage::Failure;

/// What a child is to do: open one page of a file, and write it as a scan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ScanOrder {
    pub(super) file: PathBuf,
    pub(super) kind: Kind,
    /// The page in the file, from 1.
    pub(super) page: u32,
    /// Resolution for pages that have to be drawn, dots per inch.
    pub(super) dpi: u32,
    /// Where the scan is written.
    pub(super) folder: PathBuf,
    /// The scan's number, which names its file.
    pub(super) number: PageNumber,
}

/// A scan that was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Scan {
    /// File name.
    pub(super) image: String,
    pub(super) hash: String,
    pub(super) bytes: u64,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) resolution: Resolution,
    /// Resolution at which it was drawn, where it had to be.
    pub(super) drawn_dpi: Option<f64>,
    /// What the user should know.
    pub(super) notes: Vec<String>,
}

/// Writes one page as a scan.
pub(super) static WRITE_SCAN: Task<ScanOrder, Scan> = Task::new("intake.write_scan", write_scan);
child_task!(WRITE_SCAN);

#[expect(clippy::needless_pass_by_value, reason = "a task owns its input")]
fn write_scan(order: ScanOrder) -> Result<Scan, Failure> {
    match order.kind {
        Kind::Pdf => pdf::read_page(&order),
        Kind::Png => png_file::read_page(&order),
        Kind::Jpeg => jpeg::read_page(&order),
        Kind::Tiff => tiff::read_page(&order),
        Kind::Converted(format) => converted::read_page(&order, format),
        Kind::Empty => Err(Failure::new("the file is empty")),
        Kind::Foreign(_) | Kind::Unknown => {
            Err(Failure::new("the file is no picture: its first bytes are of no known format"))
        }
    }
}

impl Scan {
    /// A scan that is kept as these bytes; `raster` is what they show.
    pub(super) fn of_file(
        order: &ScanOrder,
        extension: &str,
        bytes: &[u8],
        raster: &Raster,
        resolution: Resolution,
    ) -> Result<Self, Failure> {
        let image = format!("{}.{extension}", order.number.stem());
        let mut file = File::create_new(order.folder.join(&image))?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(Self {
            image,
            hash: blake3::hash(bytes).to_hex().to_string(),
            bytes: bytes.len() as u64,
            width: raster.width,
            height: raster.height,
            resolution,
            drawn_dpi: None,
            notes: Vec::new(),
        })
    }

    /// A scan that is kept as PNG.
    pub(super) fn of_raster(order: &ScanOrder, raster: &Raster, resolution: Resolution) -> Result<Self, Failure> {
        let image = format!("{}.png", order.number.stem());
        let path = order.folder.join(&image);
        raster.write_png(&path, resolution.dpi)?;
        let (hash, bytes) = hash_of(&path)?;
        Ok(Self {
            image,
            hash,
            bytes,
            width: raster.width,
            height: raster.height,
            resolution,
            drawn_dpi: None,
            notes: Vec::new(),
        })
    }
}

fn hash_of(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((hasher.finalize().to_hex().to_string(), bytes));
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
}
