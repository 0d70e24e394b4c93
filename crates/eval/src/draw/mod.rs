//! A small typesetter: pages drawn by code, whose text, lines and boxes are therefore known exactly.
//!
//! A [`Manuscript`] is text and what it is; [`Manuscript::typeset`] makes [`DrawnPage`]s of it, with justified lines,
//! split words, running heads, folios, footnotes and figures; a [`Scanner`] makes a page look scanned, and moves its boxes along.
//!
//! ```
//! use shelf::draw::{BlockKind, Manuscript, PageFormat};
//!
//! let pages = Manuscript::new().prose("A page of one line.").typeset(&PageFormat::octavo());
//! let body = &pages[0].blocks[0];
//! assert_eq!((body.kind, body.text().as_str()), (BlockKind::Body, "A page of one line."));
//! assert_eq!(pages[0].image.dimensions(), (1650, 2550));
//! ```

mod bbox;
mod bookcase;
mod face;
mod format;
mod hyphens;
mod line_breaking;
mod make_up;
mod manuscript;
mod page;
mod placed_page;
mod press;
mod random;
mod scan;
mod set_line;
mod words;

pub use bbox::Bbox;
pub use format::{Alignment, PageFormat};
pub use hyphens::{LineEndHyphen, line_end_hyphens};
pub use manuscript::{Figure, Manuscript, TitlePage};
pub use page::{
    BlockKind, DrawnBlock, DrawnLine, DrawnPage, DrawnParagraph, DrawnWord, Folio, FolioPlace, LineEnd, NumberingStyle,
    PageRegion,
};
pub use random::Random;
pub use scan::Scanner;
