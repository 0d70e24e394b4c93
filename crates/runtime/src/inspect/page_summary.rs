use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::book::Unit;
use crate::failure::Failure;
use crate::record::{Copied, Fingerprint, Hash, ModelUse, Operation, OutputHash, PageRecord};

/// What is kept of a valid page once it was read or written: all that plans, reports and flags need, so that they do not read it again.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSummary {
    /// Hash of its output.
    pub hash: OutputHash,
    /// How it was made; a page of the original tool has no record.
    pub record: Option<Box<RecordSummary>>,
}

/// A page's record in little memory: below 2 KiB with the records of usual stages, whatever the size of the page. What is longer than its
/// few fields is kept as JSON, which is a third of the size, and read when it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordSummary {
    tokens: Box<str>,
    crate_version: Option<Box<str>>,
    is_paid: bool,
    has_checksum: bool,
    redo: Option<Box<str>>,
    copied: Option<Box<Copied>>,
    without_model: Option<Box<Failure>>,
    json: Box<str>,
}

/// What [`RecordSummary`] keeps as JSON.
#[derive(Serialize)]
struct Packed<'a> {
    fingerprint: &'a Fingerprint,
    metrics: &'a Map<String, Value>,
    operation: &'a Operation,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: &'a BTreeMap<String, Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// Warnings that are kept of a page, bytes; the record on disk has all of them. Of a book all are kept.
const PAGE_WARNINGS_BYTES: usize = 256;

impl PageSummary {
    /// A page with this hash and record.
    #[must_use]
    pub fn new(hash: OutputHash, record: Option<&PageRecord>) -> Self {
        Self { hash, record: record.map(|record| Box::new(RecordSummary::of(record))) }
    }
}

impl RecordSummary {
    fn of(record: &PageRecord) -> Self {
        // Reports and plans do not need the provider's own figures, which can be of any size.
        let model_use = record.operation.model_use.as_ref().map(|used| ModelUse { usage: None, ..used.clone() });
        let operation = Operation { model_use, ..record.operation.clone() };
        let is_book = record.operation.page_num == Unit::Book;
        let limit_bytes = if is_book { usize::MAX } else { PAGE_WARNINGS_BYTES };
        let packed = Packed {
            fingerprint: &record.fingerprint,
            metrics: &record.metrics,
            operation: &operation,
            files: &record.files,
            warnings: first_warnings(&record.warnings, limit_bytes),
        };
        let copied = record.copied.clone().map(|mut copied| {
            copied.failure.backtrace = None;
            Box::new(copied)
        });
        Self {
            tokens: record.tokens.as_str().into(),
            crate_version: record.crate_version.as_deref().map(Into::into),
            is_paid: record.is_paid(),
            has_checksum: record.checksum.is_some(),
            redo: record.redo.as_deref().map(Into::into),
            copied,
            without_model: record.without_model.clone().map(Box::new),
            json: serde_json::to_string(&packed).expect("a record was read from JSON, or is written as such").into(),
        }
    }

    /// Whether the file also protects the record, not only the output.
    #[must_use]
    pub fn has_checksum(&self) -> bool {
        self.has_checksum
    }

    /// All that decided the output.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        #[derive(Deserialize)]
        struct Part {
            fingerprint: Fingerprint,
        }
        self.part(|part: Part| part.fingerprint)
    }

    /// What the stage measured.
    #[must_use]
    pub fn metrics(&self) -> Map<String, Value> {
        #[derive(Deserialize)]
        struct Part {
            metrics: Map<String, Value>,
        }
        self.part(|part: Part| part.metrics)
    }

    /// What the runtime measured, without what providers say of a reply.
    #[must_use]
    pub fn operation(&self) -> Operation {
        #[derive(Deserialize)]
        struct Part {
            operation: Operation,
        }
        self.part(|part: Part| part.operation)
    }

    /// Files that the stage left beside the page, from the book's folder, with their hashes.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Hash> {
        #[derive(Deserialize)]
        struct Part {
            #[serde(default)]
            files: BTreeMap<String, Hash>,
        }
        self.part(|part: Part| part.files)
    }

    /// Whether a language model was asked for the page, or it cost something.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.is_paid
    }

    /// Whether the stage's function was edited since the page was made, by the author who works on its crate.
    #[must_use]
    pub fn is_edited_since(&self, tokens: &str, crate_version: &str) -> bool {
        *self.tokens != *tokens && self.crate_version.as_deref() == Some(crate_version)
    }

    /// The `--redo` that asked for it.
    #[must_use]
    pub fn redo(&self) -> Option<&str> {
        self.redo.as_deref()
    }

    /// That the stage failed, and the page is another stage's.
    #[must_use]
    pub fn copied(&self) -> Option<&Copied> {
        self.copied.as_deref()
    }

    /// Why rules made the page instead of a model.
    #[must_use]
    pub fn without_model(&self) -> Option<&Failure> {
        self.without_model.as_deref()
    }

    /// Why the page is not what its stage would make of it, if it is not: it is a copy, or rules made it instead of a model.
    #[must_use]
    pub fn substituted(&self) -> Option<&Failure> {
        self.copied().map(|copied| &copied.failure).or_else(|| self.without_model())
    }

    /// The first warnings of the stage.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        #[derive(Deserialize)]
        struct Part {
            #[serde(default)]
            warnings: Vec<String>,
        }
        self.part(|part: Part| part.warnings)
    }

    fn part<'a, T: Deserialize<'a>, R>(&'a self, of: impl FnOnce(T) -> R) -> R {
        of(serde_json::from_str(&self.json).expect("what was written is read"))
    }
}

/// Warnings up to so many bytes, and how many more there are.
fn first_warnings(warnings: &[String], limit_bytes: usize) -> Vec<String> {
    let mut bytes = 0;
    let fits = |warning: &&String| {
        bytes += warning.len();
        bytes <= limit_bytes
    };
    let mut first: Vec<String> = warnings.iter().take_while(fits).cloned().collect();
    match warnings.len() - first.len() {
        0 => {}
        1 => first.push("1 more warning; see the page's record".to_owned()),
        more => first.push(format!("{more} more warnings; see the page's record")),
    }
    first
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::usd::Usd;

    fn record(page: u32, warnings: usize) -> PageRecord {
        let record = json!({
            "stage": "ocr", "output": "00", "tokens": "12ab", "crate_version": "1.0.0", "shelf": "0.1.0", "redo": "today",
            "fingerprint": { "version": 1, "schema": "11", "prompt": null, "model": null, "options": { "psm": 3 }, "inputs": { "scan": "22" } },
            "metrics": { "words": 7 },
            "files": { "images/page_0001_img_001.png": "33" },
            "warnings": (0..warnings).map(|word| format!("word {word:>15} is unknown")).collect::<Vec<_>>(),
            "copied": { "from": "text", "failure": { "cause": "panic", "error": "odd", "transient": false, "backtrace": "deep" } },
            "operation": {
                "page_num": page, "processing_time_seconds": 0.5, "cost_usd": 0.25, "attempts": 2, "finished": "2026-11-01T10:00:00Z",
                "tokens_total": 10, "tokens_per_second": null, "model_used": "m", "provider": null, "queue_time_seconds": 0.0,
                "execution_time_seconds": 1.0, "total_time_seconds": 1.0, "ttft_seconds": null, "usage": { "cost": 0.25 },
            },
        });
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn keeps_what_plans_reports_and_checks_need() {
        let record = record(1, 2);
        let kept = RecordSummary::of(&record);
        assert_eq!(
            (kept.fingerprint(), kept.metrics(), kept.files()),
            (record.fingerprint, record.metrics, record.files)
        );
        assert_eq!(
            (kept.operation().cost_usd, kept.operation().finished),
            (Some(Usd(0.25)), record.operation.finished)
        );
        let used = kept.operation().model_use.unwrap();
        assert_eq!((used.tokens_total, used.usage), (10, None), "the provider's own figures are left out");
        assert!(kept.is_paid() && kept.redo() == Some("today") && kept.warnings() == record.warnings);
        assert!(kept.is_edited_since("another", "1.0.0") && !kept.is_edited_since("12ab", "1.0.0"));
        let copied = kept.copied().unwrap();
        assert_eq!((copied.from.as_str(), &copied.failure.backtrace), ("text", &None));
    }

    #[test]
    fn keeps_the_first_warnings_of_a_page_and_all_of_a_book() {
        let of_page = RecordSummary::of(&record(1, 50));
        assert_eq!(of_page.warnings().len(), 9);
        assert_eq!(of_page.warnings()[8], "42 more warnings; see the page's record");
        assert_eq!(RecordSummary::of(&record(0, 50)).warnings().len(), 50);
    }
}
