use std::path::{Path, PathBuf};

use image::{GrayImage, imageops};
use rayon::prelude::*;
use shelf::draw::Degrader;
use shelf::pages::{Bbox, OcrPage};

use super::Measure;
use super::books::{characters, conservation, eval, files, page_numbers, ratio, texts};
use super::conservation::{lost, pages};
use crate::Shelf;

/// Resolution of the scans, dots per inch.
const DPI: u32 = 300;
/// What is left around the words of a page whose margins are cut off: 1/20 in.
const MARGIN_PX: u32 = DPI / 20;
/// Words read with less confidence may be dirt in the margin.
const MIN_CONFIDENCE: f64 = 0.6;

/// A way in which scans of a good book can be worse than they are.
struct Alteration {
    book: &'static str,
    id: &'static str,
    /// The scan of a page, given its index and what was read on it.
    alter: fn(usize, &GrayImage, &OcrPage) -> GrayImage,
    /// The highest error rate of `ocr`, relative to that of the scans as they are.
    most: f64,
}

const ALTERATIONS: [Alteration; 3] = [
    Alteration { book: "Colonial Florida, skewed", id: "florida-skewed", alter: skewed, most: 1.5 },
    Alteration { book: "Colonial Florida, margins cut off", id: "florida-cropped", alter: cropped, most: 1.2 },
    Alteration {
        book: "Colonial Florida, on its side and upside down",
        id: "florida-turned",
        alter: turned,
        most: 1.2,
    },
];

/// Measures the scans of Colonial Florida, skewed, cropped and turned. The library has the book as `florida`, read.
///
/// # Panics
/// A command fails.
#[must_use]
pub fn altered_scans(shelf: &Shelf, data: &Path) -> Vec<Measure> {
    let folder = data.join("book-colonial-florida");
    let originals = files(&folder, |path| path.extension().is_some_and(|extension| extension == "tiff"));
    let read: Vec<OcrPage> = pages(shelf, "florida")
        .into_iter()
        .map(|[ocr, _, _]| serde_json::from_value(ocr).expect("a stored page fits its type"))
        .collect();
    assert_eq!(originals.len(), read.len(), "one scan for each page");
    let straight = eval(shelf, "florida", &["--stage", "corrected", "--truth"], &folder);
    let straight = characters(&straight["total_before"]);
    let mut measures = Vec::new();
    for Alteration { book, id, alter, most } in ALTERATIONS {
        let files = shelf.library().join("altered-files").join(id);
        std::fs::create_dir_all(&files).expect("a folder for scans");
        let scans = originals.par_iter().zip(&read).enumerate().map(|(at, (original, page))| {
            let scan = image::open(original).expect("a scan is a picture").into_luma8();
            let path = files.join(original.file_name().expect("a file has a name")).with_extension("png");
            alter(at, &scan, page).save(&path).expect("a scan is written");
            path
        });
        let scans: Vec<PathBuf> = scans.collect();
        shelf.read(id, &scans);
        let found = eval(shelf, id, &["--stage", "corrected", "--truth"], &folder);
        let (before, after) = (characters(&found["total_before"]), characters(&found["total"]));
        let [of_ocr, of_corrected, _] = texts(book, before, after, 1.0);
        measures.extend([of_ocr, of_corrected]);
        measures.push(ratio(book, "CER of `ocr` relative to the scans as they are", straight, before, most));
        let labels = eval(shelf, id, &["--labels"], &folder.join("structure.tsv"));
        measures.push(page_numbers(book, &labels));
        measures.push(conservation(book, lost(shelf, id)));
    }
    measures
}

/// From 4° to one side to 4° to the other, on grey paper.
fn skewed(at: usize, scan: &GrayImage, _: &OcrPage) -> GrayImage {
    let skew_degrees = [-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0][at % 8];
    let clean = Degrader {
        seed: at as u64,
        dpi: DPI,
        skew_degrees,
        blurs: 0,
        ink_loss: 0,
        bleed_through: 0,
        shading: 0,
        noise: 0,
        jpeg_quality: 95,
        dark_edges: Vec::new(),
    };
    clean.degrade(scan, DPI)
}

/// Without what is farther than [`MARGIN_PX`] from its words.
fn cropped(_: usize, scan: &GrayImage, page: &OcrPage) -> GrayImage {
    let words = page.words().filter(|word| word.confidence >= MIN_CONFIDENCE).map(|word| word.bbox);
    let words = Bbox::bounding(words).expect("every page has words");
    let (x, y) = (words.x.saturating_sub(MARGIN_PX), words.y.saturating_sub(MARGIN_PX));
    let (width, height) = (words.right() + MARGIN_PX - x, words.bottom() + MARGIN_PX - y);
    imageops::crop_imm(scan, x, y, width, height).to_image()
}

/// By a quarter turn, a half or three quarters.
fn turned(at: usize, scan: &GrayImage, _: &OcrPage) -> GrayImage {
    match at % 3 {
        0 => imageops::rotate90(scan),
        1 => imageops::rotate180(scan),
        _ => imageops::rotate270(scan),
    }
}
