use hayro_syntax::object::{Array, Dict, Name, Object};
use hayro_syntax::page::Resources;

use crate::raster::rgb_of_cmyk;

/// The colour spaces whose samples can be kept. Profiles (ICC, Cal…) are ignored: OCR does not need them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Colour {
    Grey,
    Rgb,
    Cmyk,
    /// Indices into a palette.
    Indexed(Vec<[u8; 3]>),
}

/// The depth to which references between names and arrays are followed.
const MAX_DEPTH: usize = 8;

impl Colour {
    /// The colour space that an image names; `None` for one that needs a renderer (Lab, separations, …).
    pub(super) fn of(named: Object<'_>, resources: &Resources<'_>) -> Option<Self> {
        Self::resolve(named, resources, 0)
    }

    fn resolve(named: Object<'_>, resources: &Resources<'_>, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        match named {
            Object::Name(name) => {
                Self::device(&name).or_else(|| Self::resolve(resources.get_color_space(&name)?, resources, depth + 1))
            }
            Object::Array(array) => {
                let mut parts = array.iter::<Object<'_>>();
                let family = parts.next()?.into_name()?;
                match family.as_ref() {
                    b"ICCBased" => Self::of_profile(parts.next()?.into_stream()?.dict()),
                    b"CalGray" => Some(Self::Grey),
                    b"CalRGB" => Some(Self::Rgb),
                    b"Indexed" | b"I" => {
                        let base = Self::resolve(parts.next()?, resources, depth + 1)?;
                        let last = parts.next()?.into_number()?.as_i64();
                        base.palette(usize::try_from(last).ok()?.min(255), &parts.next()?)
                    }
                    _ => Self::device(&family),
                }
            }
            _ => None,
        }
    }

    fn device(name: &Name<'_>) -> Option<Self> {
        match name.as_ref() {
            b"DeviceGray" | b"G" | b"CalGray" => Some(Self::Grey),
            b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(Self::Rgb),
            b"DeviceCMYK" | b"CMYK" => Some(Self::Cmyk),
            _ => None,
        }
    }

    fn of_profile(profile: &Dict<'_>) -> Option<Self> {
        match profile.get::<u8>("N")? {
            1 => Some(Self::Grey),
            3 => Some(Self::Rgb),
            4 => Some(Self::Cmyk),
            _ => None,
        }
    }

    fn palette(&self, last: usize, table: &Object<'_>) -> Option<Self> {
        let stream: Option<Vec<u8>>;
        let bytes: &[u8] = match table {
            Object::String(text) => text.as_bytes(),
            Object::Stream(table) => {
                stream = Some(table.decoded_data().ok()?.into_owned());
                stream.as_deref()?
            }
            _ => return None,
        };
        let mut colours: Vec<[u8; 3]> = match self {
            Self::Grey => bytes.iter().map(|grey| [*grey; 3]).collect(),
            Self::Rgb => bytes.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect(),
            Self::Cmyk => bytes.chunks_exact(4).map(|c| rgb_of_cmyk([c[0], c[1], c[2], c[3]])).collect(),
            Self::Indexed(_) => return None,
        };
        colours.resize(last + 1, [0; 3]);
        Some(Self::Indexed(colours))
    }

    /// Samples per pixel.
    pub(super) fn components(&self) -> usize {
        match self {
            Self::Grey | Self::Indexed(_) => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// Whether the `Decode` array of an image inverts its samples. `None` for any other mapping.
pub(super) fn is_inverted(decode: Option<Array<'_>>, components: usize, is_indexed: bool) -> Option<bool> {
    let Some(decode) = decode else { return Some(false) };
    let limits: Vec<f64> = decode.iter::<Object<'_>>().filter_map(Object::into_number).map(|n| n.as_f64()).collect();
    let pairs: Vec<(f64, f64)> = limits.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    if pairs.len() < components {
        return Some(false);
    }
    let near = |(low, high): (f64, f64), (expected_low, expected_high): (f64, f64)| {
        (low - expected_low).abs() < 0.004 && (high - expected_high).abs() < 0.004
    };
    if is_indexed {
        // The mapping of a palette goes to 2ⁿ − 1; it is enough that it starts at 0 and rises.
        return (pairs[0].0.abs() < 0.004 && pairs[0].1 > 0.0).then_some(false);
    }
    if pairs[..components].iter().all(|pair| near(*pair, (0.0, 1.0))) {
        Some(false)
    } else if pairs[..components].iter().all(|pair| near(*pair, (1.0, 0.0))) {
        Some(true)
    } else {
        None
    }
}
