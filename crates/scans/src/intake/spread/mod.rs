//! Spreads: pictures that show an open book, and become its two pages.
//!
//! A worker looks for the gutter of every landscape picture; when all were looked at, it is decided which are split.

#[cfg(test)]
mod add_tests;
mod band;
mod decision;
mod gutter;
#[cfg(test)]
mod real_tests;
mod reduced;
mod search;
#[cfg(test)]
mod tests;

pub use decision::Spreads;
pub(super) use decision::reading_order;
pub(super) use gutter::Gutter;
pub(super) use search::{Evidence, FIND_GUTTER, Finding, is_landscape};
