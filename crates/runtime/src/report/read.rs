use super::{Report, Row};
use crate::book::{PageNumber, ScanId, Unit};
use crate::inspect::{BookState, PageState};
use crate::record::{FailedRecord, Operation};
use crate::registry::Entry;
use crate::store::{BookPath, BookPathError, Store, StoreError};

/// Why a report could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The name of a stage is not a valid folder name.
    #[error(transparent)]
    Path(#[from] BookPathError),
    /// A line could not be written.
    #[error("cannot write a line")]
    Line(#[from] csv::Error),
}

/// A stage's report from the inspection of the book, or from the pages that were written since.
#[must_use]
pub fn of(book: &BookState, entry: &Entry) -> Report {
    let state = book.stage(entry.row.name);
    let valid = state.pages.iter().filter_map(|(unit, state)| match state {
        PageState::Valid(summary) => Some((*unit, summary)),
        PageState::Damaged(_) | PageState::Modified(_) => None,
    });
    let rows = valid.map(|(unit, summary)| match &summary.record {
        Some(record) => Row {
            unit,
            metrics: record.metrics(),
            operation: Some(record.operation()),
            copied: record.copied().map(|copied| copied.from.clone()),
        },
        None => Row { unit, ..Row::default() },
    });
    let failed = state.failed.values().map(FailedRecord::operation);
    report(entry, rows.collect(), failed.collect())
}

fn report(entry: &Entry, mut rows: Vec<Row>, failed: Vec<Operation>) -> Report {
    let renamed = entry.row.metrics.fields().into_iter().filter_map(|field| Some((field.alias?, field.name)));
    for (alias, name) in renamed {
        for row in &mut rows {
            if let (Some(value), false) = (row.metrics.remove(&alias), row.metrics.contains_key(&name)) {
                row.metrics.insert(name.clone(), value);
            }
        }
    }
    let (columns, copies) = (entry.row.metrics.columns(), entry.row.policy.copies());
    Report { stage: entry.row.name, columns, copies, rows, failed }
}

/// Reads a stage's report from the records of its pages, or of its one output. Damaged pages have no line.
pub fn read(store: &dyn Store, entry: &Entry, book: &ScanId) -> Result<Report, ReportError> {
    let name = entry.row.name;
    let made: Vec<(Unit, BookPath)> = if entry.row.book {
        vec![(Unit::Book, BookPath::book_output(book, name))]
    } else {
        let files = store.list(book, name)?;
        let mut pages: Vec<PageNumber> = files.iter().filter_map(|file| PageNumber::of_page_file(file)).collect();
        pages.sort_unstable();
        pages.into_iter().map(|page| (Unit::Page(page), BookPath::page(book, name, page))).collect()
    };
    let mut rows = Vec::new();
    for (unit, path) in made {
        let bytes = store.read(&path)?.unwrap_or_default();
        if let Ok(found) = entry.page_type.read(&bytes) {
            rows.push(match found.record {
                Some(record) => Row {
                    unit,
                    metrics: record.metrics,
                    operation: Some(record.operation),
                    copied: record.copied.map(|copied| copied.from),
                },
                None => Row { unit, ..Row::default() },
            });
        }
    }
    Ok(report(entry, rows, failed(store, book, name)?))
}

/// The runtime's metrics of failed pages.
fn failed(store: &dyn Store, book: &ScanId, stage: &str) -> Result<Vec<Operation>, ReportError> {
    let folder = format!("{stage}/failed");
    let mut failed = Vec::new();
    for file in store.list(book, &folder)? {
        let bytes = store.read(&BookPath::new(book, &format!("{folder}/{file}"))?)?.unwrap_or_default();
        failed.extend(serde_json::from_slice::<FailedRecord>(&bytes).ok().map(|record| record.operation()));
    }
    Ok(failed)
}

/// The path of a stage's report.
pub fn path(book: &ScanId, stage: &str) -> Result<BookPath, BookPathError> {
    BookPath::new(book, &format!("{stage}/report.csv"))
}

/// Writes `report.csv` unless it is up to date; returns whether it was written. A stage without pages has none.
pub fn write_if_changed(store: &dyn Store, book: &ScanId, report: &Report) -> Result<bool, ReportError> {
    let (path, csv) = (path(book, report.stage)?, report.csv()?);
    let there = store.read(&path)?;
    let is_current = there.as_deref().map_or(report.rows.is_empty(), |there| there == csv.as_bytes());
    if !is_current {
        store.write(&path, csv.as_bytes())?;
    }
    Ok(!is_current)
}
