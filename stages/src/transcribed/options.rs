use std::any::TypeId;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use shelf::stage::OptionChoice;

/// Options of `transcribed`. Their flags bear the name of the stage, so that `--engine llm` does not turn it on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct TranscribedOptions {
    /// Have a vision model read the page itself, at the cost of a picture a page
    #[arg(long = "transcribed-engine", value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: TranscribedEngine,
    /// Paragraphs that the model reads
    #[arg(long = "transcribed-paragraphs", value_enum, value_name = "WHICH", default_value_t)]
    pub paragraphs: TranscribedParagraphs,
}

/// Whether a model reads the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TranscribedEngine {
    /// None does; pages that one has read already are kept
    #[default]
    Off,
    /// A vision model
    Llm,
}

shelf::__private::inventory::submit! {
    OptionChoice { of: TypeId::of::<TranscribedEngine>, without_provider: "off", either: "off" }
}

/// Which paragraphs of `ocr` a model reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TranscribedParagraphs {
    /// All
    #[default]
    All,
    /// Those with a word that `ocr` read with low confidence
    Doubtful,
}
