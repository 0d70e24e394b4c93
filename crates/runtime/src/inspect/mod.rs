//! A book as it is stored: every page of every stage parsed, validated and compared with its record. Nothing is written here.

mod book_state;
mod look;
mod page_summary;
mod read_output;
mod scan_reader;

pub use book_state::{BookState, PageState, Scan, StageState};
pub use look::{LookError, look, look_again, metadata};
pub use page_summary::{PageSummary, RecordSummary};
pub use read_output::{ReadError, StoredOutput, read_output};
pub use scan_reader::{ScanReader, describe_scan};
