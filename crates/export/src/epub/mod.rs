//! EPUB 3: a file for each chapter, navigation with the printed page numbers, notes as pop-ups, figures as JPEG. The same book gives the same
//! bytes.

mod archive;
mod chapter;
mod cover;
mod nav;
mod package;
mod write;
mod xhtml;

pub(crate) use write::EPUB;
