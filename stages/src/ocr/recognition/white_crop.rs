use image::{GrayImage, Luma, imageops};
use shelf_pages::Bbox;

/// The part of an image in a box, with white paper: Tesseract reads a single letter or number on grey or noisy paper badly, and takes the edge of a
/// grey part on a white ground for a stroke.
pub(super) fn crop_on_white(image: &GrayImage, area: Bbox) -> GrayImage {
    let mut crop = imageops::crop_imm(image, area.x, area.y, area.width, area.height).to_image();
    let darkest = crop.pixels().map(|pixel| pixel.0[0]).min().unwrap_or_default();
    let lightest = crop.pixels().map(|pixel| pixel.0[0]).max().unwrap_or(u8::MAX);
    let paper = u8::midpoint(darkest, lightest);
    for pixel in crop.pixels_mut() {
        if pixel.0[0] > paper {
            *pixel = Luma([u8::MAX]);
        }
    }
    crop
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_is_white_and_ink_keeps_its_shades() {
        let shades = [[200, 190, 210], [60, 20, 120], [205, 40, 198]];
        let image = GrayImage::from_fn(3, 3, |x, y| Luma([shades[y as usize][x as usize]]));
        let crop = crop_on_white(&image, Bbox { x: 0, y: 0, width: 3, height: 3 });
        let white = u8::MAX;
        assert_eq!(crop.as_raw(), &[white, white, white, 60, 20, white, white, 40, white]);
    }
}
