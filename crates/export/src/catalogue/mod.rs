//! What is known of a book, as records for the catalogues of libraries. They need none of its pages.

mod dublin_core;
mod marcxml;

pub(crate) use dublin_core::{DC, elements};
pub(crate) use marcxml::MARCXML;
