//! A book: its id, page numbers, metadata, and the metadata of its scans.

mod contributor;
mod identifier;
mod inferred;
mod isbn;
mod languages;
mod lenient;
mod marc_language;
mod metadata;
mod metadata_limits;
mod page_number;
mod roman;
mod scan_id;
mod scan_metadata;
mod shard;
mod unit;

pub use contributor::{Contributor, ContributorError, Role};
pub use identifier::{Identifier, IdentifierError};
pub use inferred::Inferred;
pub use isbn::{Isbn, IsbnError};
pub use languages::Languages;
pub use marc_language::{language_of_marc, marc_language};
pub use metadata::BookMetadata;
pub use metadata_limits::MetadataLimitError;
pub use page_number::{PageNumber, PageNumberError, PageSet, PageSetError};
pub use roman::{format_roman, parse_roman};
pub use scan_id::{ScanId, ScanIdError};
pub use scan_metadata::{EXISTING_TEXT, ExistingTextMetadata, Half, Origin, Resolution, ScanMetadata};
pub use shard::{Shard, ShardError};
pub use unit::Unit;
