use std::io::Cursor;

use image::{ImageFormat, ImageReader};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Task, worker_task};

use crate::{PageImage, ScanFile};

/// A rectangle on a scan, px of the scan, origin top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanRegion {
    /// Left edge, px.
    pub x: u32,
    /// Top edge, px.
    pub y: u32,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
}

static CUT_OUT: Task<(ScanFile, ScanRegion), ByteBuf> = Task::new("scans.region", cut_out);
worker_task!(CUT_OUT);

impl ScanRegion {
    /// This part of a scan as a PNG file, as far as it is on the scan. A worker process opens the scan.
    ///
    /// # Errors
    /// The scan cannot be opened, or the region is outside of it.
    pub fn png(self, scan: &PageImage) -> Result<Vec<u8>, Failure> {
        Ok(scan.with(&CUT_OUT, self)?.into_vec())
    }
}

fn cut_out((scan, region): (ScanFile, ScanRegion)) -> Result<ByteBuf, Failure> {
    let mut reader = ImageReader::open(&scan.path)?.with_guessed_format()?;
    // The worker process limits memory instead.
    reader.no_limits();
    let picture = reader.decode()?;
    let width = region.width.min(picture.width().saturating_sub(region.x));
    let height = region.height.min(picture.height().saturating_sub(region.y));
    if width == 0 || height == 0 {
        return Err(Failure::new("the region is outside of the scan"));
    }
    let part = picture.crop_imm(region.x, region.y, width, height);
    let mut png = Cursor::new(Vec::new());
    let is_grey = !part.color().has_color();
    let written = if is_grey {
        part.into_luma8().write_to(&mut png, ImageFormat::Png)
    } else {
        part.into_rgb8().write_to(&mut png, ImageFormat::Png)
    };
    written?;
    Ok(ByteBuf::from(png.into_inner()))
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    fn cut(region: [u32; 4]) -> Result<GrayImage, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        GrayImage::from_fn(20, 30, |x, y| Luma([(x + 10 * (y / 10)) as u8])).save(&path).unwrap();
        let [x, y, width, height] = region;
        let png = cut_out((ScanFile { path, dpi: 300.0, width: 20, height: 30 }, ScanRegion { x, y, width, height }))?;
        Ok(image::load_from_memory(&png).unwrap().into_luma8())
    }

    #[test]
    fn a_region_is_cut_out_as_far_as_it_is_on_the_scan() {
        let part = cut([5, 10, 4, 2]).unwrap();
        assert_eq!((part.dimensions(), part.get_pixel(0, 0).0), ((4, 2), [15]));
        assert_eq!(cut([15, 25, 100, 100]).unwrap().dimensions(), (5, 5));
        assert!(cut([20, 0, 5, 5]).is_err());
    }
}
