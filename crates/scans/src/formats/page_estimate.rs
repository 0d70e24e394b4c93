use serde::{Deserialize, Serialize};

/// What a page will take, estimated from the headers of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageEstimate {
    /// Pixels that have to be decoded or rendered.
    pub(crate) pixels: u64,
    /// Size of the scan on disk, bytes.
    pub(crate) bytes: u64,
    /// Whether it is so much wider than high that it may show two pages.
    pub(crate) is_landscape: bool,
}

impl PageEstimate {
    /// A page that cannot be opened: writing it reports why.
    pub(crate) const UNREADABLE: Self = Self { pixels: 1, bytes: 0, is_landscape: false };
}

/// Least width of an image that may show two pages, as a multiple of its height. Two pages of the narrowest common shape (5:9) are 1.11.
const LANDSCAPE_MIN_ASPECT: f64 = 1.1;

/// Whether an image is so much wider than high that it may show two pages.
pub(crate) fn is_landscape(width: f64, height: f64) -> bool {
    width >= height * LANDSCAPE_MIN_ASPECT
}
