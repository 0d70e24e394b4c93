//! Adding books, in this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use shelf_runtime::book::{BookMetadata, Inferred, ScanMetadata};
use shelf_runtime::store::FolderStore;
use shelf_runtime::worker::WorkerPool;

/// A temporary library, and files beside it.
pub(crate) struct Library {
    folder: tempfile::TempDir,
    pub(crate) store: FolderStore,
}

impl Library {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(&folder.path().join("library")).unwrap();
        Self { folder, store }
    }

    /// A file beside the library.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn add(&self, request: &AddRequest) -> Result<Added, AddError> {
        add(&self.store, &WorkerPool::in_process(), request, 2, &|_| {}, &AtomicBool::new(false))
    }

    pub(crate) fn add_files(&self, inputs: &[PathBuf]) -> Result<Added, AddError> {
        let request =
            AddRequest { inputs: inputs.to_vec(), id: Some("book".parse().unwrap()), ..AddRequest::default() };
        self.add(&request)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.store.root().join("book").join(name)
    }

    pub(crate) fn page(&self, page: u32) -> ScanMetadata {
        serde_json::from_slice(&fs::read(self.path(&format!("source/page_{page:04}.json"))).unwrap()).unwrap()
    }

    pub(crate) fn metadata(&self) -> BookMetadata {
        serde_json::from_slice(&fs::read(self.path("metadata.json")).unwrap()).unwrap()
    }

    pub(crate) fn is_empty(&self) -> bool {
        fs::read_dir(self.store.root()).unwrap().all(|entry| entry.unwrap().file_name() == ".adding.lock")
    }
}

/// A folder of real scans.
fn real(test: &str, folder: &str) -> Option<PathBuf> {
    Some(shelf_runtime::testing::real_scans(test, env!("CARGO_MANIFEST_DIR"))?.join(folder))
}

fn sorted_files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    files
}

#[test]
fn keeps_pixels_of_scans_in_pdf() {
    let Some(scans) = real("keeps_pixels_of_scans_in_pdf", "book-colonial-florida") else { return };
    let library = Library::new();
    let added = library.add_files(&[scans.join("colonial-florida-20pp.pdf")]).unwrap();
    assert_eq!((added.pages, added.failed.len(), added.warnings.len()), (20, 0, 0));
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
fn keeps_pixels_of_bilevel_tiffs() {
    let Some(scans) = real("keeps_pixels_of_bilevel_tiffs", "book-colonial-florida") else { return };
    let library = Library::new();
    let originals = sorted_files(&scans, "tiff");
    library.add_files(&originals).unwrap();
    for (original, number) in originals.iter().zip(1..) {
        let page = library.page(number);
        let found = image::open(library.path("source").join(&page.image)).unwrap().into_luma8();
        assert_eq!(found, image::open(original).unwrap().into_luma8(), "page {number}");
    }
}

/// A grey page of 60 × 80 px that gets brighter to the right and down.
fn gradient(seed: u8) -> image::GrayImage {
    image::GrayImage::from_fn(60, 80, |x, y| image::Luma([seed + (x + y) as u8]))
}

fn encoded(image: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn png_page(seed: u8) -> Vec<u8> {
    encoded(&gradient(seed).into(), image::ImageFormat::Png)
}

#[test]
fn pages_are_in_natural_order_of_file_names() {
    let library = Library::new();
    let names = ["p10.png", "p2.png", "p1.png"];
    let files = names.map(|name| library.file(name, &png_page(name.len() as u8)));
    library.add_files(&files).unwrap();
    assert_eq!([1, 2, 3].map(|page| library.page(page).origin.file), ["p1.png", "p2.png", "p10.png"]);
    assert_eq!(library.metadata().source_files, ["p1.png", "p2.png", "p10.png"]);
}

#[test]
fn keeps_png_bytes_and_writes_metadata() {
    let library = Library::new();
    let bytes = png_page(1);
    let added = library.add_files(&[library.file("page.png", &bytes)]).unwrap();
    assert_eq!(added.pages, 1);
    assert_eq!(fs::read(library.path("source/page_0001.png")).unwrap(), bytes);
    let page = library.page(1);
    garde::Validate::validate(&page).unwrap();
    assert_eq!((page.width, page.height, page.bytes), (60, 80, bytes.len() as u64));
    assert_eq!(page.hash, blake3::hash(&bytes).to_hex().to_string());
    assert!(page.resolution.estimated && page.origin.page.is_none());
}

#[test]
fn writes_book_metadata() {
    let library = Library::new();
    let request = AddRequest {
        inputs: vec![library.file("the-gold-bug.png", &png_page(1))],
        author: Some("E. A. Poe".to_owned()),
        languages: vec!["en".to_owned(), "fr".to_owned()],
        ..AddRequest::default()
    };
    let added = library.add(&request).unwrap();
    assert_eq!((added.id.as_str(), added.title.as_str()), ("the-gold-bug", "The Gold Bug"));
    let file = library.store.root().join("the-gold-bug/metadata.json");
    let metadata: BookMetadata = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    garde::Validate::validate(&metadata).unwrap();
    assert_eq!(metadata.author.as_deref(), Some("E. A. Poe"));
    assert_eq!(metadata.language, ["en", "fr"]);
    assert_eq!((metadata.total_pages, metadata.status.as_deref()), (1, Some("registered")));
    assert!(metadata.scan_date.unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!(metadata.extraction_dpi, None, "nothing was rendered");
    let inferred = Inferred { title: Some("The Gold Bug".to_owned()), ..Inferred::default() };
    assert_eq!(metadata.inferred, inferred, "the title is from the file name");
}

#[test]
fn given_title_is_not_inferred() {
    let library = Library::new();
    let inputs = vec![library.file("the-gold-bug.png", &png_page(1))];
    let title = Some("The Gold-Bug".to_owned());
    let id = Some("book".parse().unwrap());
    library.add(&AddRequest { inputs, id, title: title.clone(), ..AddRequest::default() }).unwrap();
    let metadata = library.metadata();
    assert_eq!((metadata.title, metadata.inferred), (title, Inferred::default()));
}

#[test]
fn bad_page_fails_and_the_others_are_added() {
    let library = Library::new();
    let mut broken = png_page(2);
    broken.truncate(broken.len() / 2);
    let files = [library.file("1.png", &png_page(1)), library.file("2.png", &broken), library.file("3.tif", b"")];
    let added = library.add_files(&files).unwrap();
    assert_eq!((added.pages, added.failed.len()), (3, 2));
    assert_eq!(library.metadata().total_pages, 3, "failed pages count");
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(library.path("source/failed/page_0002.json")).unwrap()).unwrap();
    assert_eq!((record["stage"].as_str(), record["page"].as_u64()), (Some("source"), Some(2)));
    assert_eq!(record["origin"]["file"], "2.png");
    assert!(record["failure"]["error"].as_str().unwrap().contains("damaged PNG"), "{record}");
    assert!(!library.path("source/page_0002.png").exists() && !library.path("source/page_0002.json").exists());
}

#[test]
fn nothing_is_added_if_every_page_fails() {
    let library = Library::new();
    let error = library.add_files(&[library.file("1.png", b"x"), library.file("2.tif", b"")]).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("1.png and 1 more: none of the 2 pages can be read; page 1: not a supported image"),
        "{message}"
    );
    assert!(library.is_empty());
}

#[test]
fn rejects_existing_id_and_leaves_its_book_unchanged() {
    let library = Library::new();
    let page = library.file("page.png", &png_page(1));
    library.add_files(std::slice::from_ref(&page)).unwrap();
    let before = fs::read(library.path("metadata.json")).unwrap();
    let error = library.add_files(&[library.file("other.png", &png_page(2))]).unwrap_err();
    assert!(matches!(error, AddError::Exists { .. }) && error.hint().unwrap().contains("--id"), "{error}");
    assert_eq!(fs::read(library.path("metadata.json")).unwrap(), before);
}

#[test]
fn rejects_files_that_are_not_scans_with_a_hint() {
    let library = Library::new();
    for (name, bytes, error, hint) in [
        ("page.heic", b"\0\0\0\x18ftypheic\0\0\0\0".as_slice(), "it is HEIC", "heif-convert"),
        ("page.png", b"\0\0\0\x0CJXL \r\n\x87\n", "it is JPEG XL", "djxl"),
        ("notes.txt", b"some text", "not a supported image", ""),
        ("empty.pdf", b"", "the file is empty", ""),
        ("text.pdf", b"some text", "not a PDF", ""),
        ("broken.pdf", b"%PDF-1.4\nnothing", "damaged PDF", "qpdf"),
    ] {
        let refusal = library.add_files(&[library.file(name, bytes)]).unwrap_err();
        assert!(refusal.to_string().contains(error), "{name}: {refusal}");
        assert!(refusal.hint().unwrap_or_default().contains(hint), "{name}: {:?}", refusal.hint());
        assert!(library.is_empty(), "{name}");
    }
    assert!(matches!(library.add_files(&[]), Err(AddError::NoScans { .. })));
    let coarse =
        AddRequest { inputs: vec![library.file("page.png", &png_page(1))], dpi: 5000, ..AddRequest::default() };
    assert!(matches!(library.add(&coarse), Err(AddError::DpiOutOfRange { found: 5000 })));
}

#[test]
fn a_folder_gives_its_pages_and_names_what_it_skips() {
    let library = Library::new();
    for (name, bytes) in [
        ("b2.png", png_page(2)),
        ("b10.png", png_page(3)),
        ("b1.gt.txt", b"text".to_vec()),
        (".hidden.png", png_page(4)),
    ] {
        library.file(&format!("The Folder/{name}"), &bytes);
    }
    let added = library.add_files(&[library.folder.path().join("The Folder")]).unwrap();
    assert_eq!((added.pages, added.title.as_str()), (2, "The Folder"));
    assert_eq!(
        added.warnings,
        [Warning { text: "skipped 1 file that is not a scan: b1.gt.txt".to_owned(), pages: Vec::new() }]
    );
}

#[test]
fn each_pdf_and_subfolder_is_a_book() {
    let library = Library::new();
    library.file("shelf/book-10.pdf", b"%PDF-1.4");
    library.file("shelf/book-2.pdf", b"%PDF-1.4");
    library.file("shelf/folder/1.png", &png_page(1));
    library.file("shelf/loose.png", &png_page(1));
    let like = AddRequest { author: Some("A".to_owned()), id: Some("x".parse().unwrap()), ..AddRequest::default() };
    let books = books_in(&library.folder.path().join("shelf"), &like).unwrap().books;
    let names: Vec<_> = books.iter().map(|book| book.inputs[0].file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["book-2.pdf", "book-10.pdf", "folder"]);
    assert!(books.iter().all(|book| book.id.is_none() && book.author.as_deref() == Some("A")));
}

#[test]
fn stopping_leaves_nothing_behind() {
    let library = Library::new();
    let files: Vec<PathBuf> = (1..9).map(|n| library.file(&format!("{n}.png"), &png_page(n))).collect();
    let request = AddRequest { inputs: files, id: Some("book".parse().unwrap()), ..AddRequest::default() };
    let stop = AtomicBool::new(false);
    let stop_at_the_third = |progress: Progress<'_>| {
        if matches!(progress, Progress::Page { done: 3, .. }) {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let result = add(&library.store, &WorkerPool::in_process(), &request, 1, &stop_at_the_third, &stop);
    assert!(matches!(result, Err(AddError::Stopped)));
    assert!(library.is_empty());
}

#[test]
fn progress_counts_every_page_once() {
    let library = Library::new();
    let files: Vec<PathBuf> = (1..9).map(|n| library.file(&format!("{n}.png"), &png_page(n))).collect();
    let request = AddRequest { inputs: files, id: Some("book".parse().unwrap()), ..AddRequest::default() };
    let seen = std::sync::Mutex::new(Vec::new());
    let count = |progress: Progress<'_>| {
        if let Progress::Page { done, pages: 8, .. } = progress {
            seen.lock().unwrap().push(done);
        }
    };
    add(&library.store, &WorkerPool::in_process(), &request, 3, &count, &AtomicBool::new(false)).unwrap();
    assert_eq!(seen.into_inner().unwrap(), (1..9).collect::<Vec<_>>());
}

#[test]
fn adds_every_page_of_a_tiff() {
    use ::tiff::encoder::{TiffEncoder, colortype::Gray8};
    let library = Library::new();
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    for seed in 1..4 {
        encoder.write_image::<Gray8>(60, 80, gradient(seed).as_raw()).unwrap();
    }
    library.add_files(&[library.file("book.tif", &bytes.into_inner())]).unwrap();
    for number in 1..4 {
        let page = library.page(number);
        let found = image::open(library.path("source").join(&page.image)).unwrap().into_luma8();
        assert_eq!((found, page.origin.page), (gradient(number as u8), Some(number)));
    }
}

#[test]
fn rarer_formats_become_png_without_loss() {
    use image::ImageFormat::{Bmp, Gif, Pnm, WebP};
    for (format, name) in [(Bmp, "page.bmp"), (Gif, "page.gif"), (WebP, "page.webp"), (Pnm, "page.pgm")] {
        let library = Library::new();
        let colour = image::DynamicImage::ImageLuma8(gradient(1)).into_rgb8();
        library.add_files(&[library.file(name, &encoded(&colour.clone().into(), format))]).unwrap();
        let found = image::open(library.path("source/page_0001.png")).unwrap().into_rgb8();
        // GIF keeps at most 256 colours; these are fewer.
        assert_eq!(found, colour, "{name}");
    }
}

#[test]
fn pdf_named_like_a_scan_is_not_taken_for_one() {
    let Some(scans) = real("pdf_named_like_a_scan_is_not_taken_for_one", "book-colonial-florida") else {
        return;
    };
    let library = Library::new();
    let pdf = fs::read(scans.join("colonial-florida-20pp.pdf")).unwrap();
    library.add_files(&[library.file("page_0001.pdf", &pdf)]).unwrap();
    assert!(library.path("source/from_page_0001.pdf").is_file() && library.path("source/page_0001.png").is_file());
}

/// A record in Dublin Core with these elements.
fn dublin_core(body: &str) -> Vec<u8> {
    format!("<oai_dc:dc xmlns:oai_dc=\"x\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n{body}\n</oai_dc:dc>")
        .into_bytes()
}

#[test]
fn a_catalogue_record_beside_the_scans_is_read() {
    let library = Library::new();
    let mut png = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(60, 90, image::Luma([250])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let folder = library.file("book/page.png", png.get_ref()).parent().unwrap().to_owned();
    library.file("book/notes.xml", b"<notes/>");
    let record =
        library.file("book/record.xml", &dublin_core("<dc:title>Emma</dc:title><dc:creator>Austen</dc:creator>"));
    let mut request = AddRequest { inputs: vec![folder], id: Some("book".parse().unwrap()), ..AddRequest::default() };
    request.author = Some("Jane Austen".to_owned());
    let added = library.add(&request).unwrap();
    let notes: Vec<&str> = added.warnings.iter().map(|warning| warning.text.as_str()).collect();
    assert_eq!(
        notes,
        [
            "read the catalogue record record.xml (Dublin Core): title, author",
            "skipped 1 file that is not a scan: notes.xml"
        ]
    );
    let metadata = library.metadata();
    assert_eq!((added.title.as_str(), metadata.title.as_deref()), ("Emma", Some("Emma")));
    assert_eq!(metadata.author.as_deref(), Some("Jane Austen"), "what the user says comes first");
    assert_eq!(metadata.inferred, Inferred::default());

    fs::write(&record, dublin_core("<dc:title>Emma</dc:title>\n<dc:identifier>isbn:1</dc:identifier>")).unwrap();
    request.id = Some("other".parse().unwrap());
    let error = library.add(&request).unwrap_err();
    assert!(error.to_string().ends_with("book/record.xml:3: invalid ISBN \"1\": expected 10 or 13 digits"), "{error}");
    assert!(error.hint().unwrap().contains("correct the file"));
    fs::write(&record, dublin_core("<dc:title>Emma</dc:title>")).unwrap();
    library.file("book/second.xml", &dublin_core("<dc:title>Emma</dc:title>"));
    assert!(matches!(library.add(&request), Err(AddError::SeveralRecords { .. })));
}
