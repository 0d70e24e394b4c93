//! What a model sees of a scan.

mod excerpt;
mod picture;
mod picture_settings;

pub use excerpt::{Excerpt, Region};
pub use picture::Picture;
pub use picture_settings::PictureSettings;
