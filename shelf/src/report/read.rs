use super::{Report, Row};
use crate::book::{PageNumber, ScanId};
use crate::registry::Entry;
use crate::store::{BookPath, BookPathError, Store, StoreError};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stage has a name that is no folder.
    #[error(transparent)]
    Path(#[from] BookPathError),
    /// A line could not be written.
    #[error("cannot write a line")]
    Line(#[from] csv::Error),
}

/// Reads a stage's report out of the records of its pages, or of its one output. What is damaged has no line.
pub fn read(store: &dyn Store, entry: &Entry, book: &ScanId) -> Result<Report, ReportError> {
    let name = entry.row.name;
    let made: Vec<(Option<PageNumber>, BookPath)> = if entry.row.book {
        vec![(None, BookPath::book_output(book, name))]
    } else {
        let files = store.list(book, name)?;
        let mut pages: Vec<PageNumber> = files.iter().filter_map(|file| PageNumber::of_page_file(file)).collect();
        pages.sort_unstable();
        pages.into_iter().map(|page| (Some(page), BookPath::page(book, name, page))).collect()
    };
    let mut rows = Vec::new();
    for (page, path) in made {
        let bytes = store.read(&path)?.unwrap_or_default();
        if let Ok(found) = entry.page_type.read(&bytes) {
            let (metrics, operation) = found.record.map(|record| (record.metrics, record.operation)).unzip();
            rows.push(Row { page, metrics: metrics.unwrap_or_default(), operation });
        }
    }
    Ok(Report { stage: name, columns: entry.row.metrics.columns(), rows })
}

/// Where a stage's report lies.
pub fn path(book: &ScanId, stage: &str) -> Result<BookPath, BookPathError> {
    BookPath::new(book, &format!("{stage}/report.csv"))
}

/// Writes `report.csv`.
pub fn write(store: &dyn Store, book: &ScanId, report: &Report) -> Result<(), ReportError> {
    Ok(store.write(&path(book, report.stage)?, report.csv()?.as_bytes())?)
}
