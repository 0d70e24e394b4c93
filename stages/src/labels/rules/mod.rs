//! Labels by geometry and text. Each rule knows one kind of block and says how sure it is; the first one that knows a block labels it.
//! All measures are the page's own, as [`crate::pagination::PageLayout`] takes them.

mod block_view;
mod caption;
mod footnote;
mod header_footer;
mod heading;
mod label_blocks;
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
