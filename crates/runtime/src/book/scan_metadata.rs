use shelf_macros::page;

/// The metadata of a page's scan: `source/page_NNNN.json`, written beside the image by `shelf add`.
///
/// A book from another program has only images; then the metadata are read from the image when they are needed.
#[page(crate = crate)]
#[derive(Debug, Clone, PartialEq)]
pub struct ScanMetadata {
    /// The scan's number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// The image's file name in `source/`.
    #[garde(length(min = 1))]
    pub image: String,
    /// BLAKE3 of the image file, 64 hexadecimal digits.
    #[garde(length(equal = 64))]
    pub hash: String,
    /// Size of the image file, bytes.
    pub bytes: u64,
    /// Width of the upright image, px.
    #[garde(range(min = 1))]
    pub width: u32,
    /// Height of the upright image, px.
    #[garde(range(min = 1))]
    pub height: u32,
    /// The resolution.
    pub resolution: Resolution,
    /// The file, and the page in it, that the scan was taken from.
    pub origin: Origin,
    /// The text that came with the scan, if some did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing_text: Option<ExistingTextMetadata>,
}

/// The folder of the text that came with scans, in px of each scan: `existing_text/page_0007.json`. It moves with its scan.
pub const EXISTING_TEXT: &str = "existing_text";

/// What is recorded of the text that came with a scan.
#[page(crate = crate)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingTextMetadata {
    /// BLAKE3 of the file in `existing_text/`, 64 hexadecimal digits.
    #[garde(length(equal = 64))]
    pub hash: String,
    /// Words in it.
    pub words: u32,
}

/// Dots per inch of a scan.
#[page(crate = crate)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// Dots per inch.
    #[garde(range(min = 20.0, max = 5000.0))]
    pub dpi: f64,
    /// Whether it was estimated from the height of the text or the size of the page, because the file has none or an implausible one.
    #[garde(skip)]
    pub estimated: bool,
}

/// The file that a scan was taken from.
#[page(crate = crate)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// File name.
    pub file: String,
    /// Page in that file, counted from 1, if it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The half of that image, if it shows a spread that was split into two pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half: Option<Half>,
}

/// A page of a spread, by its position in the image.
#[page(crate = crate)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// The left page.
    Left,
    /// The right page.
    Right,
}
