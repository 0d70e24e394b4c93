use std::collections::BTreeMap;

use shelf_runtime::book::PageNumber;
use shelf_runtime::failure::{Cause, Failure};
use shelf_runtime::stage::{Cx, ExternalInput, FromCx, HasPage, KeptInput, Parameter, Stage};

use super::folder::{EDITS, EditsError, parsed};
use super::{StoredEdit, apply_edits, edited_page_number};
use crate::{EditOutcome, MergedBlock, OcrPage};

/// The edits of a page and of its neighbours: a parameter of the stage that applies them. A page is stale when its edits, or those of a
/// neighbour, change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageEdits {
    by_page: BTreeMap<u32, Vec<StoredEdit>>,
}

/// How many neighbours of a page are read, too: their text decides how the page continues.
const AROUND: u32 = 1;

impl PageEdits {
    /// The edits of one page, the oldest first.
    #[must_use]
    pub fn of_page(&self, page_number: u32) -> &[StoredEdit] {
        self.by_page.get(&page_number).map_or(&[], Vec::as_slice)
    }

    /// Applies the edits of a page to its blocks, which were made from `ocr`.
    pub fn apply(&self, ocr: &OcrPage, blocks: &mut Vec<MergedBlock>) -> Vec<EditOutcome> {
        apply_edits(self.of_page(ocr.page_number), blocks, Some(ocr))
    }

    /// The printed page number that a person has given a page: `Some(None)` if it has none.
    #[must_use]
    pub fn page_number(&self, page_number: u32) -> Option<Option<String>> {
        edited_page_number(self.of_page(page_number))
    }
}

impl<'a> FromCx<'a> for PageEdits {
    const INPUT: ExternalInput = ExternalInput::Kept(KeptInput { folder: EDITS, around: AROUND });

    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        let here = cx.page()?.get();
        let pages = here.saturating_sub(AROUND)..=here + AROUND;
        let mut by_page = BTreeMap::new();
        for page in pages.filter_map(PageNumber::new) {
            let edits = parsed(&cx.kept(EDITS, page)?).map_err(|error| unreadable(&error))?;
            if !edits.is_empty() {
                by_page.insert(page.get(), edits);
            }
        }
        Ok(Self { by_page })
    }
}

fn unreadable(error: &EditsError) -> Failure {
    Failure::of(Cause::Input, error.to_string()).hint("correct the file, or remove it")
}

#[diagnostic::do_not_recommend]
impl<S: Stage<Scope: HasPage>> Parameter<'_, S> for PageEdits {}
