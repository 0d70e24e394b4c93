use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::kind::{Kind, kind_of};
use super::order::natural;
use super::title::title_of;
use super::{AddError, Spreads};
use shelf_runtime::book::ScanId;

/// Resolutions at which pages can be drawn, dots per inch.
pub const DPI_RANGE: RangeInclusive<u32> = 50..=1200;

/// A book to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddRequest {
    /// PDFs, pictures, and folders of them. Their pages follow each other in the natural order of their names.
    pub inputs: Vec<PathBuf>,
    /// The book's id; made from the title or the file name where it is missing.
    pub id: Option<ScanId>,
    /// The title; made from the file name where it is missing.
    pub title: Option<String>,
    /// The author.
    pub author: Option<String>,
    /// Languages as BCP 47 tags, most important first.
    pub languages: Vec<String>,
    /// Resolution at which PDF pages that are no scans are drawn, dots per inch, within [`DPI_RANGE`].
    pub dpi: u32,
    /// What becomes of pictures that show two pages.
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

impl AddRequest {
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
pub struct Each {
    /// A request for every PDF and every subfolder, in natural order.
    pub books: Vec<AddRequest>,
    /// Files that are neither, in natural order.
    pub skipped: Vec<PathBuf>,
}

/// A request for every PDF and every subfolder of `folder`; each takes all but its files, id and title from `like`.
pub fn each(folder: &Path, like: &AddRequest) -> Result<Each, AddError> {
    let (mut books, mut skipped) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(AddError::io("list", folder))? {
        let path = entry.map_err(AddError::io("list", folder))?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_pdf = || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
        let holds_pdf = || path.is_file() && kind_of(&path).is_ok_and(|kind| kind == Kind::Pdf);
        if is_hidden {
            continue;
        }
        let list = if path.is_dir() || is_pdf() || holds_pdf() { &mut books } else { &mut skipped };
        list.push(path);
    }
    if books.is_empty() {
        return Err(AddError::Nothing { inputs: vec![folder.to_owned()] });
    }
    books.sort_by(|a, b| natural(a, b));
    skipped.sort_by(|a, b| natural(a, b));
    let request = |book| AddRequest { inputs: vec![book], id: None, title: None, ..like.clone() };
    Ok(Each { books: books.into_iter().map(request).collect(), skipped })
}
