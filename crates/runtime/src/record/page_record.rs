use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Fingerprint, Hash, with_checksum};
use crate::book::Unit;
use crate::failure::Failure;
use crate::usd::Usd;

/// How a page was made: stored in the page's own file under `_record`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageRecord {
    /// The stage.
    pub stage: String,
    /// Everything that determined the output.
    pub fingerprint: Fingerprint,
    /// Hash of the output, without this record and the fields that the runtime fills in.
    pub output: Hash,
    /// Hash of the stage function's tokens, 16 hexadecimal digits. Not part of the fingerprint.
    pub tokens: String,
    /// Version of the stage's crate; tokens are compared only within a version. Not recorded by release 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crate_version: Option<String>,
    /// The stage's metrics.
    #[serde(default)]
    pub metrics: Map<String, Value>,
    /// The runtime's metrics.
    pub operation: Operation,
    /// Files that the stage stored beside the page, relative to the book's folder, with their hashes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Hash>,
    /// The stage's warnings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Set if the stage failed and the page was copied from another stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<Copied>,
    /// Set if the page was made by rules because no model gave a usable reply: why. If that may change, the next run asks again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_model: Option<Failure>,
    /// The `--redo` that requested it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
    /// Version of shelf.
    pub shelf: String,
    /// Hash of all other fields, in the page's file. Not recorded by release 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Hash>,
}

impl PageRecord {
    /// The record as JSON, with its checksum.
    ///
    /// # Errors
    /// JSON cannot hold it.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        with_checksum(&Self { checksum: None, ..self.clone() })
    }

    /// Whether a language model was asked for the page, or it cost something.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.operation.model_use.is_some() || self.operation.cost_usd.is_some_and(|cost| cost > Usd::ZERO)
    }

    /// Whether the stage's author edited the function since the page was made.
    #[must_use]
    pub fn is_edited_since(&self, tokens: &str, crate_version: &str) -> bool {
        self.tokens != tokens && self.crate_version.as_deref() == Some(crate_version)
    }
}

/// The origin of a page that was copied because its stage failed: `on_error = copy(…)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// The stage that it was copied from.
    pub from: String,
    /// Why the page's own stage failed.
    pub failure: Failure,
}

/// The runtime's metrics of a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Operation {
    /// The page, or the book.
    pub page_num: Unit,
    /// Time in the stage's function, all attempts of the run, s.
    pub processing_time_seconds: f64,
    /// Cost of all attempts; `null` if it is unknown.
    pub cost_usd: Option<Usd>,
    /// Number of calls to models; without any, the number of calls of the function.
    pub attempts: u32,
    /// The use of models, if any.
    #[serde(flatten)]
    pub model_use: Option<ModelUse>,
    /// When the page was done, ISO 8601 in UTC.
    pub finished: jiff::Timestamp,
}

/// The use of language models for a page: all attempts together, and the last reply.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelUse {
    /// Tokens of all replies.
    pub tokens_total: u64,
    /// Tokens of the replies per second.
    pub tokens_per_second: Option<f64>,
    /// The model of the last reply, as its server names it.
    pub model_used: Option<String>,
    /// The provider that ran it.
    pub provider: Option<String>,
    /// Time that requests spent in queues, s.
    pub queue_time_seconds: f64,
    /// Time that requests took, s.
    pub execution_time_seconds: f64,
    /// Total time, s.
    pub total_time_seconds: f64,
    /// Time to the first token of the last reply, s.
    pub ttft_seconds: Option<f64>,
    /// Tokens and cost of the last reply, as reported by the provider.
    pub usage: Option<Value>,
}
