use schemars::JsonSchema;
use serde::Serialize;
use shelf_pages::{ContentsEntry, OutlineEntry};

use super::{Block, DocumentMetadata};
use crate::{ExportBook, ExportError, ExportOptions};

/// A whole book with its text: what `json` writes and templates read.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Document {
    /// Everything but the text.
    #[serde(flatten)]
    pub(crate) head: DocumentHead,
    /// The text in reading order.
    pub blocks: Vec<Block>,
}

/// What comes before the text.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct DocumentHead {
    /// Version of this format.
    pub(crate) version: u32,
    /// What is known of the book.
    pub(crate) metadata: DocumentMetadata,
    /// The pages.
    pub(crate) pages: Vec<DocumentPage>,
    /// The headings.
    pub(crate) outline: Vec<OutlineEntry>,
    /// The entries of the printed table of contents.
    pub(crate) contents: Vec<ContentsEntry>,
}

/// A page of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct DocumentPage {
    /// The number of the scan.
    pub(crate) page: u32,
    /// The printed page number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) printed_page_number: Option<String>,
    /// The file of the scan in the book's folder `source/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scan: Option<String>,
}

const VERSION: u32 = 1;

impl DocumentHead {
    pub(crate) fn of(book: &ExportBook) -> Self {
        let page = |anchor: &shelf_pages::PageAnchor| DocumentPage {
            page: anchor.page,
            printed_page_number: anchor.printed_page_number.clone(),
            scan: book.scan_name(anchor.page).map(str::to_owned),
        };
        let contents = &book.structure().contents;
        Self {
            version: VERSION,
            metadata: DocumentMetadata::of(book),
            pages: book.anchors().map(page).collect(),
            outline: book.outline().cloned().collect(),
            contents: contents.iter().filter(|entry| book.contains(entry.page)).cloned().collect(),
        }
    }
}

impl Document {
    /// The document of a book, all in memory.
    ///
    /// # Errors
    /// A page cannot be read.
    pub fn of(book: &ExportBook, options: &ExportOptions) -> Result<Self, ExportError> {
        Ok(Self { head: DocumentHead::of(book), blocks: book.blocks(options).collect::<Result<_, _>>()? })
    }
}
