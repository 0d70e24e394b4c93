//! Recognition of a scan with Tesseract.

mod alternatives;
mod background;
mod binary_image;
mod connected_components;
mod dark_bands;
mod dashed_page_number;
mod decoded_scan;
mod deskew;
mod dotted_numeral;
mod drop_capital;
mod engine;
mod erase;
mod examine;
mod figure_captions;
mod figures;
mod isolated_page_number;
mod layout;
mod leader_dots;
mod line_end_numbers;
mod line_fragments;
mod neighbouring_page;
mod off_page;
mod orientation;
mod recognise;
mod residual_image;
mod scan_borders;
mod scan_transform;
mod skew;
mod surroundings;
#[cfg(test)]
mod test_reading;
mod timesteps;
mod tsv;
mod unread_text;
mod white_crop;

pub(super) use engine::can_start;
pub use engine::tesseract_version;
pub(super) use examine::examine_page;
pub use recognise::recognise;
pub(super) use recognise::recognise_page;
