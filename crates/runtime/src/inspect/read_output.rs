use super::{LookError, metadata};
use crate::book::{ScanId, Unit};
use crate::events::PageOf;
use crate::failure::Failure;
use crate::page::Page as _;
use crate::record::{Damage, FailedRecord, PageRecord, PageType};
use crate::stage::Stage;
use crate::store::{BookPath, BookPathError, Store, StoreError};

/// An output as it is read from the library: typed, validated and compared with its record.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoredOutput<T> {
    /// What the stage made.
    pub output: T,
    /// How it was made; a page of the original tool has no record.
    pub record: Option<PageRecord>,
}

/// Why the output of a stage cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The stage failed on it.
    #[error("{page} failed: {failure}")]
    Failed {
        /// The page.
        page: PageOf,
        /// Why.
        failure: Box<Failure>,
    },
    /// The stage has not made it yet.
    #[error("{page} has not been made yet")]
    Missing {
        /// The page.
        page: PageOf,
    },
    /// The book has no such page.
    #[error("page {page} is out of range (the book has {total})")]
    OutOfRange {
        /// What was asked for.
        page: u32,
        /// Pages in the book.
        total: u32,
    },
    /// Its file is damaged.
    #[error("{path} {damage}")]
    Damaged {
        /// The file.
        path: BookPath,
        /// What is wrong with it.
        damage: Damage,
    },
    /// There is no such book.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stage's name is not a valid folder name.
    #[error(transparent)]
    Path(#[from] BookPathError),
}

/// Reads what the stage `S` made of a page, or of the whole book: checked against its type, its record and its hash.
///
/// # Errors
/// It has not been made, it failed, or its file is damaged.
pub fn read_output<S: Stage>(
    store: &dyn Store,
    book: &ScanId,
    unit: Unit,
) -> Result<StoredOutput<S::Output>, ReadError> {
    let page = PageOf { stage: S::ROW.name, unit };
    let path = match unit {
        Unit::Page(number) => BookPath::page(book, page.stage, number),
        Unit::Book => BookPath::book_output(book, page.stage),
    };
    let Some(bytes) = store.read(&path)? else { return Err(why_missing(store, book, page)?) };
    let damaged = |damage: Damage| ReadError::Damaged { path: path.clone(), damage };
    let stored = PageType::of(&S::ROW.output).read(&bytes).map_err(damaged)?;
    let output = S::Output::from_json(&stored.output).map_err(|violation| damaged(violation.into()))?;
    Ok(StoredOutput { output, record: stored.record })
}

/// Why there is no output: the stage failed on it, it was never made, or the book has no such page.
fn why_missing(store: &dyn Store, book: &ScanId, page: PageOf) -> Result<ReadError, ReadError> {
    let path = FailedRecord::path(book, page.stage, page.unit)?;
    if let Some(bytes) = store.read(&path)? {
        let record = serde_json::from_slice::<FailedRecord>(&bytes);
        return Ok(match record {
            Ok(record) => ReadError::Failed { page, failure: Box::new(record.failure) },
            Err(error) => ReadError::Damaged { path, damage: Damage::Json(error.to_string()) },
        });
    }
    let total = metadata(store, book)?.total_pages;
    let number = page.unit.number();
    Ok(if number > total { ReadError::OutOfRange { page: number, total } } else { ReadError::Missing { page } })
}
