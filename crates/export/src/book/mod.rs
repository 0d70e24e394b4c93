//! What is stored of a book, as far as exports need it.

mod export_book;
mod missing;
mod source_stages;

pub use export_book::ExportBook;
pub use missing::MissingPage;
