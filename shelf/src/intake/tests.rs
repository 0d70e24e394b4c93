//! Whole additions in this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::book::{BookMetadata, SourcePage};
use crate::child::Children;
use crate::store::FolderStore;

struct Library {
    folder: tempfile::TempDir,
    store: FolderStore,
}

impl Library {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(&folder.path().join("library")).unwrap();
        Self { folder, store }
    }

    /// A file beside the library.
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn add(&self, request: &AddRequest) -> Result<Added, AddError> {
        add(&self.store, &Children::in_process(), request, 2, &|_| {}, &AtomicBool::new(false))
    }

    fn add_files(&self, inputs: &[PathBuf]) -> Result<Added, AddError> {
        let request =
            AddRequest { inputs: inputs.to_vec(), id: Some("book".parse().unwrap()), ..AddRequest::default() };
        self.add(&request)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.store.root().join("book").join(name)
    }

    fn page(&self, page: u32) -> SourcePage {
        serde_json::from_slice(&fs::read(self.path(&format!("source/page_{page:04}.json"))).unwrap()).unwrap()
    }

    fn metadata(&self) -> BookMetadata {
        serde_json::from_slice(&fs::read(self.path("metadata.json")).unwrap()).unwrap()
    }

    fn is_empty(&self) -> bool {
        fs::read_dir(self.store.root()).unwrap().all(|entry| entry.unwrap().file_name() == ".adding.lock")
    }
}

/// Real scans, which lie beside the checkout; `None`, said aloud, where they do not.
fn real(folder: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")).join(folder);
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn sorted_files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    files
}

#[test]
fn a_scanned_pdf_gives_the_very_pixels_of_its_scans() {
    let Some(scans) = real("book-colonial-florida") else { return };
    let library = Library::new();
    let added = library.add_files(&[scans.join("colonial-florida-20pp.pdf")]).unwrap();
    assert_eq!((added.pages, added.failed.len(), added.notes.len()), (20, 0, 0));
    assert_eq!(added.title, "Colonial Florida 20pp");
    let originals = sorted_files(&scans, "tiff");
    assert_eq!(originals.len(), 20);
    for (original, number) in originals.iter().zip(1..) {
        let page = library.page(number);
        let expected = image::open(original).unwrap().into_luma8();
        let found = image::open(library.path("source").join(&page.image)).unwrap();
        assert_eq!(found.color(), image::ColorType::L8);
        assert_eq!(found.into_luma8(), expected, "page {number}");
        assert_eq!((page.width, page.height), expected.dimensions());
        assert_eq!(page.origin.page, Some(number));
        assert!((320.0..335.0).contains(&page.resolution.dpi) && !page.resolution.estimated, "{:?}", page.resolution);
        let bits = png::Decoder::new(std::io::BufReader::new(
            fs::File::open(library.path("source").join(&page.image)).unwrap(),
        ));
        assert_eq!(bits.read_info().unwrap().info().bit_depth, png::BitDepth::One);
    }
    assert_eq!(library.metadata().total_pages, 20);
    assert!(library.path("source/colonial-florida-20pp.pdf").is_file());
}

#[test]
fn tiffs_of_one_bit_go_in_as_they_are() {
    let Some(scans) = real("book-colonial-florida") else { return };
    let library = Library::new();
    let originals = sorted_files(&scans, "tiff");
    library.add_files(&originals).unwrap();
    for (original, number) in originals.iter().zip(1..) {
        let page = library.page(number);
        let found = image::open(library.path("source").join(&page.image)).unwrap().into_luma8();
        assert_eq!(found, image::open(original).unwrap().into_luma8(), "page {number}");
        println!("{} {:?}", page.origin.file, page.resolution);
    }
}
