use clap::Args;
use serde::Serialize;
use shelf::llm::Engine;

use crate::vision::Vision;

/// Options of `labels`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct LabelsOptions {
    /// Use rules, a model, or whichever is available
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: Engine,
    /// Send the model the image of the page, at about ten times the cost of the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub vision: Vision,
}
