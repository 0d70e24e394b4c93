use serde::de::DeserializeOwned;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::registry::{Entry, Registry};
use shelf_runtime::store::{BookPath, Store, StoreError};

use super::{CorrectedPage, MergedPage, OcrPage, PageText};

/// A stored page with text, whichever stage made it. Which of the three it is depends on the type of the stage's output.
#[derive(Debug, Clone, PartialEq)]
pub enum TextPage {
    /// The output of a stage that recognises text.
    Ocr(OcrPage),
    /// Corrections, and the page that they apply to.
    Corrected {
        /// The corrections.
        corrected: CorrectedPage,
        /// The recognised text.
        ocr: OcrPage,
    },
    /// Text, corrections and labels in one.
    Merged(MergedPage),
}

impl TextPage {
    /// Whether the pages of this stage have text.
    #[must_use]
    pub fn is_made_by(entry: &Entry) -> bool {
        let output = &entry.row.output;
        !entry.row.book && (output.is::<OcrPage>() || output.is::<CorrectedPage>() || output.is::<MergedPage>())
    }

    /// The page that stage `entry` stored; `None` where it has not been made, is damaged, or has no text by its type.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(
        store: &dyn Store,
        registry: &Registry,
        book: &ScanId,
        entry: &Entry,
        page: PageNumber,
    ) -> Result<Option<Self>, StoreError> {
        let output = &entry.row.output;
        if output.is::<OcrPage>() {
            Ok(stored(store, book, entry, page)?.map(Self::Ocr))
        } else if output.is::<MergedPage>() {
            Ok(stored(store, book, entry, page)?.map(Self::Merged))
        } else if output.is::<CorrectedPage>() {
            let Some(corrected) = stored(store, book, entry, page)? else { return Ok(None) };
            let recognised = entry.row.deps.iter().find(|dep| dep.row.output.is::<OcrPage>());
            let Some(entry) = recognised.and_then(|dep| registry.get(dep.row.name)) else { return Ok(None) };
            Ok(stored(store, book, entry, page)?.map(|ocr| Self::Corrected { corrected, ocr }))
        } else {
            Ok(None)
        }
    }

    /// The text of the page: its paragraphs in reading order, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Ocr(page) => page.text(),
            Self::Corrected { corrected, ocr } => corrected.text(ocr),
            Self::Merged(page) => page.text(),
        }
    }
}

fn stored<T: DeserializeOwned>(
    store: &dyn Store,
    book: &ScanId,
    entry: &Entry,
    page: PageNumber,
) -> Result<Option<T>, StoreError> {
    let bytes = store.read(&BookPath::page(book, entry.row.name, page))?;
    let output = bytes.and_then(|bytes| entry.page_type.read(&bytes).ok()).map(|found| found.output);
    Ok(output.and_then(|output| serde_json::from_value(output).ok()))
}
