use serde::{Deserialize, Serialize};

use super::Excerpt;
use shelf_runtime::book::ScanMetadata;

/// How pictures are scaled down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PictureSettings {
    /// Maximum resolution, dots per inch; coarser scans keep theirs.
    pub dpi: f64,
    /// Maximum size of the JPEG, bytes.
    pub max_bytes: u32,
    /// Quality of the JPEG, 1..=100.
    pub quality: u8,
}

impl PictureSettings {
    /// Width and height of the picture that a model gets, px. It is smaller still where it would exceed `max_bytes`.
    #[must_use]
    pub fn size(&self, scan: &ScanMetadata, excerpt: &Excerpt) -> (u32, u32) {
        scaled(excerpt.size(scan), self.factor(scan.resolution.dpi))
    }

    /// Pixels of that picture.
    pub(crate) fn pixels(&self, scan: &ScanMetadata, excerpt: &Excerpt) -> f64 {
        let (width, height) = self.size(scan, excerpt);
        f64::from(width) * f64::from(height)
    }

    /// The factor by which a scan of this resolution is scaled, at most 1.
    pub(super) fn factor(&self, dpi: f64) -> f64 {
        (self.dpi / dpi).min(1.0)
    }

    /// Settings for half as many bytes and fewer pixels.
    #[must_use]
    pub fn smaller(self) -> Self {
        Self { dpi: self.dpi * 0.7, max_bytes: self.max_bytes / 2, ..self }
    }
}

/// Width and height scaled by `factor`, px, at least 1.
pub(super) fn scaled((width, height): (u32, u32), factor: f64) -> (u32, u32) {
    let side = |px: u32| (f64::from(px) * factor).round().max(1.0) as u32;
    (side(width), side(height))
}
