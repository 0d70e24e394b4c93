use std::borrow::Cow;

use image::{DynamicImage, GrayImage};
use jpeg_encoder::{ColorType, Encoder};
use shelf_pages::Bbox;

use super::cells::Cells;
use super::ink::Ink;
use crate::pdf::image::decoded;
use crate::pdf::image::group4::group4;
use crate::pdf::image::scan_image::{Colour, Compression, ScanImage};
use crate::pdf::profiles;

/// Resolution of what is not ink, dots per inch.
const BACKGROUND_DPI: f64 = 125.0;
/// Resolution of the colours of the ink, dots per inch: they rarely differ within a word.
const INK_COLOUR_DPI: f64 = 20.0;
/// Quality of the JPEGs, 1..=100.
const BACKGROUND_QUALITY: u8 = 45;
const INK_COLOUR_QUALITY: u8 = 40;
/// How far around the ink the paper is coloured by it, inches.
const BLEED_IN: f64 = 1.0 / 150.0;

/// A scan in layers.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pdf) struct Layers {
    /// The whole scan.
    pub(in crate::pdf) background: ScanImage<'static>,
    /// What is drawn over it.
    pub(in crate::pdf) ink: Option<InkLayers>,
}

/// The ink of a scan.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pdf) struct InkLayers {
    /// Its colours.
    pub(in crate::pdf) colours: ScanImage<'static>,
    /// Where it is: black pixels.
    pub(in crate::pdf) mask: ScanImage<'static>,
}

/// A scan in layers, or without loss if it has one bit; `None` if that is not smaller than `scan`, or if the file cannot be decoded.
pub(in crate::pdf) fn compacted(file: &[u8], scan: &ScanImage, dpi: f64, figures: &[Bbox]) -> Option<Layers> {
    if matches!(scan.colour, Colour::Cmyk | Colour::Own) || scan.compression == Compression::Jpeg2000 {
        return None;
    }
    let (image, _) = decoded::pixels(file).ok()?;
    let layers = if scan.bits == 1 { bilevel(&image.into_luma8())? } else { layers_of(image, scan, dpi, figures)? };
    (layers.size() < scan.data.len()).then_some(layers)
}

/// The same pixels in another compression; `None` if they have more than two values.
fn bilevel(pixels: &GrayImage) -> Option<Layers> {
    let values = pixels.as_raw();
    if !values.iter().all(|value| matches!(value, 0 | 255)) {
        return None;
    }
    let background = group4(pixels.width(), pixels.height(), |at| values[at] == 0)?;
    Some(Layers { background, ink: None })
}

fn layers_of(image: DynamicImage, scan: &ScanImage, dpi: f64, figures: &[Bbox]) -> Option<Layers> {
    let is_grey = !image.color().has_color();
    let grey = image.to_luma8();
    let ink = Ink::of(&grey, dpi, figures);
    let mut layers = if is_grey {
        drop(image);
        separate::<1>(grey.as_raw(), &ink, dpi)?
    } else {
        drop(grey);
        separate::<3>(image.into_rgb8().as_raw(), &ink, dpi)?
    };
    let profile = scan.profile.clone().filter(|_| matches!(scan.colour, Colour::Grey | Colour::Rgb));
    let profile = profile.and_then(|bytes| profiles::usable(bytes, &layers.background.colour));
    if let Some(ink) = &mut layers.ink {
        ink.colours.profile.clone_from(&profile);
    }
    layers.background.profile = profile;
    Some(layers)
}

/// Separates paper and ink; `None` if the image is too large for the formats of the layers.
fn separate<const N: usize>(pixels: &[u8], ink: &Ink, dpi: f64) -> Option<Layers> {
    let size = (ink.width, ink.height);
    let near_ink = ink.dilated(((dpi * BLEED_IN).round() as usize).max(1));
    let paper = Cells::<N>::reduce(pixels, size, (dpi / BACKGROUND_DPI).max(1.0), |at| !near_ink.is_ink(at));
    let background = jpeg(paper, BACKGROUND_QUALITY)?;
    if ink.is_empty() {
        return Some(Layers { background, ink: None });
    }
    let colours =
        |is_used: &dyn Fn(usize) -> bool| Cells::<N>::reduce(pixels, size, (dpi / INK_COLOUR_DPI).max(1.0), is_used);
    let colours = colours(&|at| ink.is_core(at)).or(&colours(&|at| ink.is_ink(at)));
    let colours = jpeg(colours, INK_COLOUR_QUALITY)?;
    let mask = group4(ink.width as u32, ink.height as u32, |at| ink.is_ink(at))?;
    Some(Layers { background, ink: Some(InkLayers { colours, mask }) })
}

fn jpeg<const N: usize>(cells: Cells<N>, quality: u8) -> Option<ScanImage<'static>> {
    let (width, height) = (cells.width as u32, cells.height as u32);
    let (colour, samples) = if N == 1 { (Colour::Grey, ColorType::Luma) } else { (Colour::Rgb, ColorType::Rgb) };
    let mut data = Vec::new();
    let mut encoder = Encoder::new(&mut data, quality);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(&cells.filled(), u16::try_from(width).ok()?, u16::try_from(height).ok()?, samples).ok()?;
    Some(ScanImage {
        width,
        height,
        bits: 8,
        colour,
        is_inverted: false,
        compression: Compression::Jpeg { is_rgb: false },
        profile: None,
        data: Cow::Owned(data),
    })
}

impl Layers {
    /// Bytes of all layers.
    fn size(&self) -> usize {
        let ink = self.ink.as_ref().map_or(0, |ink| ink.colours.data.len() + ink.mask.data.len());
        self.background.data.len() + ink
    }
}
