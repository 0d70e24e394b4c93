//! What labels need to know of the whole book: its running heads, its printed page numbers, its type and its parts.

#[cfg(test)]
pub(crate) mod drawn;
mod edge;
mod folio;
mod heads;
mod numbering;
mod order;
mod printed;
mod roman;
mod row;
mod sheet;
mod solve;

pub use edge::{EdgeRow, in_capitals, is_division};
pub use folio::{Folio, Mark};
pub use heads::repeated;
pub use numbering::{NumberingStyle, PageNumberLocation, PageRegion};
pub use order::out_of_order;
pub use printed::PrintedNumber;
pub use roman::{parse_roman, print_roman};
pub use row::{Row, RowWord, rows_of, rows_of_blocks};
pub use sheet::{Sheet, TypeHeights};
pub use solve::{Leaf, Solved, solve};
