//! What a stage's file needs: `use shelf::prelude::*;`.

pub use crate::book::{BookMetadata, Languages, PageNumber};
pub use crate::llm::Llm;
pub use crate::stage::{
    ByPage, Failure, Model, PageFiles, PageImage, Pages, ParagraphId, Paragraphs, Part, ProcessingCost, Prompt, Result,
    StageRun, Timestamp, Warnings, Window,
};
pub use crate::{Metric, PageMetrics, Report, stage};
pub use garde::Validate;
pub use schemars::JsonSchema;
pub use serde::{Deserialize, Serialize};
