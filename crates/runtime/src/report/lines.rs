use serde_json::{Map, Value};

use super::{Filter, Order};
use crate::book::{PageNumber, Unit};
use crate::metrics::Column;
use crate::record::Operation;

/// The first column of every report.
pub(super) const PAGE_NUM: &str = "page_num";

/// The last column of the report of a stage with `on_error = copy(…)`.
pub(super) const COPIED: &str = "copied";

/// A stage's report: its columns, and a line for every page that is done.
#[derive(Debug, Clone)]
pub struct Report {
    /// The stage.
    pub stage: &'static str,
    /// The columns after `page_num`.
    pub columns: Vec<Column>,
    /// Whether the last column is the stage that a page was copied from: the stage has `on_error = copy(…)`.
    pub copies: bool,
    /// The pages, ascending.
    pub rows: Vec<Row>,
    /// The runtime's metrics of failed pages, which have no line.
    pub failed: Vec<Operation>,
}

/// A page's line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The page or the book.
    pub unit: Unit,
    /// Its metrics by name; empty if the page has no record.
    pub metrics: Map<String, Value>,
    /// The runtime's metrics; `None` if the page has no record.
    pub operation: Option<Operation>,
    /// The stage that it is a copy of.
    pub copied: Option<String>,
}

impl Row {
    /// The page's number as in records: 0 for a whole book.
    #[must_use]
    pub fn page_num(&self) -> u32 {
        self.unit.number()
    }

    /// The value of a metric; `Null` if missing.
    #[must_use]
    pub fn value(&self, name: &str) -> &Value {
        self.metrics.get(name).unwrap_or(&Value::Null)
    }
}

impl Report {
    /// The header's titles.
    #[must_use]
    pub fn header(&self) -> Vec<&str> {
        let titles = self.columns.iter().map(|column| column.title.as_str());
        std::iter::once(PAGE_NUM).chain(titles).chain(self.copies.then_some(COPIED)).collect()
    }

    /// The cells of a line.
    #[must_use]
    pub fn cells(&self, row: &Row) -> Vec<String> {
        let cell = |column: &Column| column.cell(row.value(&column.field.name));
        let copied = self.copies.then(|| row.copied.clone().unwrap_or_default());
        std::iter::once(row.page_num().to_string()).chain(self.columns.iter().map(cell)).chain(copied).collect()
    }

    /// The cells of a line for spreadsheets, which would take text that begins like a formula for one: it gets an apostrophe in front (OWASP, CSV
    /// injection).
    #[must_use]
    pub fn csv_cells(&self, row: &Row) -> Vec<String> {
        let is_text = |column: &Column| row.value(&column.field.name).is_string();
        let mut cells = self.cells(row);
        for (cell, _) in cells.iter_mut().skip(1).zip(&self.columns).filter(|(_, column)| is_text(column)) {
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                cell.insert(0, '\'');
            }
        }
        cells
    }

    /// The columns that flag a line. A copy has no metrics and is flagged as such.
    #[must_use]
    pub fn flags(&self, row: &Row) -> Vec<&str> {
        let flagged = |column: &&Column| column.flagged(row.value(&column.field.name));
        if row.copied.is_some() {
            vec![COPIED]
        } else if row.metrics.is_empty() {
            Vec::new()
        } else {
            self.columns.iter().filter(flagged).map(|column| column.title.as_str()).collect()
        }
    }

    /// The flagged pages.
    #[must_use]
    pub fn flagged_pages(&self) -> Vec<PageNumber> {
        self.rows.iter().filter(|row| !self.flags(row).is_empty()).filter_map(|row| row.unit.page()).collect()
    }

    /// The column with this title, else of the metric with this name, else with this title in words (`confidence mean`).
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        let titled = self.columns.iter().find(|column| column.title == name);
        let named = || self.columns.iter().find(|column| column.field.name == name);
        let in_words = || self.columns.iter().find(|column| column.title.replace(['_', '.'], " ") == name);
        titled.or_else(named).or_else(in_words)
    }

    /// Keeps the flagged lines.
    #[must_use]
    pub fn flagged(mut self) -> Self {
        let rows = std::mem::take(&mut self.rows);
        self.rows = rows.into_iter().filter(|row| !self.flags(row).is_empty()).collect();
        self
    }

    /// Keeps the lines that match a filter.
    pub fn filter(&mut self, filter: &Filter) {
        self.rows.retain(|row| filter.holds(row));
    }

    /// Sorts the lines; equal ones stay ordered by page.
    pub fn sort(&mut self, order: &Order) {
        self.rows.sort_by(|a, b| order.compare(a, b));
    }

    /// The report as CSV.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(self.header())?;
        for row in &self.rows {
            csv.write_record(self.csv_cells(row))?;
        }
        let bytes = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(String::from_utf8(bytes).expect("cells are text"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::report::test_report::{report, with};

    #[test]
    fn text_like_a_formula_is_none_in_csv() {
        let mut report = with([json!({ "words": -70, "script": "=HYPERLINK(1)" }), json!({ "script": "plain" })]);
        let csv = report.csv().unwrap();
        assert!(csv.contains("1,-70,") && csv.contains(",'=HYPERLINK(1)\n") && csv.contains(",plain\n"), "{csv}");
        report.rows.clear();
        assert!(!report.csv().unwrap().contains('\''));
    }

    #[test]
    fn a_copied_page_is_flagged_as_such_and_for_nothing_else() {
        let mut report = report([json!(7), json!(70), json!(null)]);
        report.copies = true;
        report.rows[2].copied = Some("ocr".to_owned());
        let flags: Vec<_> = report.rows.iter().map(|row| report.flags(row)).collect();
        assert_eq!(flags, [vec!["Words"], vec![], vec!["copied"]]);
        assert_eq!(report.cells(&report.rows[2]), ["3", "", "", "", "", "ocr"]);
        assert_eq!(report.flagged().rows.len(), 2);
    }
}
