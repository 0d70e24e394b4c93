use std::ops::ControlFlow;
use std::path::PathBuf;

use shelf_runtime::book::PageNumber;

use crate::pdf::PdfImages;
use crate::{ExportBook, ExportError, Output};

/// A format that a book can be exported to.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// The extension of its files, without the dot.
    pub extension: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Writes a book.
    pub write: fn(&ExportBook, &mut Output, &ExportOptions) -> Result<(), ExportError>,
}

impl Format {
    /// Whether it is a catalogue record, which needs none of the book's pages: see [`ExportBook::open_record`].
    #[must_use]
    pub fn is_record(&self) -> bool {
        [crate::catalogue::DC, crate::catalogue::MARCXML].iter().any(|record| record.name == self.name)
    }
}

/// How a book is exported.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ExportOptions<'o> {
    /// Columns after which lines of plain text are wrapped; `None` keeps every paragraph on one line.
    pub wrap: Option<usize>,
    /// How a PDF stores the scans.
    pub pdf_images: PdfImages,
    /// The template, for the format `template`.
    pub template: Option<&'o PathBuf>,
    /// Is called when a page has been written; an export that is told to break ends with [`ExportError::Interrupted`].
    pub page_done: &'o (dyn Fn(PageNumber) -> ControlFlow<()> + Sync),
}

impl ExportOptions<'_> {
    /// The default options.
    #[must_use]
    pub fn new() -> Self {
        Self { wrap: None, pdf_images: PdfImages::Original, template: None, page_done: &|_| ControlFlow::Continue(()) }
    }

    /// Reports that a page has been written.
    ///
    /// # Errors
    /// The export was interrupted.
    pub fn done(&self, page: PageNumber) -> Result<(), ExportError> {
        match (self.page_done)(page) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ExportError::Interrupted),
        }
    }
}

impl Default for ExportOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// All formats that need no template, in the order of the help.
#[must_use]
pub fn formats() -> &'static [Format] {
    const FORMATS: &[Format] = &[
        crate::epub::EPUB,
        crate::markdown::MARKDOWN,
        crate::txt::TXT,
        crate::tei::TEI,
        crate::json::JSON,
        crate::json::JSONL,
        crate::pdf::PDF,
        crate::page_layout::HOCR,
        crate::page_layout::ALTO,
        crate::page_layout::METS,
        crate::page_layout::PAGE,
        crate::catalogue::DC,
        crate::catalogue::MARCXML,
    ];
    FORMATS
}

/// What a template writes: [`ExportOptions::template`] names its file.
#[must_use]
pub fn template() -> &'static Format {
    &crate::template::TEMPLATE
}
