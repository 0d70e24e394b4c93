use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Fingerprint, Hash};
use crate::book::Unit;
use crate::failure::Failure;
use crate::usd::Usd;

/// What is known of how a page was made: kept in the page's own file under `_record`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageRecord {
    /// The stage.
    pub stage: String,
    /// All that decided the output.
    pub fingerprint: Fingerprint,
    /// Hash of the output, without this record and without what the runtime fills in.
    pub output: Hash,
    /// Hash of the stage function's tokens, 16 hexadecimal digits. Not part of the fingerprint.
    pub tokens: String,
    /// Version of the stage's crate: tokens of another version are not compared. Release 0.1 did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crate_version: Option<String>,
    /// What the stage measured.
    #[serde(default)]
    pub metrics: Map<String, Value>,
    /// What the runtime measured.
    pub operation: Operation,
    /// Files that the stage left beside the page, from the book's folder, with their hashes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Hash>,
    /// What the stage warned of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// That the stage failed, and the page is another stage's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<Copied>,
    /// The `--redo` that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
    /// Version of shelf.
    pub shelf: String,
}

impl PageRecord {
    /// Whether a language model was asked for the page, or it cost something.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.operation.model_use.is_some() || self.operation.cost_usd.is_some_and(|cost| cost > Usd::ZERO)
    }

    /// Whether the stage's function was edited since the page was made, by the author who works on its crate.
    #[must_use]
    pub fn is_edited_since(&self, tokens: &str, crate_version: &str) -> bool {
        self.tokens != tokens && self.crate_version.as_deref() == Some(crate_version)
    }
}

/// A page that is a copy, since the stage that should have made it failed: `on_error = copy(…)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// The stage that made what was copied.
    pub from: String,
    /// Why the page's own stage failed.
    pub failure: Failure,
}

/// What the runtime measures of every page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Operation {
    /// The page, or the book.
    pub page_num: Unit,
    /// Time in the stage's function, all attempts of the run, s.
    pub processing_time_seconds: f64,
    /// Cost of all attempts; `null` if it is unknown.
    pub cost_usd: Option<Usd>,
    /// How often a model was called for it; where none was, how often the function was.
    pub attempts: u32,
    /// What the models did, if any was asked.
    #[serde(flatten)]
    pub model_use: Option<ModelUse>,
    /// When the page was done, ISO 8601 in UTC.
    pub finished: jiff::Timestamp,
}

/// What language models did for a page: all attempts together, and the last reply.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelUse {
    /// Tokens of all replies.
    pub tokens_total: u64,
    /// Tokens of the replies in the time in which they came.
    pub tokens_per_second: Option<f64>,
    /// The model of the last reply, as its server names it.
    pub model_used: Option<String>,
    /// Who ran it.
    pub provider: Option<String>,
    /// Time that requests waited for their turn, s.
    pub queue_time_seconds: f64,
    /// Time that requests took, s.
    pub execution_time_seconds: f64,
    /// Both.
    pub total_time_seconds: f64,
    /// Time to the first words of the last reply, s.
    pub ttft_seconds: Option<f64>,
    /// Tokens and cost of the last reply, as the provider gave them.
    pub usage: Option<Value>,
}
