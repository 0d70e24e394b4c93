use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::poppler::run;
use crate::raster::{Raster, Samples};
use shelf_runtime::failure::Failure;

/// The most pixels of a rendered page; a larger page is rendered at a lower resolution.
const MAX_RENDERED_PIXELS: f64 = 100e6;
/// Below this resolution text is illegible, dots per inch.
const MIN_DPI: f64 = 40.0;
/// The largest file that poppler writes of such a page, bytes: three for each pixel.
const MAX_PPM_BYTES: u64 = 320_000_000;
/// Time for one page.
const TIME_LIMIT: Duration = Duration::from_secs(50);

/// A page to render.
pub(super) struct RenderRequest<'a> {
    pub(super) file: &'a Path,
    /// From 1.
    pub(super) page: u32,
    /// Size of the page as shown, inches.
    pub(super) width_in: f64,
    pub(super) height_in: f64,
    /// Points per unit of the page's coordinates.
    pub(super) user_unit: f64,
}

/// Pixels of a page of this size, inches, at this resolution or the highest possible.
pub(super) fn rendered_pixels(width_in: f64, height_in: f64, dpi: f64) -> u64 {
    (width_in * height_in * dpi * dpi).clamp(1.0, MAX_RENDERED_PIXELS) as u64
}

/// The resolution at which a page of this size, inches, can be rendered: the requested one, or less.
pub(super) fn feasible_dpi(width_in: f64, height_in: f64, dpi: f64) -> Result<f64, Failure> {
    let most = (MAX_RENDERED_PIXELS / (width_in * height_in)).sqrt().floor();
    if most < MIN_DPI {
        return Err(Failure::new(format!(
            "page too large to render at {MIN_DPI} dpi or more: {:.1} × {:.1} m",
            width_in * 0.0254,
            height_in * 0.0254
        )));
    }
    Ok(dpi.min(most))
}

/// Renders a page with poppler.
pub(super) fn render(request: &RenderRequest<'_>, dpi: f64) -> Result<Raster, Failure> {
    let page = request.page.to_string();
    // Poppler ignores user units and takes the page for smaller, so it needs a higher resolution.
    let resolution = (dpi * request.user_unit).to_string();
    let mut command = Command::new("pdftoppm");
    command.args(["-cropbox", "-singlefile", "-q", "-f", &page, "-l", &page, "-r", &resolution]).arg(request.file);
    let raster = read_ppm(run(command, MAX_PPM_BYTES, TIME_LIMIT)?)?;
    let expected = (request.width_in * dpi, request.height_in * dpi);
    let is_near = |found: u32, expected: f64| (f64::from(found) - expected).abs() <= 3.0 + expected * 0.01;
    if !is_near(raster.width, expected.0) || !is_near(raster.height, expected.1) {
        return Err(Failure::new(format!(
            "`pdftoppm` rendered a page of {} × {} px: expected {:.0} × {:.0}, so it may be another page",
            raster.width, raster.height, expected.0, expected.1
        ))
        .hint("the page tree of the PDF is damaged; repair it with `qpdf damaged.pdf repaired.pdf`"));
    }
    Ok(raster.reduced_to_grey())
}

/// Reads a PPM file: `P6`, width, height, 255, then three bytes per pixel.
fn read_ppm(mut bytes: Vec<u8>) -> Result<Raster, Failure> {
    let invalid = || Failure::new("`pdftoppm` did not write a PPM image");
    let mut fields = Vec::new();
    let mut at = 0;
    while fields.len() < 4 {
        let end = at + bytes[at..].iter().position(u8::is_ascii_whitespace).ok_or_else(invalid)?;
        fields.push(std::str::from_utf8(&bytes[at..end]).map_err(|_| invalid())?.to_owned());
        at = end + 1;
    }
    let (Ok(width), Ok(height)) = (fields[1].parse(), fields[2].parse()) else { return Err(invalid()) };
    if fields[0] != "P6" || fields[3] != "255" {
        return Err(invalid());
    }
    bytes.drain(..at);
    Raster::new(width, height, Samples::Rgb8, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ppm() {
        let raster = read_ppm(b"P6\n2 1\n255\n\x0a\x0a\x0a\x20\x20\x20".to_vec()).unwrap();
        assert_eq!((raster.width, raster.height), (2, 1));
        assert_eq!(raster.reduced_to_grey().data, [10, 32]);
        assert!(read_ppm(b"P6\n2 1\n255\n\x0a".to_vec()).is_err(), "too short");
        assert!(read_ppm(b"nothing".to_vec()).is_err());
    }

    #[test]
    fn huge_pages_are_rendered_at_lower_resolution_or_rejected() {
        assert!((feasible_dpi(6.0, 9.0, 300.0).unwrap() - 300.0).abs() < f64::EPSILON);
        let coarser = feasible_dpi(50.0, 50.0, 300.0).unwrap();
        assert!((100.0..300.0).contains(&coarser) && coarser * coarser * 2500.0 <= MAX_RENDERED_PIXELS, "{coarser}");
        assert!(feasible_dpi(1000.0, 1000.0, 300.0).is_err());
    }
}
