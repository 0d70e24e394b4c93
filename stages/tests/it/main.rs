//! The built-in stages on real scans, on drawn books and with models whose replies are written down.

mod catalogue_by_model;
#[cfg(feature = "tesseract")]
mod catalogue_scans;
mod corrected_by_model;
#[cfg(feature = "tesseract")]
mod corrected_scans;
mod labels_by_model;
mod labels_of_drawn_books;
#[cfg(feature = "tesseract")]
mod labels_of_real_scans;
#[cfg(feature = "tesseract")]
mod ocr_of_bad_scans;
#[cfg(feature = "tesseract")]
mod ocr_scans;
#[cfg(not(feature = "tesseract"))]
mod ocr_without_tesseract;
