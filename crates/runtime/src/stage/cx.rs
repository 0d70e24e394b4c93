use std::any::Any;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{FromCx, Handle, Handles, Load, OpenResources, PageCache, PageFile, PageFiles, Row, Shared, Warnings};
use crate::book::{BookMetadata, EXISTING_TEXT, PageNumber, ScanId, ScanMetadata, Unit};
use crate::failure::{Cause, Failure};
use crate::page::{Page, SchemaViolation};
use crate::record::{Fingerprint, Hash, Input, RECORD_KEY};
use crate::store::{BookPath, KeptFile, Store, kept_files_of_page};
use crate::worker::WorkerPool;

/// The context of one page in one stage, from which its parameters are extracted.
pub struct Cx {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) book: ScanId,
    pub(crate) unit: Unit,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) row: &'static Row,
    pub(crate) options: Arc<dyn Any + Send + Sync>,
    pub(crate) metadata: Arc<BookMetadata>,
    pub(crate) source: Option<ScanMetadata>,
    pub(crate) worker_pool: WorkerPool,
    pub(crate) prompt: Arc<str>,
    pub(crate) handles: Handles,
    pub(crate) files: Arc<Mutex<Vec<PageFile>>>,
    pub(crate) warnings: Warnings,
    pub(crate) resources: OpenResources,
    pub(crate) cache: Arc<PageCache>,
}

/// Reads pages of one stage, independently of the context of a page.
#[derive(Clone)]
pub(crate) struct Reader {
    store: Arc<dyn Store>,
    cache: Arc<PageCache>,
    book: ScanId,
    row: &'static Row,
}

/// A stored output without its record, not yet deserialised.
pub(crate) struct UnparsedPage {
    value: Value,
    stage: &'static str,
    path: BookPath,
    /// `page 7`.
    what: String,
}

impl Cx {
    /// Extracts the value of a parameter by its type.
    pub fn get<'a, T: FromCx<'a>>(&'a self) -> Result<T, Failure> {
        T::from_cx(self)
    }

    /// Takes a parameter `&T`, apart from the options.
    pub fn shared<T: Shared + ?Sized>(&self) -> Result<T::Holder, Failure> {
        T::from_cx(self)
    }

    /// Loads the value of the parameter with this name from its dependency.
    pub fn load<T: Load>(&self, parameter: &str) -> Result<T, Failure> {
        T::load(self, self.dependency(parameter))
    }

    /// The value of a parameter that is an `Option`; `None` where the page is made without it.
    pub fn load_optional<T: Load>(&self, parameter: &str) -> Result<Option<T>, Failure> {
        let row = self.dependency(parameter);
        let is_there = self.fingerprint.inputs.iter().any(|(input, hash)| {
            let is_of_stage = match input {
                Input::Page { stage, page } => stage == row.name && *page == self.unit.number(),
                Input::Book { stage } | Input::Part { stage, .. } => stage == row.name,
                Input::Scan
                | Input::Languages
                | Input::Metadata
                | Input::Resource { .. }
                | Input::Kept { .. }
                | Input::ExistingText => false,
            };
            is_of_stage && *hash != Hash::absent()
        });
        is_there.then(|| T::load(self, row)).transpose()
    }

    fn dependency(&self, parameter: &str) -> &'static Row {
        let named = self.row.deps.iter().find(|dep| dep.parameter == parameter);
        named.expect("`#[stage]` writes the call and the row").row.get()
    }

    /// The page or the book.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The page.
    ///
    /// # Errors
    /// The stage runs once per book.
    pub fn page(&self) -> Result<PageNumber, Failure> {
        self.unit
            .page()
            .ok_or_else(|| Failure::new(format!("stage `{}` runs once per book and has no page", self.row.name)))
    }

    /// The pages of `stage` that this page depends on, in ascending order.
    pub(crate) fn inputs(&self, stage: &str) -> Vec<PageNumber> {
        let page = |input: &Input| match input {
            Input::Page { stage: of, page } if of == stage => PageNumber::new(*page),
            _ => None,
        };
        let mut pages: Vec<_> = self.fingerprint.inputs.keys().filter_map(page).collect();
        pages.sort_unstable();
        pages
    }

    pub(crate) fn metadata(&self) -> &BookMetadata {
        &self.metadata
    }

    pub(crate) fn options<O: 'static>(&self) -> Result<&O, Failure> {
        self.options.downcast_ref().ok_or_else(|| Failure::new("the options of the stage have another type"))
    }

    /// The handle of this type from a provider; `None` if the program has no such provider.
    #[must_use]
    pub fn provided<T: Handle>(&self) -> Option<&T> {
        self.handles.get()
    }

    /// The scan of the page: a local image file and its metadata.
    ///
    /// # Errors
    /// The stage runs once per book, or the scan cannot be opened.
    pub fn scan(&self) -> Result<(PathBuf, ScanMetadata), Failure> {
        let page = self.page()?;
        let source = self.source.clone().ok_or_else(|| {
            Failure::of(Cause::Input, format!("the scan of page {page} is not a supported image"))
                .hint("replace it in `source/` by a PNG, JPEG or TIFF file")
        })?;
        let path = self.store.local(&BookPath::new(&self.book, &format!("source/{}", source.image))?)?;
        Ok((path, source))
    }

    /// The files that are kept for a page in this folder of the book, for a parameter whose external input is
    /// [`Kept`](super::ExternalInput::Kept).
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn kept(&self, folder: &str, page: PageNumber) -> Result<Vec<KeptFile>, Failure> {
        Ok(kept_files_of_page(&*self.store, &self.book, folder, page)?)
    }

    /// The text that came with the page's scan, as it is stored in `existing_text`; `None` where there is none, and where the options say that it
    /// is not read.
    ///
    /// # Errors
    /// The file cannot be read, or was modified.
    pub fn existing_text(&self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(expected) = self.fingerprint.inputs.get(&Input::ExistingText) else { return Ok(None) };
        let path = BookPath::page(&self.book, EXISTING_TEXT, self.page()?);
        let problem = match self.store.read(&path)? {
            Some(bytes) if Hash::of(&bytes) == *expected => return Ok(Some(bytes)),
            Some(_) => "was modified (hash mismatch)",
            None => "is missing",
        };
        Err(Failure::of(Cause::Input, format!("the text that came with the scan {problem}"))
            .context(&path)
            .hint("restore the file from a backup, or do not read the existing text"))
    }

    /// The store of the book.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The book.
    #[must_use]
    pub fn book(&self) -> &ScanId {
        &self.book
    }

    /// The stage.
    #[must_use]
    pub fn row(&self) -> &'static Row {
        self.row
    }

    /// The worker processes, for code that opens external files.
    #[must_use]
    pub fn workers(&self) -> &WorkerPool {
        &self.worker_pool
    }

    pub(crate) fn page_files(&self) -> PageFiles {
        PageFiles::new(Arc::clone(&self.files), self.row.name, self.unit.stem())
    }

    pub(crate) fn reader(&self, row: &'static Row) -> Reader {
        Reader::new(Arc::clone(&self.store), Arc::clone(&self.cache), self.book.clone(), row)
    }

    /// The output of `row` for this page, or for the book.
    pub(crate) fn open_output(&self, row: &'static Row) -> Result<UnparsedPage, Failure> {
        let reader = self.reader(row);
        if row.book {
            reader.file(BookPath::book_output(&self.book, row.name), "book.json".to_owned())
        } else {
            reader.page(self.page()?)
        }
    }

    /// The part of this page in the output of book stage `row`.
    pub(crate) fn open_part(&self, row: &'static Row) -> Result<UnparsedPage, Failure> {
        let page = self.page()?;
        let reader = self.reader(row);
        let (path, what) = (BookPath::book_output(&self.book, row.name), "book.json");
        let part = self.cache.parts.part(row.name, page, || reader.value(&path, what))?;
        let part =
            part.ok_or_else(|| reader.problem(&path, what, &format!("has no part for page {page} in `pages`")))?;
        Ok(UnparsedPage { value: part, stage: row.name, path, what: format!("`pages.{page}` of book.json") })
    }
}

impl Reader {
    pub(crate) fn new(store: Arc<dyn Store>, cache: Arc<PageCache>, book: ScanId, row: &'static Row) -> Self {
        Self { store, cache, book, row }
    }

    /// Reads the output for the whole book; `None` if there is none.
    pub(crate) fn book(&self) -> Result<Option<UnparsedPage>, Failure> {
        let path = BookPath::book_output(&self.book, self.row.name);
        let is_there = self.store.stamp(&path)?.is_some();
        is_there.then(|| self.file(path, "book.json".to_owned())).transpose()
    }

    /// Reads one page.
    pub(crate) fn page(&self, page: PageNumber) -> Result<UnparsedPage, Failure> {
        self.file(BookPath::page(&self.book, self.row.name, page), format!("page {page}"))
    }

    fn file(&self, path: BookPath, what: String) -> Result<UnparsedPage, Failure> {
        Ok(UnparsedPage { value: self.value(&path, &what)?, stage: self.row.name, path, what })
    }

    fn value(&self, path: &BookPath, what: &str) -> Result<Value, Failure> {
        let read = || self.store.read(path)?.ok_or_else(|| self.problem(path, what, "is missing"));
        let bytes = self.cache.recent.get(path, read)?;
        let mut value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| self.problem(path, what, &format!("is not valid JSON: {error}")))?;
        value.as_object_mut().map(|fields| fields.remove(RECORD_KEY));
        Ok(value)
    }

    fn problem(&self, path: &BookPath, what: &str, problem: &str) -> Failure {
        unreadable(self.row.name, path, what, problem)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("book", &self.book).field("stage", &self.row.name).finish_non_exhaustive()
    }
}

impl UnparsedPage {
    /// Reads the page into its type. Only this is compiled for every type.
    pub(crate) fn read<T: Page>(&self) -> Result<T, Failure> {
        match T::from_json(&self.value) {
            Ok(page) => Ok(page),
            Err(violation) => Err(self.violation(&violation)),
        }
    }

    fn violation(&self, violation: &SchemaViolation) -> Failure {
        unreadable(self.stage, &self.path, &self.what, &format!("does not match its schema: {violation}"))
    }
}

fn unreadable(stage: &str, path: &BookPath, what: &str, problem: &str) -> Failure {
    Failure::of(Cause::Input, format!("{what} of `{stage}` {problem}")).context(path)
}
