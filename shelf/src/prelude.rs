//! What a stage's file needs: `use shelf::prelude::*;`.

pub use garde::Validate;
pub use schemars::JsonSchema;
pub use serde::{Deserialize, Serialize};
#[cfg(feature = "llm")]
pub use shelf_llm::{Llm, RunLlm};
pub use shelf_macros::{Metric, PageMetrics, Report, page, stage};
pub use shelf_runtime::book::{BookMetadata, Languages, PageNumber};
pub use shelf_runtime::failure::{Failure, Result, ResultExt};
pub use shelf_runtime::page::{Model, ProcessingCost, Timestamp};
pub use shelf_runtime::stage::{
    ByPage, PageFiles, Pages, ParagraphId, Paragraphs, Part, Prompt, Resource, ResourceContext, StageRun, Warnings,
    Window,
};
#[cfg(feature = "scans")]
pub use shelf_scans::PageImage;
