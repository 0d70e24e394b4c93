//! The `catalogue` stage: finds out what a book is, as a librarian does: title, author, year, publisher, ISBN and type from its first
//! pages. What is sure enough is filled into the book's metadata, where no person has said it.

mod book_type;
mod entry;
mod front_page;
mod metrics;
pub mod model;
mod options;
pub mod rules;
mod stage;

pub use book_type::BookType;
pub use entry::{CatalogueEntry, Found, SURE, YEARS};
pub use front_page::{FRONT_PAGES, FrontPage, front_pages};
pub use metrics::CatalogueMetrics;
pub use options::CatalogueOptions;
pub use shelf::book::{Isbn, IsbnError};
pub use stage::catalogue;
