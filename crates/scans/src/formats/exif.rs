use exif::{In, Tag, Value};
use image::metadata::Orientation;

/// The EXIF data that matter for a scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Exif {
    /// How to make the image upright.
    pub(crate) orientation: Orientation,
    /// Dots per inch.
    pub(crate) dpi: Option<f64>,
}

impl Default for Exif {
    fn default() -> Self {
        Self { orientation: Orientation::NoTransforms, dpi: None }
    }
}

impl Exif {
    /// Reads the TIFF structure with EXIF data; damaged fields count as absent.
    pub(crate) fn read(data: &[u8]) -> Self {
        let mut reader = exif::Reader::new();
        let read = reader.continue_on_error(true).read_raw(data.to_vec());
        let Ok(fields) = read.or_else(|error| error.distill_partial_result(|_| ())) else { return Self::default() };
        let number = |tag: Tag| match &fields.get_field(tag, In::PRIMARY)?.value {
            Value::Rational(values) => values.first().map(exif::Rational::to_f64),
            value => value.get_uint(0).map(f64::from),
        };
        let orientation = number(Tag::Orientation).and_then(|value| Orientation::from_exif(value as u8));
        // 3 means centimetres; 2, or no unit, means inches.
        let unit = if number(Tag::ResolutionUnit) == Some(3.0) { 2.54 } else { 1.0 };
        Self {
            orientation: orientation.unwrap_or(Orientation::NoTransforms),
            dpi: number(Tag::XResolution).filter(|dpi| dpi.is_finite() && *dpi > 0.0).map(|density| density * unit),
        }
    }
}
