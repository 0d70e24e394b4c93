use std::path::PathBuf;

use crate::file_error::FileError;
use crate::scan::SourceError;
use crate::staging::StagingError;
use shelf_runtime::book::{MetadataLimitError, PageNumber, ScanId};
use shelf_runtime::failure::Failure;
use shelf_runtime::store::StoreError;

/// Why a book was not added. The library is then unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// A book has this id already.
    #[error("a book `{id}` exists already")]
    Exists {
        /// The id.
        id: ScanId,
    },
    /// The file names have no letter or digit for an id.
    #[error("cannot derive an id from the name {}", name.display())]
    NoId {
        /// The file or folder.
        name: PathBuf,
    },
    /// Windows takes the id for a device, or drops its last letter, so the library could not be copied there.
    #[error("`{id}` cannot be the name of a folder on Windows")]
    DeviceName {
        /// The id.
        id: ScanId,
    },
    /// The metadata are too large.
    #[error(transparent)]
    Metadata(#[from] MetadataLimitError),
    /// The resolution for rendered pages is out of range.
    #[error("cannot render pages at {found} dpi: expected {} to {}", super::DPI_RANGE.start(), super::DPI_RANGE.end())]
    DpiOutOfRange {
        /// What was requested, dots per inch.
        found: u32,
    },
    /// None of the inputs is a scan.
    #[error("no scans in {}: expected PDF, PNG, JPEG or TIFF files, or folders with them", summary(inputs))]
    NoScans {
        /// The inputs.
        inputs: Vec<PathBuf>,
    },
    /// A file cannot be added, so the pages of the book cannot be counted.
    #[error("cannot add {}: {failure}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The cause.
        failure: Box<Failure>,
    },
    /// A page could not be read, for a reason that says nothing of the page.
    #[error("cannot read page {page}: {failure}")]
    PageNotRead {
        /// The page.
        page: PageNumber,
        /// The cause.
        failure: Box<Failure>,
    },
    /// No page can be read.
    #[error("cannot add {}: {}", summary(inputs), first_failure(failed))]
    AllPagesFailed {
        /// The inputs.
        inputs: Vec<PathBuf>,
        /// Why each page failed.
        failed: Vec<(PageNumber, Failure)>,
    },
    /// The disk has too little space.
    #[error(
        "not enough disk space in {}: the book needs about {} MiB, {} MiB are free",
        folder.display(),
        needed_bytes.div_ceil(1 << 20),
        free_bytes >> 20
    )]
    DiskSpace {
        /// The library.
        folder: PathBuf,
        /// Estimated size of the book, bytes.
        needed_bytes: u64,
        /// Free space, bytes.
        free_bytes: u64,
    },
    /// The catalogue record beside the scans is not valid.
    #[error("{}:{line}: {problem}", file.display())]
    Record {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// There are several catalogue records beside the scans.
    #[error("several catalogue records are beside the scans: {}", names(files))]
    SeveralRecords {
        /// The files.
        files: Vec<PathBuf>,
    },
    /// The book has too many pages.
    #[error("the book has {found} pages: expected at most {max}")]
    TooManyPages {
        /// Pages counted.
        found: usize,
        /// The maximum.
        max: usize,
    },
    /// A file or folder cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The library cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was interrupted.
    #[error("stopped; nothing was added")]
    Stopped,
}

impl AddError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists { id } => {
                Some(format!("choose another id with `--id`, or delete the old book: `shelf delete {id}`"))
            }
            Self::NoId { .. } | Self::DeviceName { .. } => Some("choose an id with `--id`".to_owned()),
            Self::Unreadable { failure, .. } | Self::PageNotRead { failure, .. } => failure.hint.clone(),
            Self::AllPagesFailed { failed, .. } => failed.iter().find_map(|(_, failure)| failure.hint.clone()),
            Self::DiskSpace { .. } => Some(FREE_SPACE.to_owned()),
            Self::Record { .. } => {
                Some("correct the file, or move it away and give the metadata with `shelf set`".to_owned())
            }
            Self::SeveralRecords { .. } => {
                Some("leave the one that describes this book, and move the others away".to_owned())
            }
            Self::TooManyPages { .. } => Some("add each part as a separate book, with `--each`".to_owned()),
            Self::File(error) if error.is_disk_full() => Some(FREE_SPACE.to_owned()),
            Self::Store(error) if error.is_disk_full() => Some(FREE_SPACE.to_owned()),
            Self::NoScans { .. }
            | Self::Metadata(_)
            | Self::DpiOutOfRange { .. }
            | Self::File(_)
            | Self::Store(_)
            | Self::Stopped => None,
        }
    }
}

const FREE_SPACE: &str = "free some space, or use another disk with `--library`";

impl From<SourceError> for AddError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::File(error) => Self::File(error),
            SourceError::Unreadable { file, failure } => Self::Unreadable { file, failure },
            SourceError::Stopped => Self::Stopped,
        }
    }
}

impl From<StagingError> for AddError {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::Exists { id } => Self::Exists { id },
            StagingError::File(error) => Self::File(error),
        }
    }
}

fn summary(inputs: &[PathBuf]) -> String {
    match inputs {
        [] => "an empty list of files".to_owned(),
        [only] => only.display().to_string(),
        [first, rest @ ..] => format!("{} and {} more", first.display(), rest.len()),
    }
}

fn names(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn first_failure(failed: &[(PageNumber, Failure)]) -> String {
    match failed {
        [(_, failure)] => format!("its only page cannot be read: {failure}"),
        [(page, failure), ..] => format!("none of the {} pages can be read; page {page}: {failure}", failed.len()),
        [] => "it has no pages".to_owned(),
    }
}
