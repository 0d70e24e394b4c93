use super::content::{Content, PlacedImage, classify_content};
use super::embedded_image::{EmbeddedImage, extract};
use super::geometry::{Area, user_unit};
use super::render::{self, RenderRequest};
use super::text_layer::may_have_text;
use crate::formats::jpeg;
use crate::formats::opened_page::{OpenedPage, PageInFile};
use crate::raster::swaps_sides;
use hayro_syntax::page::Page;
use image::metadata::Orientation;
use shelf_runtime::failure::Failure;

/// The largest difference between horizontal and vertical resolution, as a ratio. Beyond it (coarse faxes), the page is rendered with square pixels.
const SQUARE_TOLERANCE_RATIO: f64 = 0.03;
const NOT_SQUARE: &str = "its pixels are not square";
/// Limits of the resolution at which a page is rendered that is an unsupported kind of scan, dots per inch; between them it is the scan's own.
const MIN_SCAN_DPI: f64 = 150.0;
const MAX_SCAN_DPI: f64 = 600.0;

/// Opens one page of a PDF: extracts the scan that it is, or renders it.
pub(crate) fn open_page(from: &PageInFile) -> Result<OpenedPage, Failure> {
    let pdf = super::document::open(&from.file)?;
    let number = from.page;
    let page = pdf.pages().get(number as usize - 1).ok_or_else(|| {
        Failure::new(format!("page {number} is out of range (the PDF has {} pages)", pdf.pages().len()))
    })?;
    let (opened, frame) = match classify_content(page) {
        Content::Scan(placed) => {
            let opened = extract_scan(from, page, &placed)?;
            let area = match opened.rendered_dpi {
                Some(_) => Area::of_page(page),
                None => placed.matrix.bounds(0.0, 0.0, 1.0, 1.0),
            };
            (opened, area.shown_on(page))
        }
        Content::Other(reason) => {
            (render(from, page, f64::from(from.dpi), reason)?, Area::of_page(page).shown_on(page))
        }
    };
    Ok(OpenedPage { text_frame: may_have_text(page).then_some(frame), ..opened })
}

fn extract_scan(from: &PageInFile, page: &Page<'_>, placed: &PlacedImage<'_>) -> Result<OpenedPage, Failure> {
    let orientation = placed.matrix.orientation(page.rotation());
    let inches = |points: f64| points * user_unit(page) / 72.0;
    let (across, down) = placed.matrix.sides();
    let dpi_for = |width: u32, height: u32| (f64::from(width) / inches(across), f64::from(height) / inches(down));
    let has_square_pixels = |(x, y): (f64, f64)| (x / y - 1.0).abs() <= SQUARE_TOLERANCE_RATIO;
    match extract(placed)? {
        EmbeddedImage::Jpeg(bytes) => {
            let raster = jpeg::decode(&bytes)?;
            let dpi = dpi_for(raster.width, raster.height);
            if !has_square_pixels(dpi) {
                return render(from, page, dpi.0.max(dpi.1).clamp(MIN_SCAN_DPI, MAX_SCAN_DPI), NOT_SQUARE);
            }
            if orientation == Orientation::NoTransforms {
                return Ok(OpenedPage::file("jpg", jpeg::without_private_metadata(&bytes), raster, Some(dpi.1)));
            }
            Ok(OpenedPage::pixels(raster.oriented(orientation), Some(dpi.1)))
        }
        EmbeddedImage::Pixels(raster, warning) => {
            let dpi = dpi_for(raster.width, raster.height);
            if !has_square_pixels(dpi) {
                return render(from, page, dpi.0.max(dpi.1).clamp(MIN_SCAN_DPI, MAX_SCAN_DPI), NOT_SQUARE);
            }
            let opened = OpenedPage::pixels(raster.oriented(orientation), Some(dpi.1));
            Ok(OpenedPage { warnings: warning.into_iter().collect(), ..opened })
        }
        EmbeddedImage::Unsupported(reason) => {
            let dict = placed.image.dict();
            let own = f64::from(dict.get::<u32>("Width").unwrap_or(0)) / inches(across);
            render(from, page, own.clamp(MIN_SCAN_DPI, MAX_SCAN_DPI), reason)
        }
    }
}

fn render(from: &PageInFile, page: &Page<'_>, wanted_dpi: f64, reason: &str) -> Result<OpenedPage, Failure> {
    let (area, unit) = (Area::of_page(page), user_unit(page));
    let (mut width_in, mut height_in) = (area.width() * unit / 72.0, area.height() * unit / 72.0);
    if swaps_sides(super::geometry::Matrix::IDENTITY.orientation(page.rotation())) {
        std::mem::swap(&mut width_in, &mut height_in);
    }
    let dpi = render::feasible_dpi(width_in, height_in, wanted_dpi)?;
    let request = RenderRequest { file: &from.file, page: from.page, width_in, height_in, user_unit: unit };
    let raster = render::render(&request, dpi)?;
    let reduced =
        if dpi < wanted_dpi { format!(" (not at {wanted_dpi:.0}: the page is very large)") } else { String::new() };
    let warning = format!("rendered at {dpi:.0} dpi{reduced}; {reason}");
    Ok(OpenedPage { rendered_dpi: Some(dpi), warnings: vec![warning], ..OpenedPage::pixels(raster, Some(dpi)) })
}
