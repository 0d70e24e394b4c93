//! `shelf eval --labels`: the labels of blocks and the printed page numbers, against a table.

use super::eval::Format;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::table::Column;
use crate::table::Table;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;
use shelf_eval::labels::ClassScore;
use shelf_eval::labels::LabelScore;
use shelf_eval::labels::LabelTruth;
use shelf_eval::labels::LabelledPage;
use shelf_eval::labels::score_labels;
use shelf_pages::LabelsPage;
use shelf_pages::OcrPage;
use shelf_runtime::inspect::BookState;
use shelf_runtime::page::Page;
use shelf_runtime::store::BookPath;
use shelf_runtime::store::Store;
use std::path::Path;

/// The quality of a book's labels.
pub(super) struct Labels {
    score: LabelScore,
    /// Pages in the table, and how many of them were not made.
    pages: usize,
    missing: usize,
}

impl Labels {
    pub(super) fn measure(context: &Context, book: &BookState, file: &Path) -> Result<Self> {
        let truth = LabelTruth::read(file).map_err(|error| CliError::failed(error).exit(Exit::Refused))?;
        let labels = |number: u32| latest::<LabelsPage>(context, book, number);
        // Labels have no boxes and texts of their own: those are from OCR.
        let score = score_labels(&truth, |number| {
            let (labels, ocr) = (labels(number)?, latest::<OcrPage>(context, book, number)?);
            Some(LabelledPage::join(labels.printed_page_number.as_deref(), &labels.blocks, &ocr))
        });
        let missing = truth.pages.keys().filter(|number| labels(**number).is_none()).count();
        Ok(Self { score, pages: truth.pages.len(), missing })
    }

    /// Prints the result, or adds it to `json`.
    pub(super) fn print(&self, context: &Context, format: Format, json: &mut Value) -> Result<Exit> {
        match format {
            Format::Json => json["labels"] = self.document(),
            Format::Csv => context.out.csv(&HEADER, &self.rows())?,
            Format::Table => {
                let [label, expected, found, claimed, right, precision, recall, f1] = HEADER;
                let columns = [
                    Column::word(label),
                    Column::number(expected).rank(3),
                    Column::number(found).rank(4),
                    Column::number(claimed).rank(4),
                    Column::number(right).rank(3),
                    Column::number(precision).rank(2),
                    Column::number(recall).rank(2),
                    Column::number(f1),
                ];
                context.out.table(&Table::new(columns, self.rows()))?;
                let numbers = &self.score.page_numbers;
                context
                    .out
                    .line(format_args!("printed page numbers: {} of {} correct", numbers.right, numbers.pages))?;
                for (page, printed, found) in &numbers.wrong {
                    context.out.line(format_args!("  page {page}: printed {printed:?}, found {found:?}"))?;
                }
            }
        }
        if self.missing == 0 {
            return Ok(Exit::Done);
        }
        context.out.note(format_args!("{} of the {} pages in the table have no labels yet", self.missing, self.pages));
        Ok(Exit::SomePages)
    }

    fn document(&self) -> Value {
        let classes: Value = self.score.classes.iter().map(|(name, class)| (name.clone(), json_of(class))).collect();
        json!({ "page_numbers": self.score.page_numbers, "classes": classes })
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let share = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{share:.3}"));
        let row = |(name, class): (&String, &ClassScore)| {
            let counts = [class.expected, class.found, class.claimed, class.right].map(|count| count.to_string());
            let shares = [class.precision(), class.recall(), class.f1()].map(share);
            std::iter::once(name.clone()).chain(counts).chain(shares).collect::<Vec<_>>()
        };
        self.score.classes.iter().map(row).collect()
    }
}

const HEADER: [&str; 8] = ["label", "expected", "found", "claimed", "right", "precision", "recall", "F1"];

fn json_of(class: &ClassScore) -> Value {
    let mut value = json!(class);
    value["precision"] = json!(class.precision());
    value["recall"] = json!(class.recall());
    value["f1"] = json!(class.f1());
    value
}

/// A page of this type, from the last stage with this output type.
fn latest<T: Page + DeserializeOwned>(context: &Context, book: &BookState, number: u32) -> Option<T> {
    let page = *book.pages.iter().find(|page| page.get() == number)?;
    let stage = context.registry.making::<T>().last()?;
    let bytes = context.store.read(&BookPath::page(&book.id, stage.row.name, page)).ok()??;
    serde_json::from_slice(&bytes).ok()
}
