use shelf_pages::{MergedPage, OcrPage, Structure};
use shelf_runtime::registry::{Entry, Registry};

use crate::ExportError;

/// The stages whose output is exported, found by its type.
#[derive(Clone, Copy)]
pub(super) struct SourceStages<'r> {
    pub(super) structure: &'r Entry,
    pub(super) merged: &'r Entry,
    pub(super) ocr: &'r Entry,
}

impl<'r> SourceStages<'r> {
    /// The last stage that makes a structure, and the pages that it refers to.
    pub(super) fn of(registry: &'r Registry) -> Result<Self, ExportError> {
        let stages = registry.stages();
        let structure = stages.iter().rfind(|entry| entry.row.book && entry.row.output.is::<Structure>());
        let structure: &Entry = structure.ok_or(ExportError::NoStage("the structure of a book"))?;
        let merged = dependency(registry, structure, |entry| entry.row.output.is::<MergedPage>());
        let merged = merged.ok_or(ExportError::NoStage("merged pages"))?;
        let ocr = dependency(registry, merged, |entry| entry.row.output.is::<OcrPage>());
        Ok(Self { structure, merged, ocr: ocr.ok_or(ExportError::NoStage("pages of recognised text"))? })
    }
}

fn dependency<'r>(registry: &'r Registry, of: &Entry, is_meant: fn(&Entry) -> bool) -> Option<&'r Entry> {
    of.row.deps.iter().filter_map(|dep| registry.get(dep.row.name)).map(AsRef::as_ref).find(|entry| is_meant(entry))
}
