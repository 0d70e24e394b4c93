//! Cuts a manuscript into pages.

mod openings;
mod pages;

pub(super) use pages::make_up;
