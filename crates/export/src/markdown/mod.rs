//! Markdown (`CommonMark`, with pipe tables and `[^1]` notes), clean enough to go on editing.

mod escape;
mod write;

pub(crate) use write::MARKDOWN;
