use std::fs;
use std::path::PathBuf;
use std::process::Command;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use shelf_pages::testing::TestPage;
use tempfile::TempDir;

use crate::pdf::{OutlineItem, PdfDocument, PdfInfo, PdfPage};
use crate::placed_words::PlacedPage;

pub(super) const TEXT: &str =
    "CHAPTER I\n\nThe long campaign of Thérèse\nbegan in the spring, 𝔄 and\nended (in \\autumn) at last.";

/// A PDF in a folder of its own.
pub(super) struct Made {
    pub(super) folder: TempDir,
    pub(super) bytes: Vec<u8>,
}

impl Made {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("book.pdf"), &bytes).unwrap();
        Self { folder, bytes }
    }

    /// What a program prints about the PDF, which takes the place of `{}`; `None`, with a message, where the program is not installed.
    pub(super) fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let path = self.path("book.pdf").to_string_lossy().into_owned();
        let arguments = arguments.iter().map(|argument| argument.replace("{}", &path));
        match Command::new(program).args(arguments).current_dir(self.folder.path()).output() {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(output.status.success(), "{program}: {said}{}", String::from_utf8_lossy(&output.stdout));
                Some(String::from_utf8(output.stdout).unwrap())
            }
            Err(error) => {
                skip(&format!("{program}: {error}"));
                None
            }
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[expect(clippy::print_stderr, reason = "tells whoever runs the tests")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

pub(super) fn info() -> PdfInfo {
    PdfInfo {
        title: Some("Über Florida & more".to_owned()),
        author: Some("T. Frederick Davis".to_owned()),
        year: Some(1892),
        languages: vec!["en".to_owned()],
        producer: "shelf".to_owned(),
        ..PdfInfo::default()
    }
}

/// A page of 1000 × 1600 px with text, as [`TestPage`] places it.
pub(super) fn placed(text: &str) -> PlacedPage {
    let page = TestPage::new(text);
    PlacedPage::new(&page.merged(), &page.ocr())
}

pub(super) fn grey(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| Luma([(x * 255 / width) as u8 ^ (y & 1) as u8]))
}

pub(super) fn rgb(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 8) as u8, (y * 10) as u8, ((x + y) * 4) as u8]))
}

pub(super) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A white scan for a page of [`TestPage`].
pub(super) fn white() -> Vec<u8> {
    encoded(&GrayImage::from_pixel(1000, 1600, Luma([255])).into(), ImageFormat::Png)
}

/// A PDF of one page.
pub(super) fn pdf_of(scan: &[u8], text: Option<&PlacedPage>) -> Made {
    pdf(&[PdfPage { scan, dpi: 300.0, text, label: None }], &[])
}

pub(super) fn pdf(pages: &[PdfPage], outline: &[OutlineItem]) -> Made {
    let mut document = PdfDocument::start(Vec::new(), info()).unwrap();
    for page in pages {
        document.add_page(page).unwrap();
    }
    Made::new(document.finish(outline).unwrap())
}
