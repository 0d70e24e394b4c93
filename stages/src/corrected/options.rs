use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use shelf::llm::Engine;

use crate::vision::Vision;

/// What `corrected` can be told on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct CorrectedOptions {
    /// Whether rules do the work or a model
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: Engine,
    /// Which paragraphs a model is asked about
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pub correct: Correct,
    /// Whether a model gets the picture of the page, at about ten times the cost of the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub vision: Vision,
}

/// Which paragraphs a model is asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Correct {
    /// Those with a word that was read badly, that is unknown, or that a line end parts
    #[default]
    Doubtful,
    /// All
    All,
}
