//! Pages of PDFs: the image of a page that is a scan is extracted as it is; any other page is rendered.

mod colour;
mod content;
mod document;
mod embedded_image;
mod geometry;
mod page;
mod poppler;
mod render;
#[cfg(test)]
mod test_pdf;
#[cfg(test)]
mod tests;
mod text_layer;

pub(super) use document::inspect;
pub(super) use page::open_page;
pub(crate) use text_layer::{TextLayer, read_text_layer};
