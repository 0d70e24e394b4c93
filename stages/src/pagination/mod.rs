//! The `pagination` stage: what labels need to know of the whole book, its running heads, its printed page numbers, its type and its
//! parts.
//!
//! A page becomes a [`Sheet`] of [`Row`]s with the measures of its type. Rows at head and foot are compared with other pages
//! ([`Zones`]), numbers among them are solved for all pages at once ([`solve`]), and what was found makes the [`Pagination`].

mod book;
#[cfg(test)]
pub(crate) mod drawn;
mod edge;
mod folio;
mod glance;
mod heads;
mod matter;
mod numbering;
mod order;
mod parts;
mod printed;
mod row;
mod sheet;
mod solve;
mod stage;
mod survey;
mod zones;

pub use book::{PagePagination, Pagination};
pub use edge::{EdgeRow, in_capitals, is_division};
pub use folio::{Folio, Mark};
pub use glance::{Glance, is_centred};
pub use heads::repeated;
pub use matter::{Matter, is_numbered_division};
pub use numbering::{NumberingStyle, PageNumberLocation, PageRegion};
pub use order::out_of_order;
pub use parts::{Part, parts};
pub use printed::PrintedNumber;
pub use row::{Row, RowWord, rows_of, rows_of_blocks};
pub use sheet::{Sheet, TypeHeights};
pub use solve::{Leaf, Solved, solve};
pub use stage::{PaginationMetrics, pagination};
pub use survey::Survey;
pub use zones::Zones;
