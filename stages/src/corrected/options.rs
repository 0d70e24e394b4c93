use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use shelf::llm::Engine;

use crate::vision::Vision;

/// Options of `corrected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct CorrectedOptions {
    /// Use rules, a model, or whichever is available
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: Engine,
    /// Paragraphs to send to the model
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pub correct: Correct,
    /// Send the model the image of the page, at about ten times the cost of the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub vision: Vision,
}

/// Paragraphs to send to the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Correct {
    /// Paragraphs with a word that has low confidence, is unknown, or is hyphenated at a line end
    #[default]
    Doubtful,
    /// All paragraphs
    All,
}
