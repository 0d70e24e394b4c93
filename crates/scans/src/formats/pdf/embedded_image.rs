use hayro_syntax::Filter;
use hayro_syntax::object::stream::{FilterResult, ImageColorSpace, ImageDecodeParams};
use hayro_syntax::object::{Array, Object, Stream};

use super::colour::{Colour, is_inverted};
use super::content::{FillColour, PlacedImage};
use crate::raster::{Raster, Samples, check_size, rgb_of_cmyk, unpacked};
use shelf_runtime::failure::Failure;

/// The image of a page, extracted from its PDF.
pub(super) enum EmbeddedImage {
    /// A complete JPEG file, as it is in the PDF.
    Jpeg(Vec<u8>),
    /// Pixels, and a warning about them.
    Pixels(Raster, Option<String>),
    /// An image that needs a renderer; the reason.
    Unsupported(&'static str),
}

/// The image's header, from its dictionary.
struct Header<'a> {
    stream: &'a Stream<'a>,
    width: u32,
    height: u32,
    bits: u8,
    colour: Colour,
    is_inverted: bool,
}

/// Extracts the image that makes up a page.
pub(super) fn extract(placed: &PlacedImage<'_>) -> Result<EmbeddedImage, Failure> {
    let stream = &placed.image;
    let dict = stream.dict();
    let side = |long: &str, short: &str| dict.get::<u32>(long).or_else(|| dict.get::<u32>(short));
    let (Some(width), Some(height)) = (side("Width", "W"), side("Height", "H")) else {
        return Err(Failure::new("damaged image: no width or no height"));
    };
    let is_stencil = dict.get::<bool>("ImageMask").unwrap_or(false);
    if is_stencil && placed.fill != FillColour::Black {
        return Ok(EmbeddedImage::Unsupported("its stencil is not black"));
    }
    let filters = stream.filters();
    let named = dict.get::<Object<'_>>("ColorSpace").or_else(|| dict.get::<Object<'_>>("CS"));
    let colour = match named {
        _ if is_stencil => Colour::Grey,
        Some(named) => match Colour::of(named, &placed.resources) {
            Some(colour) => colour,
            None => return Ok(EmbeddedImage::Unsupported("its colour space is not supported")),
        },
        // JPEG 2000 data include their colour space.
        None if filters.last() == Some(&Filter::JpxDecode) => Colour::Rgb,
        None => Colour::Grey,
    };
    let bits = if is_stencil { 1 } else { dict.get::<u8>("BitsPerComponent").unwrap_or(8) };
    check_size(width, height, usize::from(bits).max(1) * colour.components())?;
    let is_indexed = matches!(colour, Colour::Indexed(_));
    let Some(is_inverted) = is_inverted(dict.get::<Array<'_>>("Decode"), colour.components(), is_indexed) else {
        return Ok(EmbeddedImage::Unsupported("its colours are remapped"));
    };
    let header = Header { stream, width, height, bits, colour, is_inverted };
    if filters.as_slice() == [Filter::DctDecode]
        && let Some(jpeg) = header.jpeg()
    {
        return Ok(EmbeddedImage::Jpeg(jpeg));
    }
    header.decoded(filters.last().copied())
}

impl Header<'_> {
    /// The JPEG as it is, if image viewers show the same as PDF viewers.
    fn jpeg(&self) -> Option<Vec<u8>> {
        let jpeg = self.stream.raw_data().into_owned();
        let frame = crate::formats::jpeg::frame_of(&jpeg)?;
        let has_stated_size = (u32::from(frame.width), u32::from(frame.height)) == (self.width, self.height);
        let has_usual_colours = frame.bits == 8
            && match self.colour {
                Colour::Grey => frame.components == 1,
                Colour::Rgb => frame.components == 3 && !frame.is_marked_as_rgb,
                Colour::Cmyk | Colour::Indexed(_) => false,
            };
        let transform = self.stream.dict().get::<hayro_syntax::object::Dict<'_>>("DecodeParms");
        let transforms = transform.and_then(|parameters| parameters.get::<u8>("ColorTransform")).is_none_or(|t| t == 1);
        (has_stated_size && has_usual_colours && transforms && !self.is_inverted).then_some(jpeg)
    }

    fn decoded(&self, last: Option<Filter>) -> Result<EmbeddedImage, Failure> {
        let is_fax = matches!(last, Some(Filter::CcittFaxDecode | Filter::Jbig2Decode));
        let parameters = ImageDecodeParams {
            // The decoder leaves indexed images packed: eight pixels per byte.
            is_indexed: is_fax || matches!(self.colour, Colour::Indexed(_)),
            bpc: Some(self.bits),
            num_components: Some(self.colour.components() as u8),
            target_dimension: None,
            width: self.width,
            height: self.height,
        };
        let FilterResult { data, image_data } =
            self.stream.decoded_image(&parameters).map_err(|_| Failure::new("damaged image: it cannot be decoded"))?;
        let mut data = data.into_owned();
        let (mut bits, mut colour, mut width, mut height) = (self.bits, self.colour.clone(), self.width, self.height);
        if let Some(found) = image_data {
            if found.alpha.is_some() {
                return Ok(EmbeddedImage::Unsupported("its image is transparent"));
            }
            (bits, width) = (found.bits_per_component, found.width);
            if last == Some(Filter::JpxDecode) {
                height = found.height;
                if !matches!(colour, Colour::Indexed(_)) {
                    let Some(own) = own_colour(found.color_space) else {
                        return Ok(EmbeddedImage::Unsupported("its colour space is not supported"));
                    };
                    colour = own;
                }
            }
        }
        check_size(width, height, usize::from(bits) * colour.components())?;
        let row = (width as usize * colour.components() * usize::from(bits)).div_ceil(8);
        let rows = (data.len() / row.max(1)).min(height as usize);
        if rows == 0 {
            return Err(Failure::new("damaged image: none of its rows can be decoded"));
        }
        let warning = (rows < height as usize)
            .then(|| format!("truncated image: {rows} of {height} rows exist, the rest is white"));
        let white = if self.is_inverted || colour == Colour::Cmyk { 0x00 } else { 0xFF };
        data.truncate(rows * row);
        data.resize(row * height as usize, white);
        if self.is_inverted {
            for byte in &mut data {
                *byte = !*byte;
            }
        }
        let raster = match raster_of(width, height, bits, &colour, data) {
            Some(raster) => raster?,
            None => return Ok(EmbeddedImage::Unsupported("its sample size is not supported")),
        };
        let raster = if (width, height) == (self.width, self.height) || last == Some(Filter::JpxDecode) {
            raster
        } else {
            raster.fitted(self.width, self.height)
        };
        Ok(EmbeddedImage::Pixels(raster, warning))
    }
}

fn own_colour(found: Option<ImageColorSpace>) -> Option<Colour> {
    match found? {
        ImageColorSpace::Gray => Some(Colour::Grey),
        ImageColorSpace::Rgb => Some(Colour::Rgb),
        ImageColorSpace::Cmyk => Some(Colour::Cmyk),
        ImageColorSpace::Unknown(_) => None,
    }
}

/// Converts decoded samples to those of PNG; `None` if there is no equivalent.
fn raster_of(width: u32, height: u32, bits: u8, colour: &Colour, data: Vec<u8>) -> Option<Result<Raster, Failure>> {
    let raster = |samples, data| Some(Raster::new(width, height, samples, data));
    match (colour, bits) {
        (Colour::Grey, 1) => raster(Samples::Bilevel, data),
        (Colour::Grey, 8) => raster(Samples::Grey8, data),
        (Colour::Grey, 16) => raster(Samples::Grey16, data),
        (Colour::Grey, 2 | 4) => {
            let step = 255 / ((1 << bits) - 1);
            let grey = unpacked(width, bits, &data).map(|value| value * step).collect();
            raster(Samples::Grey8, grey)
        }
        (Colour::Rgb, 8) => raster(Samples::Rgb8, data),
        (Colour::Rgb, 16) => raster(Samples::Rgb16, data),
        (Colour::Cmyk, 8) => {
            let rgb = data.chunks_exact(4).flat_map(|ink| rgb_of_cmyk([ink[0], ink[1], ink[2], ink[3]])).collect();
            raster(Samples::Rgb8, rgb)
        }
        (Colour::Indexed(palette), 1) if is_black_and_white(palette) => {
            let is_swapped = palette[0] == [255; 3];
            raster(Samples::Bilevel, if is_swapped { data.into_iter().map(|byte| !byte).collect() } else { data })
        }
        (Colour::Indexed(palette), 1 | 2 | 4 | 8) => {
            let colour_of = |index: u8| palette.get(usize::from(index)).copied().unwrap_or([0; 3]);
            if palette.iter().all(|[r, g, b]| r == g && g == b) {
                raster(Samples::Grey8, unpacked(width, bits, &data).map(|index| colour_of(index)[0]).collect())
            } else {
                raster(Samples::Rgb8, unpacked(width, bits, &data).flat_map(colour_of).collect())
            }
        }
        _ => None,
    }
}

fn is_black_and_white(palette: &[[u8; 3]]) -> bool {
    matches!(palette, [[0, 0, 0], [255, 255, 255]] | [[255, 255, 255], [0, 0, 0]])
}
