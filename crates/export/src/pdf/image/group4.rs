use std::borrow::Cow;

use fax::encoder::Encoder;
use fax::{Color, VecWriter};

use super::scan_image::{Colour, Compression, ScanImage};

/// Compresses pixels of one bit: CCITT Group 4 (ITU-T T.6). `None` for an image that is too wide.
pub(super) fn group4(width: u32, height: u32, is_black: impl Fn(usize) -> bool) -> Option<ScanImage<'static>> {
    // The encoder subtracts positions as numbers of 16 bits with a sign.
    let columns = u16::try_from(i16::try_from(width).ok()?).ok()?;
    let mut encoder = Encoder::new(VecWriter::new());
    for row in 0..height as usize {
        let first = row * usize::from(columns);
        let colour = |at: usize| if is_black(at) { Color::Black } else { Color::White };
        let Ok(()) = encoder.encode_line((first..first + usize::from(columns)).map(colour), columns);
    }
    let Ok(written) = encoder.finish();
    Some(ScanImage {
        width,
        height,
        bits: 1,
        colour: Colour::Grey,
        is_inverted: false,
        compression: Compression::Group4,
        profile: None,
        data: Cow::Owned(written.finish()),
    })
}
