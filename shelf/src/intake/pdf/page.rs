use super::content::{Content, Placed, look_at};
use super::drawn::{self, Drawing};
use super::geometry::{Area, user_unit};
use super::picture::{self, Picture};
use crate::intake::jpeg;
use crate::intake::raster::swaps_sides;
use crate::intake::resolution::believe_or_estimate;
use crate::intake::scan::{Scan, ScanOrder};
use crate::stage::Failure;
use hayro_syntax::page::Page;
use image::metadata::Orientation;

/// How much finer in one direction than in the other a scan may be, as a part; a coarse fax is drawn, so that its pixels are square.
const SQUARE_TOLERANCE: f64 = 0.03;
const OBLONG: &str = "its pixels are not square";
/// Between these a page that is a scan of an unusual kind is drawn at the scan's own resolution, dots per inch.
const SCAN_DPI: (f64, f64) = (150.0, 600.0);

/// Writes the scan of one page of a PDF.
pub(in crate::intake) fn read_page(order: &ScanOrder) -> Result<Scan, Failure> {
    let pdf = super::document::open(&order.file)?;
    let number = order.page;
    let page = pdf.pages().get(number as usize - 1).ok_or_else(|| {
        Failure::new(format!("the PDF has {} pages, and page {number} is asked for", pdf.pages().len()))
    })?;
    match look_at(page) {
        Content::Scan(placed) => take_out(order, page, &placed),
        Content::Drawing(why) => draw(order, page, f64::from(order.dpi), why),
    }
}

fn take_out(order: &ScanOrder, page: &Page<'_>, placed: &Placed<'_>) -> Result<Scan, Failure> {
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
                return draw(order, page, dpi.0.max(dpi.1).clamp(SCAN_DPI.0, SCAN_DPI.1), OBLONG);
            }
            if orientation == Orientation::NoTransforms {
                let resolution = believe_or_estimate(Some(dpi.1), &raster);
                return Scan::of_file(order, "jpg", &jpeg::without_private_metadata(&bytes), &raster, resolution);
            }
            let raster = raster.turned(orientation);
            let resolution = believe_or_estimate(Some(dpi.1), &raster);
            Scan::of_raster(order, &raster, resolution)
        }
        Picture::Pixels(raster, note) => {
            let dpi = dpi_for(raster.width, raster.height);
            if !has_square_pixels(dpi) {
                return draw(order, page, dpi.0.max(dpi.1).clamp(SCAN_DPI.0, SCAN_DPI.1), OBLONG);
            }
            let raster = raster.turned(orientation);
            let resolution = believe_or_estimate(Some(dpi.1), &raster);
            let mut scan = Scan::of_raster(order, &raster, resolution)?;
            scan.notes.extend(note);
            Ok(scan)
        }
        Picture::Unusual(why) => {
            let dict = placed.picture.dict();
            let own = f64::from(dict.get::<u32>("Width").unwrap_or(0)) / inches(across);
            draw(order, page, own.clamp(SCAN_DPI.0, SCAN_DPI.1), why)
        }
    }
}

fn draw(order: &ScanOrder, page: &Page<'_>, wanted_dpi: f64, why: &str) -> Result<Scan, Failure> {
    let (area, unit) = (Area::of_page(page), user_unit(page));
    let (mut width_in, mut height_in) = (area.width() * unit / 72.0, area.height() * unit / 72.0);
    if swaps_sides(super::geometry::Matrix::IDENTITY.orientation(page.rotation())) {
        std::mem::swap(&mut width_in, &mut height_in);
    }
    let dpi = drawn::affordable_dpi(width_in, height_in, wanted_dpi)?;
    let drawing = Drawing { file: &order.file, page: order.page, width_in, height_in, user_unit: unit };
    let raster = drawn::draw(&drawing, dpi)?;
    let resolution = believe_or_estimate(Some(dpi), &raster);
    let mut scan = Scan::of_raster(order, &raster, resolution)?;
    scan.drawn_dpi = Some(dpi);
    let coarser = if dpi < wanted_dpi { format!(" (not at {wanted_dpi:.0}: it is very large)") } else { String::new() };
    scan.notes.push(format!("drawn at {dpi:.0} dpi{coarser}, because {why}"));
    Ok(scan)
}
