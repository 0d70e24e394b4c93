//! From pages in external files to scans in a book: [which pages there are](source), [how they are numbered](plan), [how one is written](write),
//! and [what is recorded of it](records).

pub(crate) mod metadata;
pub(crate) mod plan;
pub(crate) mod records;
pub(crate) mod source;
pub(crate) mod text;
pub(crate) mod write;

pub use source::SourceError;
