use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CallError, Caller, Halt, Reply, TapeSettings};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::{Hash, differences};

/// Replies that are kept for another time, or come from another time.
pub(super) enum Tape {
    /// Into this folder, a file a request.
    Record(PathBuf),
    /// By request.
    Replay(BTreeMap<Hash, Taped>),
}

/// A request with its reply: `<stage>_page_NNNN_<start of the request's hash>.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Taped {
    book: String,
    stage: String,
    /// 0 for the whole book.
    page: u32,
    /// As it is known by: with hashes in place of pictures.
    request: Value,
    reply: Reply,
}

/// Why a tape cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// A file or the folder cannot be read or made.
    #[error("cannot open {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no recorded reply.
    #[error("{} is no recorded reply", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// There is nothing to replay.
    #[error("{} holds no recorded replies", .0.display())]
    Empty(PathBuf),
}

/// Of many differences no more are told.
const TOLD: usize = 5;

impl Tape {
    pub(super) fn open(settings: &TapeSettings) -> Result<Self, TapeError> {
        match settings {
            TapeSettings::Record(folder) => {
                std::fs::create_dir_all(folder).map_err(|source| TapeError::Io { path: folder.clone(), source })?;
                Ok(Self::Record(folder.clone()))
            }
            TapeSettings::Replay(folder) => Ok(Self::Replay(read(folder)?)),
        }
    }

    /// The reply that was recorded for a request. One that was not recorded ends the run: the message says how it differs from the
    /// most similar one that was.
    pub(super) fn replay(&self, caller: &Caller, request: &Value, hash: &Hash) -> Option<Result<Reply, CallError>> {
        let Self::Replay(taped) = self else { return None };
        Some(match taped.get(hash) {
            Some(taped) => Ok(taped.reply.clone()),
            None => Err(CallError::Halted(Halt::Unrecorded(unrecorded(taped.values(), caller, request)))),
        })
    }

    /// Whether a model was shown any picture when this was recorded; none where this is a recording.
    pub(super) fn was_shown_pictures(&self, model: &str) -> Option<bool> {
        let Self::Replay(taped) = self else { return None };
        let is_picture = |part: &Value| part["type"] == "image_url";
        let has_picture = |taped: &Taped| {
            let messages = taped.request["messages"].as_array().into_iter().flatten();
            messages.filter_map(|message| message["content"].as_array()).flatten().any(is_picture)
        };
        Some(taped.values().any(|taped| taped.request["model"] == model && has_picture(taped)))
    }

    /// Keeps a reply, where this is a recording.
    pub(super) fn record(&self, caller: &Caller, request: &Value, hash: &Hash, reply: &Reply) -> Result<(), Failure> {
        let Self::Record(folder) = self else { return Ok(()) };
        let taped = Taped {
            book: caller.book.to_string(),
            stage: caller.stage.to_owned(),
            page: caller.page_number(),
            request: request.clone(),
            reply: reply.clone(),
        };
        let short = &hash.as_str()[..16];
        let path = folder.join(format!("{}_page_{:04}_{short}.json", taped.stage, taped.page));
        let write = || -> std::io::Result<()> {
            let file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&file, &taped)?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|error| Failure::from(error).context(format!("cannot record {}", path.display())))
    }
}

fn read(folder: &Path) -> Result<BTreeMap<Hash, Taped>, TapeError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| TapeError::Io { path, source }
    };
    let mut taped = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        if path.extension().is_some_and(|end| end == "json") {
            let bytes = std::fs::read(&path).map_err(io(&path))?;
            let one: Taped =
                serde_json::from_slice(&bytes).map_err(|source| TapeError::Json { path: path.clone(), source })?;
            taped.insert(super::wire::hash(&one.request), one);
        }
    }
    if taped.is_empty() { Err(TapeError::Empty(folder.to_owned())) } else { Ok(taped) }
}

fn unrecorded<'a>(taped: impl Iterator<Item = &'a Taped>, caller: &Caller, request: &Value) -> String {
    let here = match caller.page {
        Some(page) => format!("{} page {page}", caller.stage),
        None => caller.stage.to_owned(),
    };
    let similar = taped
        .filter(|taped| taped.stage == caller.stage)
        .map(|taped| (taped.page != caller.page_number(), differences(&taped.request, request)))
        .min_by_key(|(other_page, differences)| (*other_page, differences.len()));
    let Some((other_page, differences)) = similar else {
        return format!("the request of {here} was not recorded, nor any other of `{}`", caller.stage);
    };
    let which = if other_page { "the most similar one, of another page," } else { "the one of this page" };
    let told: Vec<String> = differences.iter().take(TOLD).map(ToString::to_string).collect();
    let more = differences.len().saturating_sub(TOLD);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("the request of {here} was not recorded; {which} differs in {}{more}", told.join("; "))
}
