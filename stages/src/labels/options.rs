use clap::Args;
use serde::Serialize;
use shelf::llm::Engine;

use crate::vision::Vision;

/// What `labels` can be told on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct LabelsOptions {
    /// Whether rules do the work or a model
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: Engine,
    /// Whether a model gets the picture of the page, at about ten times the cost of the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub vision: Vision,
}
