//! The `catalogue` stage: finds out what a book is, as a librarian does: title, author, year, publisher, ISBN and type from its first
//! pages. What is sure enough is filled into the book's metadata, where no person has said it.

mod front_matter_page;
mod metrics;
pub mod model;
mod options;
pub mod rules;
mod stage;

pub use front_matter_page::{FRONT_MATTER_PAGES, FrontMatterPage, front_matter_pages};
pub use metrics::CatalogueMetrics;
pub use options::CatalogueOptions;
pub use shelf_pages::{BookType, CatalogueEntry, CatalogueField, Isbn, IsbnError, MIN_CONFIDENCE, PRINTED_YEARS};
pub use stage::catalogue;
