use std::collections::BTreeMap;

use shelf_pages::MergedPage;
use shelf_pages::edits::{
    Author, EDITS, EditChange, EditsError, StoredEdit, apply_edits, change, edited_page_number, edits_of_page,
};
use shelf_pages::edits::{Wanted, write_edit};
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::inspect::metadata;
use shelf_runtime::page::Page as _;
use shelf_runtime::plan::PlanError;
use shelf_runtime::record::Damage;
use shelf_runtime::registry::{Entry, Registry};
use shelf_runtime::stage::ExternalInput;
use shelf_runtime::store::{BookPath, Store};

use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};

/// A book whose merged pages are edited.
pub(crate) struct MergedBook<'c> {
    pub(crate) context: &'c Context,
    pub(crate) id: ScanId,
    /// The stage that applies edits.
    pub(crate) stage: &'c Entry,
}

/// A merged page with its edits, also those that were made since it was merged.
pub(crate) struct OpenPage {
    pub(crate) page: MergedPage,
    pub(crate) edits: Vec<StoredEdit>,
}

/// An edit that is to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewEdit {
    pub(crate) page: PageNumber,
    pub(crate) change: EditChange,
    pub(crate) author: Author,
}

impl<'c> MergedBook<'c> {
    pub(crate) fn open(context: &'c Context, id: &ScanId) -> Result<Self> {
        metadata(&context.store, id)?;
        let stage = editing_stage(&context.registry)
            .ok_or_else(|| CliError::refused("this program has no stage that takes edits"))?;
        Ok(Self { context, id: id.clone(), stage })
    }

    /// Refuses a page that the book does not have.
    pub(crate) fn check_page(&self, page: PageNumber) -> Result<()> {
        let total = metadata(&self.context.store, &self.id)?.total_pages;
        let missing = PlanError::NoPages { total: total as usize, missing: vec![page.get()] };
        if page.get() <= total { Ok(()) } else { Err(missing.into()) }
    }

    /// A page as it is to be edited.
    pub(crate) fn page(&self, page: PageNumber) -> Result<OpenPage> {
        self.check_page(page)?;
        let stage = self.stage.row.name;
        let path = BookPath::page(&self.id, stage, page);
        let Some(bytes) = self.context.store.read(&path)? else {
            return Err(CliError::refused(format!("page {page} of `{}` has not been made by `{stage}` yet", self.id))
                .hint(format!("make it: `shelf process {} --stage +{stage} --pages {page}`", self.id)));
        };
        let read = self.stage.page_type.read(&bytes);
        let read = read.and_then(|found| MergedPage::from_json(&found.output).map_err(Damage::from));
        let mut page_found = read.map_err(|damage| self.modified(page, &path, &damage))?;
        let edits = edits_of_page(&self.context.store, &self.id, page)?;
        apply_pending(&mut page_found, &edits);
        Ok(OpenPage { page: page_found, edits })
    }

    fn modified(&self, page: PageNumber, path: &BookPath, damage: &Damage) -> CliError {
        CliError::refused(format!("{path} {damage}")).hint(format!(
            "keep what was changed by hand as edits: `shelf edit {} --adopt {page}`; to discard it, delete the file",
            self.id
        ))
    }

    /// The edits that are needed so that these pages say what is wanted. Nothing is saved yet.
    pub(crate) fn planned(&self, wanted: &[(PageNumber, Wanted, Author)]) -> Result<Vec<NewEdit>> {
        let mut open: BTreeMap<PageNumber, OpenPage> = BTreeMap::new();
        let mut edits = Vec::new();
        for (number, wanted, author) in wanted {
            if !open.contains_key(number) {
                open.insert(*number, self.page(*number)?);
            }
            let Some(OpenPage { page, .. }) = open.get_mut(number) else { continue };
            let change = change(page, wanted).map_err(|error| CliError::refused(format!("page {number}: {error}")))?;
            if let Some(change) = change {
                apply_new(page, &change, author);
                edits.push(NewEdit { page: *number, change, author: author.clone() });
            }
        }
        Ok(edits)
    }

    /// Saves edits. The caller holds the book's lock.
    pub(crate) fn save(&self, edits: Vec<NewEdit>) -> Result<Vec<(PageNumber, StoredEdit)>> {
        let save = |NewEdit { page, change, author }: NewEdit| {
            Ok((page, write_edit(&self.context.store, &self.id, page, change, &author)?))
        };
        edits.into_iter().map(save).collect()
    }
}

/// The edits that make a page say what is wanted, each of the page as those before it leave it.
pub(super) fn planned_on(
    mut page: MergedPage,
    number: PageNumber,
    wanted: impl IntoIterator<Item = Wanted>,
    author: &Author,
) -> Result<Vec<NewEdit>> {
    let mut edits = Vec::new();
    for wanted in wanted {
        if let Some(change) = change(&page, &wanted).map_err(CliError::refused)? {
            apply_new(&mut page, &change, author);
            edits.push(NewEdit { page: number, change, author: author.clone() });
        }
    }
    Ok(edits)
}

/// The last stage that takes edits and makes merged pages.
fn editing_stage(registry: &Registry) -> Option<&Entry> {
    let takes_edits = |entry: &Entry| {
        let is_edits = |input: &ExternalInput| matches!(input, ExternalInput::Kept(kept) if kept.folder == EDITS);
        entry.row.inputs.iter().any(is_edits) && entry.row.output.is::<MergedPage>()
    };
    registry.stages().iter().rev().map(AsRef::as_ref).find(|entry| takes_edits(entry))
}

/// Applies the edits that were made since the page was merged.
fn apply_pending(page: &mut MergedPage, edits: &[StoredEdit]) {
    let is_pending = |edit: &&StoredEdit| page.edits.iter().all(|outcome| outcome.edit != edit.id);
    let pending: Vec<StoredEdit> = edits.iter().filter(is_pending).cloned().collect();
    apply_edits(&pending, &mut page.blocks, None);
    if let Some(number) = edited_page_number(&pending) {
        page.printed_page_number = number;
    }
}

fn apply_new(page: &mut MergedPage, change: &EditChange, author: &Author) {
    let edit = shelf_pages::edits::Edit {
        change: change.clone(),
        by: author.by.clone(),
        when: shelf_runtime::clock::now(),
        why: None,
    };
    apply_pending(page, &[StoredEdit { id: "new".to_owned(), edit }]);
}

impl From<EditsError> for CliError {
    fn from(error: EditsError) -> Self {
        match error {
            EditsError::Store(error) => error.into(),
            EditsError::Path(error) => error.into(),
            EditsError::File { .. } => {
                Self::failed(error).exit(Exit::Failed).hint("correct the file, or move it out of `edits`")
            }
            error => Self::failed(error),
        }
    }
}
