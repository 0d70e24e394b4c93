//! The built-in stages on real scans, on drawn books and with models whose replies are written down.

mod catalogue_by_model;
mod catalogue_scans;
mod corrected_by_model;
mod corrected_scans;
mod labels_by_model;
mod labels_of_drawn_books;
mod labels_of_real_scans;
mod ocr_scans;
