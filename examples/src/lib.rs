//! Example stages, one file for each pattern. The guide, `shelf::guide`, quotes these files.
//!
//! | file | shows |
//! | --- | --- |
//! | [`text_lines`] | work that keeps a core busy, on the scan, in a worker process; options |
//! | [`page_kind`] | work that waits for a model |
//! | [`layout`] | a merge of two stages, deterministic |
//! | [`running_head`] | a page with its neighbours; hooks |
//! | [`usual_page`] | a stage that runs once per book |
//! | [`odd_page`] | a page stage that depends on a book stage |
//! | [`short_page`] | a resource that pages share; an optional dependency |

pub mod layout;
pub mod odd_page;
pub mod page_kind;
pub mod running_head;
pub mod short_page;
pub mod text_lines;
pub mod usual_page;

/// The guide's blocks, compiled and run; `shelf` itself cannot name this crate.
#[cfg(doctest)]
#[doc = include_str!("../../shelf/docs/writing-a-stage.md")]
mod guide {}

/// The comparison with the Python pipeline, likewise.
#[cfg(doctest)]
#[doc = include_str!("../../shelf/docs/from-python.md")]
mod from_python {}
