use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::opened::{FilePage, Opened, PictureFile, open_page};
use super::raster::Raster;
use super::resolution::believe_or_estimate;
use super::spread::Gutter;
use crate::turn::Turn;
use shelf_runtime::book::{Half, PageNumber, Resolution};
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Task, worker_task};

/// What a worker is to do: open one page of a file, and write it, or half of it, as a scan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ScanOrder {
    pub(crate) from: FilePage,
    /// The part that is the scan, where it is not the whole.
    pub(crate) cut: Option<Cut>,
    /// How it is turned, where it does not stand upright.
    pub(crate) turn: Option<Turn>,
    /// Where the scan is written.
    pub(crate) folder: PathBuf,
    /// The scan's number, which names its file.
    pub(crate) number: PageNumber,
}

/// One page of an open book.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cut {
    pub(crate) gutter: Gutter,
    pub(crate) half: Half,
}

/// A scan that was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scan {
    /// File name.
    pub(crate) image: String,
    pub(crate) hash: String,
    pub(crate) bytes: u64,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) resolution: Resolution,
    /// Resolution at which it was drawn, where it had to be.
    pub(crate) drawn_dpi: Option<f64>,
    /// What the user should know.
    pub(crate) notes: Vec<String>,
}

/// Writes one page as a scan.
pub(crate) static WRITE_SCAN: Task<ScanOrder, Scan> = Task::new("intake.write_scan", write_scan);
worker_task!(WRITE_SCAN);

#[expect(clippy::needless_pass_by_value, reason = "a task owns its input")]
pub(crate) fn write_scan(order: ScanOrder) -> Result<Scan, Failure> {
    let opened = open_page(&order.from)?;
    let opened = match order.cut {
        Some(Cut { gutter, half }) => Opened { raster: gutter.half_of(&opened.raster, half)?, file: None, ..opened },
        None => opened,
    };
    let opened = match order.turn {
        Some(turn) => Opened { raster: opened.raster.turned(turn.orientation()), file: None, ..opened },
        None => opened,
    };
    let Opened { raster, file, said_dpi, drawn_dpi, notes } = opened;
    let resolution = believe_or_estimate(said_dpi, &raster);
    let stem = order.number.stem();
    let (image, hash, bytes) = match file {
        Some(file) => write_file(&order.folder, &stem, &file)?,
        None => write_pixels(&order.folder, &stem, &raster, resolution)?,
    };
    let (width, height) = (raster.width, raster.height);
    Ok(Scan { image, hash, bytes, width, height, resolution, drawn_dpi, notes })
}

/// Name, hash and size of a file that was written.
type Written = (String, String, u64);

fn write_file(folder: &Path, stem: &str, picture: &PictureFile) -> Result<Written, Failure> {
    let image = format!("{stem}.{}", picture.extension);
    let mut file = File::create_new(folder.join(&image))?;
    file.write_all(&picture.bytes)?;
    file.sync_all()?;
    Ok((image, blake3::hash(&picture.bytes).to_hex().to_string(), picture.bytes.len() as u64))
}

fn write_pixels(folder: &Path, stem: &str, raster: &Raster, resolution: Resolution) -> Result<Written, Failure> {
    let image = format!("{stem}.png");
    let path = folder.join(&image);
    raster.write_png(&path, resolution.dpi)?;
    let (hash, bytes) = hash_of(&path)?;
    Ok((image, hash, bytes))
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
