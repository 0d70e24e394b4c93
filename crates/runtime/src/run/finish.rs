use std::collections::BTreeSet;

use serde_json::Value;

use super::page_attempt::{PageAttempt, Ran, checked};
use crate::__private::Registered;
use crate::book::Unit;
use crate::clock;
use crate::failure::{Cause, Failure};
use crate::inspect::PageSummary;
use crate::page::JsonPage;
use crate::plan::tokens;
use crate::record::{Copied, FailedRecord, Operation, OutputHash, PageRecord, RECORD_KEY, file_hashes};
use crate::stage::{Copying, IMAGES, OnError, Parallelism};
use crate::store::{BookPath, StoreError};

/// How one attempt at a page ended.
pub(super) enum Ended {
    /// The page is on disk.
    Done(PageSummary),
    /// The stage failed, and the page on disk is a copy.
    Copied { page: PageSummary, failure: Failure },
    /// It failed.
    Failed(Failure),
}

/// A page that is ready to be written.
pub(super) struct Complete {
    /// The output as read back from `bytes`.
    pub(super) output: Value,
    pub(super) hash: OutputHash,
    pub(super) record: PageRecord,
    pub(super) bytes: Vec<u8>,
    /// Files beside it.
    pub(super) files: Vec<(BookPath, Vec<u8>)>,
}

impl PageAttempt {
    /// Writes the page in one atomic step, after the files beside it, or records the failure.
    pub(super) fn finish(&self, ran: Ran, last_attempt: bool) -> Ended {
        let seconds = (self.earlier + ran.time).as_secs_f64();
        let mut failure = match ran.made.and_then(|made| self.write(made, seconds, None)) {
            Ok(page) => {
                tracing::info!(seconds, "page done");
                return Ended::Done(page);
            }
            Err(failure) => failure,
        };
        tracing::error!(
            seconds,
            error = %failure,
            hint = failure.hint.as_deref(),
            backtrace = failure.backtrace.as_deref(),
            "page failed"
        );
        let is_tried_again = failure.transient && !last_attempt;
        if is_tried_again || matches!(failure.cause, Cause::DiskFull | Cause::Aborted) {
            return Ended::Failed(failure);
        }
        if let OnError::Copy(copying) = self.cx.row.policy.on_error {
            match self.copy(copying, &failure, seconds) {
                Ok(page) => return Ended::Copied { page, failure },
                Err(error) => {
                    failure.causes.push(format!("`{}` could not be copied either: {error}", copying.parameter));
                }
            }
        }
        if let Err(error) = self.note(&failure, seconds) {
            tracing::error!(%error, "the failure could not be recorded");
        }
        Ended::Failed(failure)
    }

    /// Writes a copy of the dependency's output in place of the failed page.
    fn copy(&self, copying: Copying, failure: &Failure, seconds: f64) -> Result<PageSummary, Failure> {
        let made = checked(&self.cx, copying.make(&self.cx))?;
        // Files that the stage stored before it failed are not part of the copy.
        self.files.lock().expect("no panic while a file is noted").clear();
        self.cx.warnings.take();
        let of_parameter = self.cx.row.deps.iter().find(|dep| dep.parameter == copying.parameter);
        let from = of_parameter.expect("`#[stage]` names a dependency").row.name.to_owned();
        let page = self.write(made, seconds, Some(Copied { from, failure: failure.clone() }))?;
        tracing::warn!(from = copying.parameter, "page copied");
        Ok(page)
    }

    /// Checks the output and fills in the runtime's fields: a page ready to be written.
    pub(super) fn complete(&self, made: JsonPage, seconds: f64, copied: Option<Copied>) -> Result<Complete, Failure> {
        let mut output = Value::Object(made.output);
        if let (Unit::Page(page), Some(found)) = (self.page.unit, output.get("page_number").and_then(Value::as_u64))
            && found != u64::from(page.get())
        {
            return Err(Failure::of(Cause::Output, format!("the output of page {page} has page number {found}")));
        }
        let page_type = &self.stage.entry.page_type;
        let when = clock::now();
        let usage = self.cx.handles.usage();
        let model = usage.model_use.as_ref().and_then(|used| used.model_used.clone());
        page_type.fill(&mut output, when, usage.cost_usd, model.as_deref());
        let hash = page_type.hash(&output).whole;
        let files = std::mem::take(&mut *self.files.lock().expect("no panic while a file is noted"));
        let files: Vec<(BookPath, Vec<u8>)> = files
            .into_iter()
            .map(|file| Ok((BookPath::new(&self.cx.book, &format!("{}/{}", file.folder, file.name))?, file.bytes)))
            .collect::<Result<_, Failure>>()?;
        check_names(&files)?;
        let Value::Object(output) = output else {
            return Err(Failure::of(Cause::Output, "the output is not a JSON object"));
        };
        let mut fingerprint = self.cx.fingerprint.clone();
        if self.cx.row.parallelism == Parallelism::Llm && usage.calls == 0 {
            fingerprint.model = None;
        }
        let record = PageRecord {
            stage: self.page.stage.to_owned(),
            fingerprint,
            output: hash,
            tokens: tokens(self.cx.row),
            crate_version: Some(self.cx.row.site.version.to_owned()),
            metrics: made.metrics,
            operation: Operation {
                page_num: self.page.unit,
                processing_time_seconds: seconds,
                cost_usd: usage.cost_usd,
                attempts: if usage.calls > 0 { usage.calls } else { self.number },
                finished: when,
                model_use: usage.model_use,
            },
            warnings: self.cx.warnings.take(),
            files: file_hashes(files.iter().map(|(path, bytes)| (path.relative().to_owned(), bytes.as_slice()))),
            copied,
            without_model: usage.without_model,
            redo: self.stage.redo.as_ref().map(|marker| marker.id.clone()),
            shelf: env!("CARGO_PKG_VERSION").to_owned(),
            checksum: None,
        };
        let (bytes, found) = page_type.written(output, &record)?;
        Ok(Complete { output: found.output, hash: found.hash, record, bytes, files })
    }

    fn write(&self, made: JsonPage, seconds: f64, copied: Option<Copied>) -> Result<PageSummary, Failure> {
        let Complete { hash, record, bytes, files, .. } = self.complete(made, seconds, copied)?;
        let store = &self.cx.store;
        for (path, _) in &files {
            self.check_owner(path)?;
        }
        for (path, bytes) in &files {
            store.write(path, bytes).map_err(unwritten)?;
        }
        let path = self.path();
        store.write(&path, &bytes).map_err(unwritten)?;
        self.cx.cache.recent.written(&path, &bytes);
        let failed = FailedRecord::path(&self.cx.book, self.page.stage, self.page.unit)?;
        store.remove(&failed).map_err(unwritten)?;
        Ok(PageSummary::new(hash, Some(&record)))
    }

    /// Refuses to overwrite a file that another stage has written beside its own page.
    fn check_owner(&self, path: &BookPath) -> Result<(), Failure> {
        let (stage, file) = (self.page.stage, path.relative());
        if !file.starts_with(&format!("{IMAGES}/")) {
            return Ok(());
        }
        let owners = &self.cx.cache.image_owners;
        let owner = match owners.claim(file, stage) {
            Err(other) => Some(other),
            Ok(()) if self.cx.store.stamp(path).map_err(unwritten)?.is_some() => {
                let owner = self.other_owner(file)?;
                owner.inspect(|_| owners.release(file))
            }
            Ok(()) => None,
        };
        owner.map_or(Ok(()), |other| {
            let problem = format!("stage `{other}` has already written `{file}`, and `{stage}` would overwrite it");
            Err(Failure::new(problem)
                .hint("give the file another name, or write it into the stage's own folder with `PageFiles::add`"))
        })
    }

    /// Another stage whose record for this page lists the file.
    fn other_owner(&self, file: &str) -> Result<Option<&'static str>, Failure> {
        let stages = inventory::iter::<Registered>().map(|registered| registered.0.name);
        for stage in stages.filter(|stage| *stage != self.page.stage) {
            let page =
                self.cx.store.read(&BookPath::output(&self.cx.book, stage, self.page.unit)).map_err(unwritten)?;
            let page: Option<Value> = page.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            if page.is_some_and(|page| !page[RECORD_KEY]["files"][file].is_null()) {
                return Ok(Some(stage));
            }
        }
        Ok(None)
    }

    pub(super) fn path(&self) -> BookPath {
        BookPath::output(&self.cx.book, self.page.stage, self.page.unit)
    }

    /// Records the failure for later runs.
    fn note(&self, failure: &Failure, seconds: f64) -> Result<(), Failure> {
        let record = FailedRecord {
            stage: self.page.stage.to_owned(),
            page: self.page.unit,
            failure: failure.clone(),
            fingerprint: Some(self.cx.fingerprint.clone()),
            attempts: self.number,
            processing_time_seconds: seconds,
            cost_usd: self.cx.handles.usage().cost_usd,
            when: clock::now(),
            skipped: matches!(self.cx.row.policy.on_error, OnError::Skip),
            redo: self.stage.redo.as_ref().map(|marker| marker.id.clone()),
        };
        let path = FailedRecord::path(&self.cx.book, self.page.stage, self.page.unit)?;
        Ok(self.cx.store.write(&path, &record.to_bytes()?)?)
    }
}

/// A page writes each of its files once.
fn check_names(files: &[(BookPath, Vec<u8>)]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    match files.iter().find(|(path, _)| !seen.insert(path.relative())) {
        Some((path, _)) => Err(Failure::new(format!("the stage writes `{}` twice for one page", path.relative()))
            .hint("give each file its own name")),
        None => Ok(()),
    }
}

/// The failure of a page that could not be written; transient, since a retry may find room.
fn unwritten(error: StoreError) -> Failure {
    let cause = if error.is_disk_full() { Cause::DiskFull } else { Cause::Write };
    Failure { cause, transient: true, ..Failure::from(error) }
        .hint("check that the disk has free space and the library is writable")
}
