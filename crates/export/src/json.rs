//! The formats for programs: `json`, the whole document, and `jsonl`, a line for each page.

use std::io::Write;

use schemars::Schema;
use serde::Serialize;
use shelf_pages::MergedPage;

use crate::document::{DocumentHead, DocumentMetadata};
use crate::output::flush;
use crate::{Document, ExportBook, ExportError, ExportOptions, Format, Output};

pub(crate) const JSON: Format = Format {
    name: "json",
    extension: "json",
    about: "one document with text and structure, for programs",
    write: write_json,
};

pub(crate) const JSONL: Format = Format {
    name: "jsonl",
    extension: "jsonl",
    about: "one line per page, for search and training",
    write: write_jsonl,
};

/// The JSON Schema of the document.
#[must_use]
pub fn document_schema() -> Schema {
    schemars::schema_for!(Document)
}

/// Writes the document block by block, so that memory does not grow with the book.
fn write_json(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let mut file = output.main()?;
    let head = serde_json::to_string_pretty(&DocumentHead::of(book))?;
    let head = head.strip_suffix("\n}").unwrap_or(&head);
    write!(file, "{head},\n  \"blocks\": [")?;
    for (at, block) in book.blocks(options).enumerate() {
        let between = if at == 0 { "" } else { "," };
        write!(file, "{between}\n    {}", serde_json::to_string(&block?)?)?;
    }
    file.write_all(b"\n  ]\n}\n")?;
    flush(file)
}

/// A page in the format `jsonl`.
#[derive(Debug, Serialize)]
struct PageLine<'p> {
    book: &'p str,
    title: &'p str,
    page: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    printed_page_number: Option<&'p str>,
    text: String,
    blocks: Vec<BlockLine>,
}

#[derive(Debug, Serialize)]
struct BlockLine {
    label: shelf_pages::Classification,
    bbox: [u32; 4],
    text: String,
}

fn write_jsonl(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let mut file = output.main()?;
    let metadata = DocumentMetadata::of(book);
    for number in book.numbers() {
        let page = book.merged(*number)?;
        serde_json::to_writer(&mut file, &page_line(&metadata, &page))?;
        file.write_all(b"\n")?;
        options.done(*number)?;
    }
    for missing in &metadata.missing {
        let line = serde_json::json!({
            "book": metadata.id, "title": metadata.title, "page": missing.page, "missing": missing.reason,
        });
        writeln!(file, "{line}")?;
    }
    flush(file)
}

/// A page by itself: the text in its order on the page, without running heads, page numbers and noise.
fn page_line<'p>(metadata: &'p DocumentMetadata, page: &'p MergedPage) -> PageLine<'p> {
    let is_text = |block: &&shelf_pages::MergedBlock| {
        use shelf_pages::TextRole;
        !matches!(block.classification.role(), TextRole::HeaderOrFooter | TextRole::Noise)
    };
    let text = |block: &shelf_pages::MergedBlock| {
        let paragraphs = block.paragraphs.iter().map(|paragraph| shelf_pages::join_lines(&paragraph.text));
        paragraphs.collect::<Vec<_>>().join("\n")
    };
    let blocks: Vec<BlockLine> = page
        .blocks
        .iter()
        .filter(is_text)
        .map(|block| BlockLine {
            label: block.classification,
            bbox: [block.bbox.x, block.bbox.y, block.bbox.width, block.bbox.height],
            text: text(block),
        })
        .collect();
    PageLine {
        book: &metadata.id,
        title: &metadata.title,
        page: page.page_number,
        printed_page_number: page.printed_page_number.as_deref(),
        text: blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n"),
        blocks,
    }
}
