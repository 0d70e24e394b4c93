//! The `catalogue` stage: finds title, author, year, publisher, ISBN and genre on the first pages of a book. Fields with enough confidence are
//! filled into the book's metadata unless a person has set them.

mod front_matter_page;
mod metrics;
pub mod model;
mod options;
pub mod rules;
mod stage;

pub use front_matter_page::{FRONT_MATTER_PAGES, FrontMatterPage, front_matter_pages};
pub use metrics::CatalogueMetrics;
pub use options::CatalogueOptions;
pub use shelf::book::{Isbn, IsbnError};
pub use shelf_pages::{BookType, CatalogueEntry, CatalogueField, MIN_CONFIDENCE, PRINTED_YEARS};
pub use stage::catalogue;
