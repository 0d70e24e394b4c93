//! Page geometry: a page of `ocr` becomes [`TextRow`]s, and a [`PageLayout`] with the measures of its type and its column.

#[cfg(feature = "llm")]
mod gutters;
mod layout;
#[cfg(test)]
pub(crate) mod test_pages;
mod text_row;
mod type_heights;
mod type_size;
mod typography;

#[cfg(feature = "llm")]
pub(crate) use gutters::gutters;
pub use layout::PageLayout;
pub(crate) use text_row::median;
pub use text_row::{RowWord, TextRow, text_rows, text_rows_of_blocks};
pub use type_heights::{TypeHeights, is_same_type_size};
pub use type_size::{type_size_px, word_size_px};
#[cfg(feature = "llm")]
pub(crate) use typography::is_centred_between;
pub use typography::{is_centred, is_mostly_capitals};
