//! The scans of a book: external files become scans ([`intake`]), the scans of a book are replaced, inserted, removed or rotated ([`edit`]),
//! and a stage gets the scan of its page ([`PageImage`]).
//!
//! `catalogue_record` reads what a library knows of a book, and `existing_text` what text came with its scans. From the bottom up: `raster` (pixels) and the file `formats`; `resolution` and `spread`, which look at pixels; `staging` (a
//! book's folder until it is complete) and `scan` (from a page in a file to a scan in a book); then `intake` and `edit`, which do not know each other.

mod catalogue_record;
pub mod edit;
pub mod existing_text;
mod file_error;
mod formats;
pub mod intake;
mod natural_order;
mod page_image;
mod raster;
mod resolution;
mod rotation;
mod scan;
mod scan_region;
mod spread;
mod staging;

pub use file_error::FileError;
pub use natural_order::natural_order;
pub use page_image::{PageImage, ScanFile};
pub use rotation::Rotation;
pub use scan::SourceError;
pub use scan::metadata::scan_metadata;
pub use scan_region::ScanRegion;
pub use spread::Spreads;
pub use staging::StagingError;
