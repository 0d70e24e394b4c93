use std::path::{Path, PathBuf};

use jiff::Timestamp;
use shelf_llm::ledger;
use shelf_runtime::book::ScanId;
use shelf_runtime::clock::now;
use shelf_runtime::events::Listener;
use shelf_runtime::store::Store;

use super::timeline::Spending;
use super::{Recorder, html};
use crate::context::Context;
use crate::error::{CliError, Result};

/// The file that a run is drawn in, and what was recorded for it.
pub(crate) struct TimingsFile<'a> {
    path: PathBuf,
    recorder: Recorder<'a>,
    began: Timestamp,
}

impl<'a> TimingsFile<'a> {
    /// Begins to record a run, whose events it passes on to `next`.
    ///
    /// # Errors
    /// The file's folder is missing; nothing has been done.
    pub(crate) fn begin(path: &Path, context: &Context, next: &'a dyn Listener) -> Result<Self> {
        let path = std::path::absolute(path)?;
        if !path.parent().is_some_and(Path::is_dir) || path.is_dir() {
            return Err(CliError::refused(format!("--timings: cannot write {}: no such folder", path.display()))
                .hint("name a file in a folder that exists"));
        }
        Ok(Self { path, recorder: Recorder::new(&context.registry, next), began: now() })
    }

    /// What listens to the run.
    pub(crate) fn listener(&self) -> &dyn Listener {
        &self.recorder
    }

    /// Draws the run over `books`.
    ///
    /// # Errors
    /// A ledger cannot be read, or the file cannot be written.
    pub(crate) fn write(self, context: &Context, books: &[ScanId]) -> Result<()> {
        let mut timeline = self.recorder.timeline();
        timeline.spending = spending(&context.store, books, self.began)?;
        let command: Vec<String> = std::env::args_os().map(|part| part.to_string_lossy().into_owned()).collect();
        let path = self.path.display();
        std::fs::write(&self.path, html(&timeline, &command.join(" ")))
            .map_err(|error| CliError::failed(anyhow::Error::new(error).context(format!("cannot write {path}"))))?;
        context.out.note(format_args!("timings: {path}"));
        Ok(())
    }
}

/// What was spent since `began`, call by call.
fn spending(store: &dyn Store, books: &[ScanId], began: Timestamp) -> Result<Vec<Spending>> {
    let mut calls = Vec::new();
    for book in books {
        let entries = ledger(store, book)?.into_iter().filter(|entry| entry.time >= began);
        calls.extend(entries.filter_map(|entry| Some((entry.time, entry.cost_usd?.0))));
    }
    calls.sort_by_key(|(time, _)| *time);
    let mut usd = 0.0;
    let add = |(time, cost): (Timestamp, f64)| {
        usd += cost;
        Spending { at: time.duration_since(began).as_secs_f64(), usd }
    };
    Ok(calls.into_iter().map(add).collect())
}
