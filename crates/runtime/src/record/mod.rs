//! The files of a page: its output with a record under `_record`, or the record of its failure. Done, failed, missing and stale are
//! derived from them; progress is not stored anywhere else.

mod after_due;
mod checksum;
mod difference;
mod failed;
mod fingerprint;
mod hash;
mod originals;
mod page_file;
mod page_record;
mod redo;
mod schema_fields;
mod schema_shape;

pub use crate::page::SchemaViolation;
pub use after_due::AfterDue;
pub use checksum::{Checksum, with_checksum};
pub use difference::{Difference, differences};
pub use failed::FailedRecord;
pub use fingerprint::{Change, Fingerprint, Input};
pub use hash::{Hash, OutputHash};
pub use originals::{Original, Originals};
pub(crate) use page_file::file_hashes;
pub use page_file::{Damage, PageType, StoredPage};
pub use page_record::{Copied, ModelUse, Operation, PageRecord};
pub use redo::RedoMarker;
pub use schema_fields::{SchemaField, schema_fields};
pub use schema_shape::{Shape, filled_fields};

/// The field of a page file that holds its record, beside the output's own fields.
pub const RECORD_KEY: &str = "_record";
