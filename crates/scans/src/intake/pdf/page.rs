use super::content::{Content, Placed, look_at};
use super::drawn::{self, Drawing};
use super::geometry::{Area, user_unit};
use super::picture::{self, Picture};
use crate::intake::jpeg;
use crate::intake::opened::{FilePage, Opened};
use crate::intake::raster::swaps_sides;
use hayro_syntax::page::Page;
use image::metadata::Orientation;
use shelf_runtime::failure::Failure;

/// How much finer in one direction than in the other a scan may be, as a part; a coarse fax is drawn, so that its pixels are square.
const SQUARE_TOLERANCE: f64 = 0.03;
const OBLONG: &str = "its pixels are not square";
/// Between these a page that is a scan of an unusual kind is drawn at the scan's own resolution, dots per inch.
const SCAN_DPI: (f64, f64) = (150.0, 600.0);

/// Opens one page of a PDF: the scan that it is, or a drawing of it.
pub(crate) fn open_page(from: &FilePage) -> Result<Opened, Failure> {
    let pdf = super::document::open(&from.file)?;
    let number = from.page;
    let page = pdf.pages().get(number as usize - 1).ok_or_else(|| {
        Failure::new(format!("the PDF has {} pages, and page {number} is asked for", pdf.pages().len()))
    })?;
    match look_at(page) {
        Content::Scan(placed) => take_out(from, page, &placed),
        Content::Drawing(why) => draw(from, page, f64::from(from.dpi), why),
    }
}

fn take_out(from: &FilePage, page: &Page<'_>, placed: &Placed<'_>) -> Result<Opened, Failure> {
    let orientation = placed.matrix.orientation(page.rotation());
    let inches = |points: f64| points * user_unit(page) / 72.0;
    let (across, down) = placed.matrix.sides();
    let dpi_for = |width: u32, height: u32| (f64::from(width) / inches(across), f64::from(height) / inches(down));
    let has_square_pixels = |(x, y): (f64, f64)| (x / y - 1.0).abs() <= SQUARE_TOLERANCE;
    match picture::take(placed)? {
        Picture::Jpeg(bytes) => {
            let raster = jpeg::decode(&bytes)?;
            let dpi = dpi_for(raster.width, raster.height);
            if !has_square_pixels(dpi) {
                return draw(from, page, dpi.0.max(dpi.1).clamp(SCAN_DPI.0, SCAN_DPI.1), OBLONG);
            }
            if orientation == Orientation::NoTransforms {
                return Ok(Opened::file("jpg", jpeg::without_private_metadata(&bytes), raster, Some(dpi.1)));
            }
            Ok(Opened::pixels(raster.turned(orientation), Some(dpi.1)))
        }
        Picture::Pixels(raster, note) => {
            let dpi = dpi_for(raster.width, raster.height);
            if !has_square_pixels(dpi) {
                return draw(from, page, dpi.0.max(dpi.1).clamp(SCAN_DPI.0, SCAN_DPI.1), OBLONG);
            }
            let opened = Opened::pixels(raster.turned(orientation), Some(dpi.1));
            Ok(Opened { notes: note.into_iter().collect(), ..opened })
        }
        Picture::Unusual(why) => {
            let dict = placed.picture.dict();
            let own = f64::from(dict.get::<u32>("Width").unwrap_or(0)) / inches(across);
            draw(from, page, own.clamp(SCAN_DPI.0, SCAN_DPI.1), why)
        }
    }
}

fn draw(from: &FilePage, page: &Page<'_>, wanted_dpi: f64, why: &str) -> Result<Opened, Failure> {
    let (area, unit) = (Area::of_page(page), user_unit(page));
    let (mut width_in, mut height_in) = (area.width() * unit / 72.0, area.height() * unit / 72.0);
    if swaps_sides(super::geometry::Matrix::IDENTITY.orientation(page.rotation())) {
        std::mem::swap(&mut width_in, &mut height_in);
    }
    let dpi = drawn::affordable_dpi(width_in, height_in, wanted_dpi)?;
    let drawing = Drawing { file: &from.file, page: from.page, width_in, height_in, user_unit: unit };
    let raster = drawn::draw(&drawing, dpi)?;
    let coarser = if dpi < wanted_dpi { format!(" (not at {wanted_dpi:.0}: it is very large)") } else { String::new() };
    let note = format!("drawn at {dpi:.0} dpi{coarser}, because {why}");
    Ok(Opened { drawn_dpi: Some(dpi), notes: vec![note], ..Opened::pixels(raster, Some(dpi)) })
}
