//! Labels by geometry and text. Each rule recognises one kind of block and gives a confidence; the first rule that recognises a block labels it.
//! All measures are relative to the page, as computed by [`crate::page_layout::PageLayout`].

mod block_view;
mod caption;
mod footnote;
mod footnote_lines;
mod header_footer;
mod heading;
mod heading_lines;
mod label_blocks;
mod letter;
mod noise;
mod page_view;
mod quote;
mod running_text;
mod split_blocks;
mod table;
#[cfg(test)]
mod test_labels;

pub(super) use block_view::BlockView;
pub use label_blocks::{label_blocks, label_page};
pub(super) use page_view::PageView;
