//! Synthetic pages: a small typesetter, so that text, lines and boxes of a page are known exactly.
//!
//! [`Document::typeset`] turns a [`Document`] into [`DrawnPage`]s, with justified lines, hyphenation, running heads, page numbers, footnotes
//! and figures; a [`Scanner`] makes a page look scanned, and moves its boxes accordingly. A [`Degrader`] makes a bad scan of it, with
//! [`DarkEdge`]s or the [`NeighbourStrip`] of the page beside it.
//!
//! ```
//! use shelf::draw::{BlockKind, Document, PageFormat};
//!
//! let pages = Document::new().prose("A page of one line.").typeset(&PageFormat::octavo());
//! let body = &pages[0].blocks[0];
//! assert_eq!((body.kind, body.text().as_str()), (BlockKind::Body, "A page of one line."));
//! assert_eq!(pages[0].image.dimensions(), (1650, 2550));
//! ```

mod degrader;
mod document;
pub(crate) mod font;
mod format;
mod hyphens;
mod line_breaking;
mod page;
mod paginate;
mod placed_page;
mod random;
pub(crate) mod rasterize;
mod scan_edges;
mod scanner;
mod set_line;
mod test_figure;
mod words;

pub use degrader::Degrader;
pub use document::{Document, TestFigure, TitlePage};
pub use format::{Alignment, PageFormat};
pub use hyphens::{LineEndHyphen, line_end_hyphens};
pub use page::{
    BlockKind, DrawnBlock, DrawnLine, DrawnPage, DrawnParagraph, DrawnWord, Folio, FolioPlace, LineEnd, NumberingStyle,
    PageRegion,
};
pub use random::Random;
pub use scan_edges::{DarkEdge, EdgeTexture, NeighbourStrip, ScanSide};
pub use scanner::Scanner;
pub(crate) use shelf_pages::Bbox;
