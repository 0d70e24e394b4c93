/// A scan of a test book, as [`TestBook::scans`](super::TestBook::scans) takes it: a PNG file.
#[derive(Debug, Clone)]
pub struct PngScan {
    /// The content of the file.
    pub png: Vec<u8>,
    /// Width and height, px.
    pub size: (u32, u32),
    /// Resolution, dots per inch.
    pub dpi: f64,
}

impl From<(Vec<u8>, (u32, u32), f64)> for PngScan {
    fn from((png, size, dpi): (Vec<u8>, (u32, u32), f64)) -> Self {
        Self { png, size, dpi }
    }
}
