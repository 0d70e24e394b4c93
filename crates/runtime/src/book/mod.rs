//! What a book is: its id, its pages' numbers, what is known of it, and its scans.

mod isbn;
mod languages;
mod metadata;
mod page_number;
mod presumed;
mod roman;
mod scan_id;
mod source_page;

pub use isbn::{Isbn, IsbnError};
pub use languages::Languages;
pub use metadata::BookMetadata;
pub use page_number::{PageNumber, PageSet, PageSetError};
pub use presumed::Presumed;
pub use roman::{parse_roman, print_roman};
pub use scan_id::{ScanId, ScanIdError};
pub use source_page::{Half, Origin, Resolution, SourcePage};
