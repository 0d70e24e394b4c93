use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::text::TextRequest;
use crate::existing_text::{FoundText, find_text_beside};
use crate::file_error::FileError;
use crate::formats::file_format::{FileFormat, detect_format};
use crate::formats::inspect::{INSPECT, InspectRequest};
use crate::formats::opened_page::PageInFile;
use crate::formats::page_estimate::PageEstimate;
use crate::spread::{Gutter, SpreadFinding};
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Allowance, WorkerPool};

/// An external file and its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    pub(crate) format: FileFormat,
    /// The name of the archive that it was unpacked from.
    pub(crate) archive: Option<String>,
}

/// A file that pages come from.
pub(crate) struct Source {
    pub(crate) input: InputFile,
    /// The file to read: the copy in the book if there is one, which does not change meanwhile.
    pub(crate) read_from: PathBuf,
    pub(crate) name: String,
    pub(crate) images: Vec<SourceImage>,
    /// The file beside it with the text of its pages.
    pub(crate) text: Option<FoundText>,
}

/// An image in a file, before it is known whether it shows one page of the book or two.
pub(crate) struct SourceImage {
    pub(crate) estimate: PageEstimate,
    /// What the search for a gutter found, where there was one.
    pub(crate) finding: Option<SpreadFinding>,
    /// Where it is to be split, if it is.
    pub(crate) gutter: Option<Gutter>,
}

/// Why the pages of a file cannot be counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file cannot be accessed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file cannot be opened as what it is.
    #[error("cannot add {}: {failure}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The cause.
        failure: Box<Failure>,
    },
    /// It was interrupted.
    #[error("stopped; nothing was added")]
    Stopped,
}

impl InputFile {
    /// Detects the format of a file.
    pub(crate) fn detect(path: &Path) -> Result<Self, FileError> {
        let format = detect_format(path).map_err(FileError::cannot("read", path))?;
        Ok(Self { path: path.to_owned(), format, archive: None })
    }
}

impl Source {
    /// A page of the file for a worker process to open; `page` counts from 1.
    pub(crate) fn page(&self, page: u32, dpi: u32) -> PageInFile {
        PageInFile { file: self.read_from.clone(), format: self.input.format, page, dpi }
    }

    /// What a worker process needs to write the text of a page into a book, whose folder is `book`.
    pub(crate) fn text(&self, book: &Path) -> Result<TextRequest, Failure> {
        let beside = self.text.as_ref().map(FoundText::load).transpose()?;
        Ok(TextRequest { book: book.to_owned(), beside })
    }

    /// Pages of the book that come from the file.
    pub(crate) fn page_count(&self) -> usize {
        self.images.len() + self.spread_count()
    }

    /// Images of the file that are split.
    pub(crate) fn spread_count(&self) -> usize {
        self.images.iter().filter(|image| image.gutter.is_some()).count()
    }
}

/// Counts the pages of the files.
pub(crate) fn inspect_all(
    files: Vec<InputFile>,
    worker_pool: &WorkerPool,
    dpi: u32,
    stop: &AtomicBool,
) -> Result<Vec<Source>, SourceError> {
    let inspect = |input: InputFile| {
        if stop.load(Ordering::Relaxed) {
            return Err(SourceError::Stopped);
        }
        let path = std::path::absolute(&input.path).map_err(FileError::cannot("find", &input.path))?;
        let request = InspectRequest { file: path.clone(), format: input.format, dpi };
        let estimates = match (worker_pool.call(&INSPECT, request, Allowance::default()), input.format) {
            (Ok(estimates), _) => estimates,
            (Err(failure), FileFormat::Pdf) => {
                return Err(SourceError::Unreadable { file: input.path, failure: Box::new(failure) });
            }
            // An image that crashes the worker which only reads its header: the page fails again when it is written, and is recorded then.
            (Err(_), _) => vec![PageEstimate::UNREADABLE],
        };
        let name = input.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let image = |estimate| SourceImage { estimate, finding: None, gutter: None };
        let text = (input.format != FileFormat::Pdf).then(|| find_text_beside(&input.path)).flatten();
        Ok(Source { input, read_from: path, name, images: estimates.into_iter().map(image).collect(), text })
    };
    files.into_par_iter().with_max_len(1).map(inspect).collect()
}
