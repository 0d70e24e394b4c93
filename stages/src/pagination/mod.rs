//! What labels need to know of the whole book: its running heads, its printed page numbers, its type and its parts.

mod numbering;

pub use numbering::{NumberingStyle, PageNumberLocation, PageRegion};
