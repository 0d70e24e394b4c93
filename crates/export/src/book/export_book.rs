use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use shelf_pages::{MergedPage, OcrPage, OutlineEntry, PageAnchor, Structure};
use shelf_runtime::book::{BookMetadata, PageNumber, PageSet, ScanId, ScanMetadata};
use shelf_runtime::inspect::metadata;
use shelf_runtime::page::Page;
use shelf_runtime::plan::PlanError;
use shelf_runtime::record::{Hash, Input, StoredPage};
use shelf_runtime::registry::{Entry, Registry};
use shelf_runtime::store::{BookPath, Store};

use super::missing::{MissingPage, missing_page};
use super::source_stages::SourceStages;
use crate::{Blocks, ExportError, ExportOptions};

/// A book that is exported, or some pages of it. It keeps the structure in memory and reads pages when they are asked for.
pub struct ExportBook<'s> {
    store: &'s dyn Store,
    stages: SourceStages<'s>,
    id: ScanId,
    metadata: BookMetadata,
    structure: Structure,
    /// The hashes of the merged pages that the structure was made from.
    made_from: BTreeMap<PageNumber, Hash>,
    /// The selected pages that were read.
    numbers: Vec<PageNumber>,
    missing: Vec<MissingPage>,
    scans: BTreeMap<PageNumber, String>,
}

impl<'s> ExportBook<'s> {
    /// Opens a book; of its pages only those in `selected`, if given.
    ///
    /// # Errors
    /// The book does not exist, its structure has not been made, or a selected page is out of range.
    pub fn open(
        store: &'s dyn Store,
        registry: &'s Registry,
        id: &ScanId,
        selected: Option<&PageSet>,
    ) -> Result<Self, ExportError> {
        let metadata = metadata(store, id)?;
        let stages = SourceStages::of(registry)?;
        let stage = stages.structure.row.name;
        let path = BookPath::book_output(id, stage);
        let stored =
            stored(store, stages.structure, &path)?.ok_or_else(|| ExportError::NotMade { stage, book: id.clone() })?;
        let structure: Structure = typed(&stored, &path)?;
        let inputs = stored.record.map(|record| record.fingerprint.inputs).unwrap_or_default();
        let merged_name = stages.merged.row.name;
        let made_from = inputs.into_iter().filter_map(|(input, hash)| match input {
            Input::Page { stage, page } if stage == merged_name => Some((PageNumber::new(page)?, hash)),
            _ => None,
        });
        let all: BTreeSet<PageNumber> = (1..=metadata.total_pages).filter_map(PageNumber::new).collect();
        if let Some(outside) = selected.map(|selected| selected.outside(&all)).filter(|outside| !outside.is_empty()) {
            return Err(PlanError::NoPages { total: all.len(), missing: outside }.into());
        }
        let read: BTreeSet<u32> = structure.anchors.iter().map(|anchor| anchor.page).collect();
        let is_selected = |page: &PageNumber| selected.is_none_or(|selected| selected.contains(*page));
        let (numbers, absent): (Vec<_>, Vec<_>) =
            all.into_iter().filter(is_selected).partition(|page| read.contains(&page.get()));
        let missing =
            absent.into_iter().map(|page| missing_page(store, registry, id, page)).collect::<Result<_, _>>()?;
        let scans = store.list(id, "source")?.into_iter().filter(|name| PageNumber::of_page_file(name).is_none());
        let scans = scans.filter_map(|name| Some((PageNumber::of_file(&name)?, name))).collect();
        let (id, made_from) = (id.clone(), made_from.collect());
        Ok(Self { store, stages, id, metadata, structure, made_from, numbers, missing, scans })
    }

    /// Opens a book for its catalogue record: without its pages, which need not have been made.
    ///
    /// # Errors
    /// The book does not exist.
    pub fn open_record(store: &'s dyn Store, registry: &'s Registry, id: &ScanId) -> Result<Self, ExportError> {
        let (metadata, stages) = (metadata(store, id)?, SourceStages::of(registry)?);
        Ok(Self {
            store,
            stages,
            id: id.clone(),
            metadata,
            structure: Structure::default(),
            made_from: BTreeMap::new(),
            numbers: Vec::new(),
            missing: Vec::new(),
            scans: BTreeMap::new(),
        })
    }

    /// The book's id.
    #[must_use]
    pub fn id(&self) -> &ScanId {
        &self.id
    }

    /// What is known of the book.
    #[must_use]
    pub fn metadata(&self) -> &BookMetadata {
        &self.metadata
    }

    /// The structure of the whole book, whatever pages are selected.
    #[must_use]
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// The selected pages that were read, ascending.
    #[must_use]
    pub fn numbers(&self) -> &[PageNumber] {
        &self.numbers
    }

    /// The selected pages that failed or were not processed.
    #[must_use]
    pub fn missing(&self) -> &[MissingPage] {
        &self.missing
    }

    /// Whether a page is exported.
    #[must_use]
    pub fn contains(&self, page: u32) -> bool {
        PageNumber::new(page).is_some_and(|page| self.numbers.binary_search(&page).is_ok())
    }

    /// The headings on the selected pages.
    pub fn outline(&self) -> impl Iterator<Item = &OutlineEntry> {
        self.structure.outline.iter().filter(|entry| self.contains(entry.page))
    }

    /// The selected pages, with their printed numbers and what is not part of the running text.
    pub fn anchors(&self) -> impl Iterator<Item = &PageAnchor> {
        self.structure.anchors.iter().filter(|anchor| self.contains(anchor.page))
    }

    /// The text in reading order, with the text of every span; pages are read one after the other.
    #[must_use]
    pub fn blocks<'b>(&'b self, options: &'b ExportOptions<'b>) -> Blocks<'b> {
        Blocks::new(self, options)
    }

    /// A page with its final text and labels.
    ///
    /// # Errors
    /// It cannot be read, or it has changed since the structure was made.
    pub fn merged(&self, page: PageNumber) -> Result<MergedPage, ExportError> {
        let path = BookPath::page(&self.id, self.stages.merged.row.name, page);
        let stale = || self.stale(page.get());
        let stored = stored(self.store, self.stages.merged, &path)?.ok_or_else(stale)?;
        match self.made_from.get(&page) {
            Some(hash) if *hash != stored.hash.whole => Err(stale()),
            _ => typed(&stored, &path),
        }
    }

    /// A page as OCR read it, with lines and words; `None` if it was removed.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn ocr(&self, page: PageNumber) -> Result<Option<OcrPage>, ExportError> {
        let path = BookPath::page(&self.id, self.stages.ocr.row.name, page);
        stored(self.store, self.stages.ocr, &path)?.map(|stored| typed(&stored, &path)).transpose()
    }

    /// The scan of a page; `None` if it is not in the library.
    ///
    /// # Errors
    /// The library cannot be read.
    pub fn scan(&self, page: PageNumber) -> Result<Option<PathBuf>, ExportError> {
        let Some(name) = self.scans.get(&page) else { return Ok(None) };
        self.file(&format!("source/{name}"))
    }

    /// The file name of the scan of a page.
    #[must_use]
    pub fn scan_name(&self, page: u32) -> Option<&str> {
        self.scans.get(&PageNumber::new(page)?).map(String::as_str)
    }

    /// The metadata of a scan: its size, resolution and hash; `None` for books of other programs.
    ///
    /// # Errors
    /// The library cannot be read.
    pub fn scan_metadata(&self, page: PageNumber) -> Result<Option<ScanMetadata>, ExportError> {
        let bytes = self.store.read(&BookPath::page(&self.id, "source", page))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The picture of a figure; `None` if the file is missing.
    ///
    /// # Errors
    /// The library cannot be read.
    pub fn figure(&self, image_file: &str) -> Result<Option<PathBuf>, ExportError> {
        self.file(&format!("images/{image_file}"))
    }

    /// The structure does not fit a page.
    pub(crate) fn stale(&self, page: u32) -> ExportError {
        ExportError::Stale { stage: self.stages.structure.row.name, book: self.id.clone(), page }
    }

    fn file(&self, relative: &str) -> Result<Option<PathBuf>, ExportError> {
        let path = BookPath::new(&self.id, relative)?;
        Ok(if self.store.stamp(&path)?.is_some() { Some(self.store.local(&path)?) } else { None })
    }
}

fn stored(store: &dyn Store, entry: &Entry, path: &BookPath) -> Result<Option<StoredPage>, ExportError> {
    let Some(bytes) = store.read(path)? else { return Ok(None) };
    let read = entry.page_type.read(&bytes);
    read.map(Some).map_err(|damage| ExportError::Damaged { path: path.clone(), damage })
}

fn typed<T: Page>(stored: &StoredPage, path: &BookPath) -> Result<T, ExportError> {
    T::from_json(&stored.output)
        .map_err(|violation| ExportError::Damaged { path: path.clone(), damage: violation.into() })
}
