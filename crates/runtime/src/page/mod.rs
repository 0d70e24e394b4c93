//! Page types: types that can be written as JSON, read back, described by a schema and validated.

mod filled;
mod located;
mod output;
mod paragraph_id;
pub(crate) mod rules;
pub(crate) mod shape;
mod to_json;

pub use filled::{Filled, Model, ProcessingCost, Timestamp};
pub(crate) use output::json_page;
pub use output::{JsonPage, OutputRow, Page, PlaceholderOutput, SchemaViolation, read};
pub use paragraph_id::ParagraphId;
