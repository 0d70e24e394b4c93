//! Spreads: images that show two facing pages, and are split into them.
//!
//! A worker process searches every landscape image for a gutter; when all were searched, it is decided which are split.
//!
//! The thresholds were set on pages drawn by `shelf_eval::draw`, and on the scans in `book-colonial-florida`, `cer`, `gray`, `degraded` and
//! `labels-commentaries`, of which no single page may be split.

mod band;
mod decision;
mod gutter;
#[cfg(test)]
mod real_tests;
mod search;
#[cfg(test)]
pub(crate) mod tests;
mod thumbnail;

pub use decision::Spreads;
pub(crate) use decision::reading_order;
pub(crate) use gutter::Gutter;
pub(crate) use search::{Evidence, FIND_GUTTER, SpreadFinding};
