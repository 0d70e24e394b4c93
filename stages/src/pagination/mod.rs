//! The `pagination` stage: running heads, printed page numbers, type height and parts of the whole book, for the labels.
//!
//! Rows in the header and footer of a page ([`HeaderFooterRow`]) are compared with other pages ([`HeaderFooterZones`]), the page numbers
//! among them are found for all pages at once ([`solve_page_numbers`]), and the results make up the [`Pagination`].

mod book_parts;
mod book_statistics;
mod folio;
mod header_footer_row;
mod header_footer_zones;
mod matter;
mod misplaced_leaves;
mod page_features;
mod page_number_candidate;
mod printed_number;
mod repeated_rows;
mod scan_order;
mod solver;
mod stage;

pub use book_parts::{BookPart, book_parts};
pub use book_statistics::BookStatistics;
pub use folio::Folio;
pub use header_footer_row::HeaderFooterRow;
pub use header_footer_zones::HeaderFooterZones;
pub use matter::{is_division, is_numbered_division, matter_opened_by};
pub use page_features::{Opening, PageFeatures};
pub use page_number_candidate::{Observation, PageNumberCandidate};
pub use printed_number::PrintedNumber;
pub use repeated_rows::repeated_rows;
pub use scan_order::scan_order_warnings;
pub use shelf_pages::{Matter, NumberingStyle, PageNumberLocation, PagePagination, PageRegion, Pagination};
pub use solver::{SolvedNumber, solve_page_numbers};
pub use stage::{PaginationMetrics, pagination};
