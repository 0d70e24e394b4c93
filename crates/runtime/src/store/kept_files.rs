use std::collections::BTreeMap;

use super::{BookPath, Store, StoreError};
use crate::book::{PageNumber, ScanId};

/// A file that is kept for a page in a folder of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Its name without the page: `img_001.png` for `page_0007_img_001.png`. It does not change when the page is renumbered.
    pub name: String,
    /// Where it is.
    pub path: BookPath,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// The files in a folder of the book that are named after a page, by page and in order of their names.
///
/// # Errors
/// The store cannot be read.
pub fn kept_files(
    store: &dyn Store,
    book: &ScanId,
    folder: &str,
) -> Result<BTreeMap<PageNumber, Vec<KeptFile>>, StoreError> {
    let mut by_page: BTreeMap<PageNumber, Vec<KeptFile>> = BTreeMap::new();
    for (page, file) in named_after_pages(store.list(book, folder)?) {
        if let Some(kept) = read(store, book, folder, page, &file)? {
            by_page.entry(page).or_default().push(kept);
        }
    }
    Ok(by_page)
}

/// The files in a folder of the book that are named after this page, in order of their names.
///
/// # Errors
/// The store cannot be read.
pub fn kept_files_of_page(
    store: &dyn Store,
    book: &ScanId,
    folder: &str,
    page: PageNumber,
) -> Result<Vec<KeptFile>, StoreError> {
    let names = named_after_pages(store.list(book, folder)?).filter(|(of, _)| *of == page);
    names.filter_map(|(_, file)| read(store, book, folder, page, &file).transpose()).collect()
}

/// The file of this name that is kept for a page: `name` as in [`KeptFile`].
#[must_use]
pub fn kept_file_name(page: PageNumber, name: &str) -> String {
    format!("{}_{name}", page.stem())
}

fn named_after_pages(files: Vec<String>) -> impl Iterator<Item = (PageNumber, String)> {
    files.into_iter().filter_map(|file| {
        let page = PageNumber::of_file_beside(&file)?;
        file.strip_prefix(&page.stem())?.starts_with('_').then_some((page, file))
    })
}

fn read(
    store: &dyn Store,
    book: &ScanId,
    folder: &str,
    page: PageNumber,
    file: &str,
) -> Result<Option<KeptFile>, StoreError> {
    let Ok(path) = BookPath::new(book, &format!("{folder}/{file}")) else { return Ok(None) };
    let name = file[page.stem().len() + 1..].to_owned();
    Ok(store.read(&path)?.map(|bytes| KeptFile { name, path, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FolderStore;

    #[test]
    fn files_are_listed_by_the_page_that_they_are_named_after() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "book".parse().unwrap();
        for name in ["page_0002_b.json", "page_0002_a.json", "page_0010_c.json", "page_0002.json", "notes.txt"] {
            store.write(&BookPath::new(&book, &format!("edits/{name}")).unwrap(), name.as_bytes()).unwrap();
        }
        let kept = kept_files(&store, &book, "edits").unwrap();
        let names = |page: u32| -> Vec<String> {
            let files = kept.get(&PageNumber::new(page).unwrap()).into_iter().flatten();
            files.map(|file| file.name.clone()).collect()
        };
        assert_eq!(
            (names(2), names(10), kept.len()),
            (vec!["a.json".into(), "b.json".into()], vec!["c.json".into()], 2)
        );
        let of_page = kept_files_of_page(&store, &book, "edits", PageNumber::new(2).unwrap()).unwrap();
        assert_eq!(Some(&of_page), kept.get(&PageNumber::new(2).unwrap()));
    }
}
