//! TEI P5: the text with page breaks, running heads, notes and figures, for scholarly editions.

mod body;
mod header;
mod write;

pub(crate) use write::TEI;
