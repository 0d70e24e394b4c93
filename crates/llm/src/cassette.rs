use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;
use crate::chat::Reply;
use crate::error::{AbortReason, CallError};
use crate::transport::wire;
use shelf_runtime::book::{ScanId, Unit};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::{Hash, differences};

/// Whether replies are recorded or replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CassetteSettings {
    /// Also write every reply into this folder.
    Record(PathBuf),
    /// Take every reply from this folder, without asking a server.
    Replay(PathBuf),
}

/// Recorded replies.
pub(crate) enum Cassette {
    /// Recording into this folder, one file per request.
    Record(PathBuf),
    /// Replaying these calls.
    Replay(BTreeMap<Hash, RecordedCall>),
}

/// A request with its reply: `<stage>_page_NNNN_<start of the request's hash>.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RecordedCall {
    book: ScanId,
    stage: String,
    /// The page; `None` for the whole book and for hooks. In the file, `None` is 0.
    page: Unit,
    /// With hashes in place of pictures: see [`wire::canonical`].
    request: Value,
    reply: Reply,
}

/// Why recorded replies cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CassetteError {
    /// A file or the folder cannot be read or created.
    #[error("cannot open {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file is not a recorded reply.
    #[error("{} is not a recorded reply", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// The folder contains no recorded replies.
    #[error("{} contains no recorded replies", .0.display())]
    Empty(PathBuf),
}

/// How many differences are listed.
const MAX_LISTED: usize = 5;

impl Cassette {
    pub(crate) fn open(settings: &CassetteSettings) -> Result<Self, CassetteError> {
        match settings {
            CassetteSettings::Record(folder) => {
                std::fs::create_dir_all(folder).map_err(|source| CassetteError::Io { path: folder.clone(), source })?;
                Ok(Self::Record(folder.clone()))
            }
            CassetteSettings::Replay(folder) => Ok(Self::Replay(read(folder)?)),
        }
    }

    /// The reply that was recorded for a request; `None` while recording. A request that was not recorded aborts the run; the message says how
    /// it differs from the most similar one that was.
    pub(crate) fn replay(&self, caller: &Caller, request: &Value, hash: &Hash) -> Option<Result<Reply, CallError>> {
        let Self::Replay(calls) = self else { return None };
        Some(match calls.get(hash) {
            Some(call) => Ok(call.reply.clone()),
            None => Err(CallError::Aborted(AbortReason::Unrecorded(unrecorded(calls.values(), caller, request)))),
        })
    }

    /// Whether a model was sent any pictures when the replies were recorded; `None` while recording.
    pub(crate) fn has_pictures(&self, model: &str) -> Option<bool> {
        let Self::Replay(calls) = self else { return None };
        let is_picture = |part: &Value| part["type"] == "image_url";
        let has_picture = |call: &RecordedCall| {
            let messages = call.request["messages"].as_array().into_iter().flatten();
            messages.filter_map(|message| message["content"].as_array()).flatten().any(is_picture)
        };
        Some(calls.values().any(|call| call.request["model"] == model && has_picture(call)))
    }

    /// Writes a reply to the folder, while recording.
    pub(crate) fn record(&self, caller: &Caller, request: &Value, hash: &Hash, reply: &Reply) -> Result<(), Failure> {
        let Self::Record(folder) = self else { return Ok(()) };
        let call = RecordedCall {
            book: caller.book.clone(),
            stage: caller.stage.to_owned(),
            page: caller.unit,
            request: request.clone(),
            reply: reply.clone(),
        };
        let short = &hash.as_str()[..16];
        let path = folder.join(format!("{}_page_{:04}_{short}.json", call.stage, caller.unit.number()));
        let write = || -> std::io::Result<()> {
            let file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&file, &call)?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|error| Failure::from(error).context(format!("cannot record {}", path.display())))
    }
}

fn read(folder: &Path) -> Result<BTreeMap<Hash, RecordedCall>, CassetteError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| CassetteError::Io { path, source }
    };
    let mut calls = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        if path.extension().is_some_and(|end| end == "json") {
            let bytes = std::fs::read(&path).map_err(io(&path))?;
            let call: RecordedCall =
                serde_json::from_slice(&bytes).map_err(|source| CassetteError::Json { path: path.clone(), source })?;
            calls.insert(wire::hash(&call.request), call);
        }
    }
    if calls.is_empty() { Err(CassetteError::Empty(folder.to_owned())) } else { Ok(calls) }
}

/// How a request differs from the most similar recorded one.
fn unrecorded<'a>(calls: impl Iterator<Item = &'a RecordedCall>, caller: &Caller, request: &Value) -> String {
    let here = match caller.unit {
        Unit::Page(page) => format!("{} page {page}", caller.stage),
        Unit::Book => caller.stage.to_owned(),
    };
    let similar = calls
        .filter(|call| call.stage == caller.stage)
        .map(|call| (call.page != caller.unit, differences(&call.request, request)))
        .min_by_key(|(other_page, differences)| (*other_page, differences.len()));
    let Some((other_page, differences)) = similar else {
        return format!("the request of {here} was not recorded, and no other request of `{}` was", caller.stage);
    };
    let which = if other_page { "the most similar one, of another page," } else { "the one recorded for this page" };
    let listed: Vec<String> = differences.iter().take(MAX_LISTED).map(ToString::to_string).collect();
    let more = differences.len().saturating_sub(MAX_LISTED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("the request of {here} was not recorded; {which} differs in {}{more}", listed.join("; "))
}
