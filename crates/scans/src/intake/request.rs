use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::AddError;
use super::title::title_of;
use crate::file_error::FileError;
use crate::formats::file_format::{FileFormat, detect_format};
use crate::natural_order::natural_order;
use crate::spread::Spreads;
use shelf_runtime::book::ScanId;

/// Resolutions at which pages can be rendered, dots per inch.
pub const DPI_RANGE: RangeInclusive<u32> = 50..=1200;

/// A book to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddRequest {
    /// PDFs, images, archives of images (ZIP, CBZ), and folders of them. Their pages follow each other in the natural order of their names.
    pub inputs: Vec<PathBuf>,
    /// The book's id; made from the title or the file name where it is missing.
    pub id: Option<ScanId>,
    /// The title; made from the file name where it is missing.
    pub title: Option<String>,
    /// The author.
    pub author: Option<String>,
    /// Languages as BCP 47 tags, most important first.
    pub languages: Vec<String>,
    /// Resolution at which PDF pages that are not scans are rendered, dots per inch, within [`DPI_RANGE`].
    pub dpi: u32,
    /// What to do with images that show two pages.
    pub spreads: Spreads,
}

impl Default for AddRequest {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            id: None,
            title: None,
            author: None,
            languages: Vec::new(),
            dpi: 300,
            spreads: Spreads::Auto,
        }
    }
}

/// A book made of one PDF, one image or one folder of them.
impl From<&Path> for AddRequest {
    fn from(input: &Path) -> Self {
        Self::new([input.to_owned()])
    }
}

impl AddRequest {
    /// A book made of these PDFs, images and folders of them.
    #[must_use]
    pub fn new(inputs: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { inputs: inputs.into_iter().collect(), ..Self::default() }
    }

    /// The id that the book will have: the one that is given, else one made from the title or the file name. `None` where neither has a
    /// letter or digit.
    #[must_use]
    pub fn book_id(&self) -> Option<ScanId> {
        let slug_of = |text: Option<&str>| text.and_then(ScanId::slug);
        let from_title = || slug_of(self.title.as_deref());
        self.id.clone().or_else(from_title).or_else(|| slug_of(title_of(&self.inputs).as_deref()))
    }
}

/// The books in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderOfBooks {
    /// A request for every PDF, every archive and every subfolder, in natural order.
    pub books: Vec<AddRequest>,
    /// Files that are neither, in natural order.
    pub skipped: Vec<PathBuf>,
}

/// A request for every PDF, every archive and every subfolder of `folder`; each takes everything but its files, id and title from `template`.
///
/// # Errors
/// The folder cannot be read, or it contains no books.
pub fn books_in(folder: &Path, template: &AddRequest) -> Result<FolderOfBooks, AddError> {
    let (mut books, mut skipped) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(FileError::cannot("list", folder))? {
        let path = entry.map_err(FileError::cannot("list", folder))?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_named_pdf = || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
        let holds_scans = |format| matches!(format, FileFormat::Pdf | FileFormat::Zip);
        let is_book = || path.is_file() && detect_format(&path).is_ok_and(holds_scans);
        if is_hidden {
            continue;
        }
        let list = if path.is_dir() || is_named_pdf() || is_book() { &mut books } else { &mut skipped };
        list.push(path);
    }
    if books.is_empty() {
        return Err(AddError::NoScans { inputs: vec![folder.to_owned()] });
    }
    books.sort_by(|a, b| natural_order(a, b));
    skipped.sort_by(|a, b| natural_order(a, b));
    let request = |book| AddRequest { inputs: vec![book], id: None, title: None, ..template.clone() };
    Ok(FolderOfBooks { books: books.into_iter().map(request).collect(), skipped })
}
