//! Text that comes with scans: the text layer of a PDF, or hOCR, ALTO or PAGE files beside the images. `add` keeps it in one format of its own
//! ([`ScanText`]), in px of the scan, and the stage that reads scans may take it as [`ExistingText`].
//!
//! From the bottom up: a format's parser tells a `builder` of blocks, lines and words in the units of its file; `frame` maps them to the scan. Files
//! are parsed only in worker processes.

mod alto;
mod builder;
mod find;
mod frame;
mod hocr;
mod page_xml;
mod parameter;
mod pdf_words;
mod read;
mod scan_text;
mod store;
mod xml;

pub(crate) use builder::ParsedText;
pub(crate) use find::{FoundText, find_text_beside};
pub(crate) use frame::{Frame, ScanSize};
pub use parameter::{ExistingText, ExistingTextUse};
pub(crate) use pdf_words::parse_pdf_words;
pub(crate) use read::{TextFile, read_text, scan_text};
pub use scan_text::{ScanText, TextBlock, TextFormat, TextLine, TextParagraph, TextWord};
pub(crate) use store::{read_stored_text, write_text};
