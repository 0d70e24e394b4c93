use std::path::PathBuf;

use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::LookError;
use shelf_runtime::plan::PlanError;
use shelf_runtime::record::Damage;
use shelf_runtime::store::{BookPath, BookPathError, StoreError};

/// Why a book cannot be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No stage of this program makes what an export reads.
    #[error("no stage of this program makes {0}")]
    NoStage(&'static str),
    /// The structure has not been made.
    #[error("the {stage} of `{book}` has not been made yet")]
    NotMade {
        /// The stage that makes it.
        stage: &'static str,
        /// The book.
        book: ScanId,
    },
    /// A page is newer than the structure.
    #[error("page {page} of `{book}` has changed since {stage} was made")]
    Stale {
        /// The stage that made the structure.
        stage: &'static str,
        /// The book.
        book: ScanId,
        /// The page.
        page: u32,
    },
    /// Selected pages are not in the book.
    #[error(transparent)]
    Pages(#[from] PlanError),
    /// A stored file is damaged.
    #[error("{path} {damage}")]
    Damaged {
        /// The file.
        path: BookPath,
        /// What is wrong with it.
        damage: Damage,
    },
    /// A figure or scan cannot be read.
    #[error("cannot read the image {}", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: image::ImageError,
    },
    /// A scan cannot be put in a PDF.
    #[error("the scan of page {page} cannot be used")]
    Scan {
        /// The page.
        page: u32,
        /// The cause.
        #[source]
        source: crate::pdf::ImageError,
    },
    /// A figure cannot be compressed.
    #[error("cannot compress the image {}", path.display())]
    Jpeg {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: jpeg_encoder::EncodingError,
    },
    /// The template is invalid, or names what the document does not have.
    #[error("the template {} is invalid", path.display())]
    Template {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: minijinja::Error,
    },
    /// A file cannot be written or read.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A part of the export cannot be written.
    #[error("cannot write the export")]
    Write(#[from] std::io::Error),
    /// The zip archive cannot be written.
    #[error("cannot write the zip archive")]
    Zip(#[from] zip::result::ZipError),
    /// The document cannot be written as JSON.
    #[error("cannot write the document as JSON")]
    Json(#[from] serde_json::Error),
    /// The export was interrupted; the file that was there before is unchanged.
    #[error("the export was interrupted")]
    Interrupted,
    /// The book cannot be read.
    #[error(transparent)]
    Look(#[from] LookError),
    /// The library cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A path in the book is invalid.
    #[error(transparent)]
    Path(#[from] BookPathError),
}
