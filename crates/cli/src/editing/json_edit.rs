use std::io::Read;

use serde::Deserialize;
use shelf_pages::edits::{Author, Wanted};
use shelf_runtime::book::PageNumber;

use super::{MergedBook, NewEdit};
use crate::Exit;
use crate::error::{CliError, Result};

/// An edit from another program.
#[derive(Debug, Deserialize)]
pub(crate) struct JsonEdit {
    page: PageNumber,
    #[serde(flatten)]
    wanted: Wanted,
    /// The text of the paragraph that it was made on; the edit is refused if the paragraph has another one.
    before: Option<String>,
    by: Option<String>,
    why: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    More(Vec<serde_json::Value>),
    One(serde_json::Value),
}

impl JsonEdit {
    /// Reads edits from standard input: one object or a list.
    pub(crate) fn read_all() -> Result<Vec<Self>> {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        let refused = |problem: String| {
            CliError::refused(format!("standard input is not a list of edits: {problem}")).exit(Exit::Usage).hint(
                "expected objects such as {\"page\": 15, \"block\": 2, \"paragraph\": 1, \"text\": \"…\"}, \
                 {\"page\": 15, \"block\": 2, \"label\": \"FOOTNOTE\"} or {\"page\": 15, \"page_number\": \"ix\"}; \
                 see docs/edits.md",
            )
        };
        let values = match serde_json::from_str(&text).map_err(|error| refused(error.to_string()))? {
            OneOrMore::More(values) => values,
            OneOrMore::One(value) => vec![value],
        };
        let read = |(number, value): (usize, serde_json::Value)| {
            serde_json::from_value(value).map_err(|error| refused(format!("edit {number}: {error}")))
        };
        (1..).zip(values).map(read).collect()
    }

    /// The edits to save; refused if one was made on another text.
    pub(crate) fn planned(edits: &[Self], book: &MergedBook<'_>, author: &Author) -> Result<Vec<NewEdit>> {
        for edit in edits {
            if let (
                Some(before),
                Wanted::Text { block, paragraph, .. }
                | Wanted::Split { block, paragraph: Some(paragraph), .. }
                | Wanted::Paragraph { block, paragraph: Some(paragraph), .. },
            ) = (&edit.before, &edit.wanted)
            {
                let page = book.page(edit.page)?.page;
                let blocks = page.blocks.iter().filter(|found| found.block_num == *block);
                let mut found = blocks.flat_map(|found| &found.paragraphs).filter(|found| found.par_num == *paragraph);
                if found.next().is_some_and(|found| found.text != *before) {
                    let place = format!("{}/{block}/{paragraph}", edit.page);
                    return Err(CliError::refused(format!("the text of {place} is not the one that was edited"))
                        .hint("read the page again, and make the edit on its present text"));
                }
            }
        }
        let wanted = edits.iter().map(|edit| {
            let by = edit.by.clone().unwrap_or_else(|| author.by.clone());
            let why = edit.why.clone().or_else(|| author.why.clone());
            (edit.page, edit.wanted.clone(), Author { by, why })
        });
        book.planned(&wanted.collect::<Vec<_>>())
    }
}
