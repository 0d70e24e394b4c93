//! Pages of PDFs: the image of a page that is a scan is extracted as it is; any other page is rendered.

mod colour;
mod content;
mod document;
mod embedded_image;
mod geometry;
mod page;
mod render;
#[cfg(test)]
mod test_pdf;
#[cfg(test)]
mod tests;

pub(super) use document::inspect;
pub(super) use page::open_page;
