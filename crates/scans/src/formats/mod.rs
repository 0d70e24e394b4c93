//! The formats that scans come in. A [page in a file](opened_page::PageInFile) is [opened](open::open_page) into pixels, and where the format
//! allows it into a file that can be kept byte for byte. Only worker processes open files.

pub(crate) mod convertible;
pub(crate) mod exif;
pub(crate) mod file_format;
pub(crate) mod inspect;
pub(crate) mod jpeg;
pub(crate) mod jpeg2000;
pub(crate) mod open;
pub(crate) mod opened_page;
pub(crate) mod page_estimate;
pub(crate) mod pdf;
pub(crate) mod png;
pub(crate) mod tiff;
