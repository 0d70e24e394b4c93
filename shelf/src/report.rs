//! `report.csv`: one line a page, for quality.

use serde_json::{Map, Value};

use crate::book::{PageNumber, ScanId};
use crate::metrics::Column;
use crate::registry::Entry;
use crate::store::{BookPath, BookPathError, Store, StoreError};

/// A stage's report: its columns, and a line for every page that is done.
#[derive(Debug, Clone)]
pub struct Report {
    /// The stage.
    pub stage: &'static str,
    /// The columns after `page_num`.
    pub columns: &'static [Column],
    /// Whether the last column says from where a page was copied: the stage says `on_error = copy(…)`.
    pub copies: bool,
    /// The pages, ascending.
    pub rows: Vec<Row>,
}

/// A page's line.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The page.
    pub page: PageNumber,
    /// Its metrics by name; none where the page has no record.
    pub metrics: Map<String, Value>,
    /// The stage that it is a copy of.
    pub copied: Option<String>,
}

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

/// Reads a stage's report out of the records of its pages. A damaged page has no line.
pub fn read(store: &dyn Store, entry: &Entry, book: &ScanId) -> Result<Report, ReportError> {
    let name = entry.row.name;
    let mut rows = Vec::new();
    let mut pages: Vec<PageNumber> =
        store.list(book, name)?.iter().filter_map(|file| PageNumber::of_page_file(file)).collect();
    pages.sort_unstable();
    for page in pages {
        let bytes = store.read(&BookPath::page(book, name, page))?.unwrap_or_default();
        if let Ok(found) = entry.page_type.read(&bytes) {
            let (metrics, copied) = match found.record {
                Some(record) => (record.metrics, record.copied.map(|copied| copied.from)),
                None => (Map::new(), None),
            };
            rows.push(Row { page, metrics, copied });
        }
    }
    Ok(Report { stage: name, columns: entry.row.metrics.columns, copies: entry.row.policy.copies(), rows })
}

/// Where a stage's report lies.
pub fn path(book: &ScanId, stage: &str) -> Result<BookPath, BookPathError> {
    BookPath::new(book, &format!("{stage}/report.csv"))
}

/// Writes `report.csv`.
pub fn write(store: &dyn Store, book: &ScanId, report: &Report) -> Result<(), ReportError> {
    Ok(store.write(&path(book, report.stage)?, report.csv()?.as_bytes())?)
}

impl Report {
    /// The header's titles.
    #[must_use]
    pub fn header(&self) -> Vec<&'static str> {
        std::iter::once("page_num")
            .chain(self.columns.iter().map(|column| column.title))
            .chain(self.copies.then_some("copied"))
            .collect()
    }

    /// The cells of a line.
    #[must_use]
    pub fn cells(&self, row: &Row) -> Vec<String> {
        let cell = |column: &Column| row.metrics.get(column.field).map_or_else(String::new, |value| column.cell(value));
        let copied = self.copies.then(|| row.copied.clone().unwrap_or_default());
        std::iter::once(row.page.to_string()).chain(self.columns.iter().map(cell)).chain(copied).collect()
    }

    /// The columns for which a line is worth a look.
    #[must_use]
    pub fn flags(&self, row: &Row) -> Vec<&'static str> {
        let flagged = |column: &&Column| column.flagged(row.metrics.get(column.field).unwrap_or(&Value::Null));
        if row.metrics.is_empty() {
            Vec::new()
        } else {
            self.columns.iter().filter(flagged).map(|column| column.title).collect()
        }
    }

    /// The report as CSV.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(self.header())?;
        for row in &self.rows {
            csv.write_record(self.cells(row))?;
        }
        let bytes = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(String::from_utf8(bytes).expect("cells are text"))
    }
}
