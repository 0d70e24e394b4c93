use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use shelf_runtime::book::PageNumber;
use shelf_scans::natural_order;

/// Ground truth: the correct text of a book's pages, a file per page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The file of each page that has one.
    pub files: BTreeMap<PageNumber, PathBuf>,
    /// Files without a page.
    pub unmatched: Vec<PathBuf>,
}

/// Why a folder of texts cannot be matched with a book.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TruthError {
    /// It cannot be read.
    #[error("cannot read the ground truth in {folder}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        #[source]
        cause: std::io::Error,
    },
    /// It contains no text files.
    #[error("no ground truth in {folder}: expected a `.gt.txt` or `.txt` file for every page")]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// The file names match no page, and the numbers differ.
    #[error(
        "cannot match {files} texts in {folder} with {pages} pages: expected names of pages, or as many texts as pages"
    )]
    Pairing {
        /// The folder.
        folder: PathBuf,
        /// Text files in it.
        files: usize,
        /// Pages of the book.
        pages: usize,
    },
}

impl Truth {
    /// Matches the texts in `folder` with the pages of a book. `scans` has the file that each page came from.
    ///
    /// A text belongs to the page whose number is in its name (`page_0012.gt.txt`), else to the one whose scan has the same name (`g015.gt.txt`
    /// and `g015.tif`). If no name matches and there are as many texts as pages, they are matched in natural order.
    ///
    /// # Errors
    /// The folder cannot be read, contains no texts, or they cannot be matched.
    pub fn match_pages(folder: &Path, scans: &BTreeMap<PageNumber, Option<String>>) -> Result<Self, TruthError> {
        let unreadable = |cause| TruthError::Folder { folder: folder.to_owned(), cause };
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            texts.extend(path.extension().is_some_and(|extension| extension == "txt").then_some(path));
        }
        // Beside `x.gt.txt`, a plain `x.txt` is an OCR result, not ground truth.
        if texts.iter().any(|path| name(path).ends_with(".gt.txt")) {
            texts.retain(|path| name(path).ends_with(".gt.txt"));
        }
        texts.sort_by(|a, b| natural_order(a, b));
        if texts.is_empty() {
            return Err(TruthError::Empty { folder: folder.to_owned() });
        }
        let of_scan: BTreeMap<&str, PageNumber> = unique_stems(scans);
        let page_of = |path: &Path| {
            let name = name(path);
            let stem = stem(&name);
            let numbered = PageNumber::of_file(&format!("{stem}.json")).filter(|page| scans.contains_key(page));
            numbered.or_else(|| of_scan.get(stem).copied())
        };
        let mut truth = Self { files: BTreeMap::new(), unmatched: Vec::new() };
        for path in &texts {
            match page_of(path) {
                Some(page) => drop(truth.files.insert(page, path.clone())),
                None => truth.unmatched.push(path.clone()),
            }
        }
        if !truth.files.is_empty() {
            return Ok(truth);
        }
        if texts.len() == scans.len() {
            return Ok(Self { files: scans.keys().copied().zip(texts).collect(), unmatched: Vec::new() });
        }
        Err(TruthError::Pairing { folder: folder.to_owned(), files: texts.len(), pages: scans.len() })
    }
}

/// Pages by the stem of the file that they came from, if no other page came from it.
fn unique_stems(scans: &BTreeMap<PageNumber, Option<String>>) -> BTreeMap<&str, PageNumber> {
    let mut pages: BTreeMap<&str, Vec<PageNumber>> = BTreeMap::new();
    for (page, file) in scans {
        if let Some(file) = file {
            let base = file.rsplit('/').next().unwrap_or(file);
            pages.entry(base.rsplit_once('.').map_or(base, |(stem, _)| stem)).or_default().push(*page);
        }
    }
    pages
        .into_iter()
        .filter_map(|(stem, pages)| <[PageNumber; 1]>::try_from(pages).ok().map(|[page]| (stem, page)))
        .collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn stem(name: &str) -> &str {
    let stem = name.strip_suffix(".txt").unwrap_or(name);
    stem.strip_suffix(".gt").unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            std::fs::write(folder.path().join(name), "text").unwrap();
        }
        folder
    }

    fn pages(files: &[Option<&str>]) -> BTreeMap<PageNumber, Option<String>> {
        (1..).filter_map(PageNumber::new).zip(files.iter().map(|file| file.map(ToOwned::to_owned))).collect()
    }

    fn paired(names: &[&str], files: &[Option<&str>]) -> Vec<(u32, String)> {
        let folder = folder(names);
        let truth = Truth::match_pages(folder.path(), &pages(files)).unwrap();
        truth.files.iter().map(|(page, path)| (page.get(), name(path))).collect()
    }

    #[test]
    fn matches_by_page_number() {
        let found = paired(&["page_0002.gt.txt", "page_0001.gt.txt", "page_0001.txt"], &[None, None, None]);
        assert_eq!(found, [(1, "page_0001.gt.txt".to_owned()), (2, "page_0002.gt.txt".to_owned())]);
    }

    #[test]
    fn matches_by_name_of_scan() {
        let found = paired(&["g016.gt.txt", "g015.gt.txt", "g099.gt.txt"], &[Some("scans/g015.tif"), Some("g016.tif")]);
        assert_eq!(found, [(1, "g015.gt.txt".to_owned()), (2, "g016.gt.txt".to_owned())]);
    }

    #[test]
    fn matches_by_order_if_names_do_not_match() {
        let found = paired(&["g10.txt", "g9.txt"], &[Some("book.pdf"), Some("book.pdf")]);
        assert_eq!(found, [(1, "g9.txt".to_owned()), (2, "g10.txt".to_owned())]);
    }

    #[test]
    fn rejects_texts_that_cannot_be_matched() {
        let message = |names: &[&str]| {
            let folder = folder(names);
            let error = Truth::match_pages(folder.path(), &pages(&[None, None])).unwrap_err().to_string();
            error.replace(&folder.path().display().to_string(), "DIR")
        };
        assert_eq!(
            message(&["a.txt"]),
            "cannot match 1 texts in DIR with 2 pages: expected names of pages, or as many texts as pages"
        );
        assert!(message(&["a.md"]).starts_with("no ground truth in DIR"));
        let missing = Truth::match_pages(Path::new("no/such/folder"), &pages(&[None])).unwrap_err();
        assert!(missing.to_string().contains("no/such/folder"));
    }
}
