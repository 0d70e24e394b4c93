use std::io;
use std::path::{Path, PathBuf};

use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::failure::Failure;

/// Why a book was not added. Nothing is left of it then.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// There is a book of this id.
    #[error("there is a book `{id}` already")]
    Exists {
        /// The id.
        id: ScanId,
    },
    /// No id can be made from the file names.
    #[error("no id can be made from the name {}", name.display())]
    NoId {
        /// The file or folder.
        name: PathBuf,
    },
    /// The resolution for drawn pages is out of bounds.
    #[error("{found} dpi is no resolution to draw pages at: expected {} to {}", super::DPI_RANGE.start(), super::DPI_RANGE.end())]
    Resolution {
        /// What was asked for, dots per inch.
        found: u32,
    },
    /// There is no scan in what was given.
    #[error("{} no scan: expected PDF, PNG, JPEG or TIFF files, or folders of them", nothing_in(inputs))]
    Nothing {
        /// What was given.
        inputs: Vec<PathBuf>,
    },
    /// A file cannot be added, and the pages of the book could not be counted without it.
    #[error("{} cannot be added: {failure}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        failure: Box<Failure>,
    },
    /// No page could be read.
    #[error("{} cannot be added: {}", together(inputs), every_page(failed))]
    EveryPage {
        /// What was given.
        inputs: Vec<PathBuf>,
        /// Why each page failed.
        failed: Vec<(PageNumber, Failure)>,
    },
    /// The disk is too full.
    #[error(
        "{} has too little room: the book needs about {} MiB, and {} MiB are free",
        folder.display(),
        needed_bytes.div_ceil(1 << 20),
        free_bytes >> 20
    )]
    Room {
        /// The library.
        folder: PathBuf,
        /// What the book is estimated to take, bytes.
        needed_bytes: u64,
        /// What is free, bytes.
        free_bytes: u64,
    },
    /// The book has more pages than can be told apart.
    #[error("the book has {found} pages, expected at most {most}")]
    TooManyPages {
        /// Pages counted.
        found: usize,
        /// The most.
        most: usize,
    },
    /// Reading or writing failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read`, `write`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It was interrupted.
    #[error("stopped; nothing was added")]
    Stopped,
}

impl AddError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists { id } => Some(format!(
                "give the new book another id with `--id`, or remove the old one with `shelf delete {id}`"
            )),
            Self::NoId { .. } => Some("give the book an id with `--id`".to_owned()),
            Self::File { failure, .. } => failure.hint.clone(),
            Self::EveryPage { failed, .. } => failed.iter().find_map(|(_, failure)| failure.hint.clone()),
            Self::Room { .. } => Some("make room, or use another disk with `--library`".to_owned()),
            Self::TooManyPages { .. } => Some("add the parts as books of their own, with `--each`".to_owned()),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("make room, or use another disk with `--library`".to_owned())
            }
            Self::Nothing { .. } | Self::Resolution { .. } | Self::Io { .. } | Self::Stopped => None,
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

fn nothing_in(inputs: &[PathBuf]) -> String {
    match inputs {
        [] => "nothing was given, so there is".to_owned(),
        [_] => format!("{} holds", together(inputs)),
        _ => format!("{} hold", together(inputs)),
    }
}

fn together(inputs: &[PathBuf]) -> String {
    match inputs {
        [] => "nothing".to_owned(),
        [only] => only.display().to_string(),
        [first, rest @ ..] => format!("{} and {} more", first.display(), rest.len()),
    }
}

fn every_page(failed: &[(PageNumber, Failure)]) -> String {
    match failed {
        [(_, failure)] => format!("its only page cannot be read: {failure}"),
        [(page, failure), ..] => {
            format!("none of the {} pages can be read; page {page}: {failure}", failed.len())
        }
        [] => "there is no page".to_owned(),
    }
}
