//! Labels and printed page numbers of real scans, which lie beside the checkout; each test says so and passes where they do not.

use std::path::{Path, PathBuf};

use shelf::book::Languages;
use shelf::eval::labels::{LabelScore, LabelTruth, LabelledPage, score_labels};
use shelf::stage::{ScanFile, Timestamp};
use shelf::testing::real_scans;
use stages::labels::{Classification, label_blocks};
use stages::ocr::{Figure, OcrOptions, OcrPage, PageDimensions, RecognitionSettings, recognise, requested_languages};
use stages::page_layout::{TypeHeights, text_rows};
use stages::pagination::{BookStatistics, Pagination};

/// A book of scans that were read and looked at.
struct Book {
    pages: Vec<OcrPage>,
    pagination: Pagination,
    warnings: Vec<String>,
}

impl Book {
    /// Reads scans of `dpi` dots per inch, on two threads.
    fn read(scans: &[PathBuf], dpi: f64) -> Self {
        let half = scans.len().div_ceil(2);
        let numbered: Vec<(u32, &PathBuf)> = (1..).zip(scans).collect();
        let (first, second) = numbered.split_at(half);
        let read_all =
            |scans: &[(u32, &PathBuf)]| scans.iter().map(|(number, path)| read(*number, path, dpi)).collect::<Vec<_>>();
        let pages = std::thread::scope(|scope| {
            let second = scope.spawn(|| read_all(second));
            [read_all(first), second.join().expect("reading does not panic")].concat()
        });
        Self::of(pages)
    }

    fn of(pages: Vec<OcrPage>) -> Self {
        let mut heights = TypeHeights::default();
        for page in &pages {
            heights.add(&text_rows(page));
        }
        let mut statistics = BookStatistics::new(heights.most_common_px());
        for page in &pages {
            statistics.add(page);
        }
        let (pagination, warnings) = statistics.finish();
        Self { pages, pagination, warnings }
    }

    /// The book without a scan.
    fn without(&self, scan: usize) -> Self {
        let mut pages = self.pages.clone();
        pages.remove(scan - 1);
        Self::of((1..).zip(pages).map(|(number, page)| OcrPage { page_number: number, ..page }).collect())
    }

    fn score(&self, truth: &Path) -> LabelScore {
        score_labels(&LabelTruth::read(truth).unwrap(), |number| {
            let page = self.pages.get(number as usize - 1)?;
            let book = &self.pagination.pages[&number];
            Some(LabelledPage::join(book.printed_page_number.as_deref(), &label_blocks(page, book), page))
        })
    }
}

fn read(page_number: u32, path: &Path, dpi: f64) -> OcrPage {
    let languages = requested_languages(Some("eng"), &Languages::default()).unwrap();
    let settings = RecognitionSettings::new(languages, &OcrOptions::default());
    let reading = recognise((ScanFile { path: path.to_owned(), dpi, width: 0, height: 0 }, settings)).unwrap();
    let figure = |(figure, image_id): (&stages::ocr::CroppedFigure, u32)| Figure {
        image_id,
        bbox: figure.bbox,
        image_file: format!("{image_id}.png"),
    };
    OcrPage {
        page_number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: reading.width, height: reading.height },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        images: reading.figures.iter().zip(1..).map(figure).collect(),
        blocks: reading.blocks,
    }
}

fn scans_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut scans: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    scans.retain(|path| path.extension().is_some_and(|found| found == extension));
    scans.sort();
    scans
}

fn f1(score: &LabelScore, kind: &str) -> f64 {
    score.classes[kind].f1().unwrap_or_default()
}

#[test]
fn colonial_florida_has_its_numbers_heads_headings_and_notes() {
    let test = "colonial_florida_has_its_numbers_heads_headings_and_notes";
    let Some(folder) = real_scans(test, env!("CARGO_MANIFEST_DIR")) else { return };
    let folder = folder.join("book-colonial-florida");
    let book = Book::read(&scans_in(&folder, "tiff"), 300.0);
    let score = book.score(&folder.join("structure.tsv"));
    assert_eq!(score.page_numbers.right, 20, "{:?}", score.page_numbers.wrong);
    assert!(f1(&score, "HEADER") >= 0.9, "{score:?}");
    assert!(f1(&score, "FOOTNOTE") >= 0.8, "{score:?}");
    assert!(f1(&score, "chapter heading") >= 0.8, "{score:?}");
    assert_eq!(book.warnings, Vec::<String>::new());
    assert_eq!(book.without(9).warnings, ["page 17 is missing between scans 8 and 9"]);
}

#[test]
fn commentaries_have_their_heads_and_notes() {
    let Some(folder) = real_scans("commentaries_have_their_heads_and_notes", env!("CARGO_MANIFEST_DIR")) else {
        return;
    };
    let folder = folder.join("labels-commentaries/cu31924087948174");
    // The pictures say no resolution; `shelf add` takes most of them for this.
    let book = Book::read(&scans_in(&folder.join("imgs"), "png"), 220.0);
    let score = book.score(&folder.join("cu31924087948174_olr.tsv"));
    assert!(f1(&score, "head or heading") >= 0.9, "{score:?}");
    assert!(f1(&score, "FOOTNOTE") >= 0.8, "{score:?}");
    assert!(score.classes["page number"].recall() >= Some(0.8), "{score:?}");
}

#[test]
fn a_page_that_nobody_can_read_is_labelled_without_confidence() {
    let test = "a_page_that_nobody_can_read_is_labelled_without_confidence";
    let Some(folder) = real_scans(test, env!("CARGO_MANIFEST_DIR")) else { return };
    for name in ["i020.noisy.tiff", "j016.noisy.tiff"] {
        let book = Book::read(&[folder.join("cer").join(name)], 300.0);
        for block in label_blocks(&book.pages[0], &book.pagination.pages[&1]) {
            let sure = block.classification_confidence > 0.65
                && ![Classification::OcrArtifact, Classification::PageNumber].contains(&block.classification);
            assert!(!sure, "{name}: {block:?}");
        }
    }
}
