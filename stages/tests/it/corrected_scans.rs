//! The rules of `corrected` on real scans, which lie beside the checkout, and on the drawn book. Each test on scans says so and passes where they do not.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use shelf::book::Languages;
use shelf::demo::book;
use shelf::draw::{DrawnBlock, DrawnPage};
use shelf::eval::{ErrorRate, HyphenScore, JudgedHyphen, Normalisation, judge_hyphens, score};
use shelf::stage::{ScanFile, Timestamp};
use shelf::testing::real_scans;
use shelf_pages::{Bbox, PageText};
use stages::corrected::rules::{CorrectionResult, correct_page};
use stages::ocr::{
    Block, OcrOptions, OcrPage, PageDimensions, Paragraph, RecognitionSettings, recognise, requested_languages,
};
use stages::vocabulary::{Dictionary, vocabulary_of};

/// A page with its truth, as it was read and as it was mended.
struct Page {
    name: String,
    truth: String,
    ocr: OcrPage,
    mended: CorrectionResult,
}

impl Page {
    /// Character edits and the truth's length, before and after.
    fn edits(&self) -> (ErrorRate, ErrorRate) {
        let edits = |text: &str| score(&self.truth, text, &Normalisation::default()).characters;
        (edits(&self.ocr.text()), edits(&self.mended.page.text(&self.ocr)))
    }

    fn hyphens(&self) -> Vec<JudgedHyphen> {
        judge_hyphens(&self.truth, &self.ocr.text(), &self.mended.page.text(&self.ocr))
    }
}

fn english() -> Dictionary {
    Dictionary::of(&Languages::default()).expect("scripts/setup.sh installs hunspell-en-us")
}

/// Mends pages as a book: names, truths and pages as they were read.
fn as_book(pages: Vec<(String, String, OcrPage)>) -> Vec<Page> {
    let dictionary = english();
    let read: Vec<OcrPage> = pages.iter().map(|(_, _, page)| page.clone()).collect();
    let vocabulary = vocabulary_of(&read, Some(&dictionary));
    pages
        .into_iter()
        .map(|(name, truth, ocr)| {
            let mended = correct_page(&ocr, &vocabulary.pages[&ocr.page_number], Some(&dictionary));
            Page { name, truth, ocr, mended }
        })
        .collect()
}

/// Reads the scans of a folder that `is_wanted`, in the order of their names, and mends them as a book; nothing where the folder is missing.
fn scanned_book(folder: &str, dpi: f64, is_wanted: fn(&Path) -> bool) -> Vec<Page> {
    let Some(folder) = real_scans(folder, env!("CARGO_MANIFEST_DIR")).map(|scans| scans.join(folder)) else {
        return Vec::new();
    };
    let name_of = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut scans: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    scans.retain(|path| is_wanted(path));
    scans.sort();
    assert!(!scans.is_empty());
    let read = scans.iter().zip(1..).map(|(path, page_number)| {
        let stem = name_of(path).split('.').next().unwrap().to_owned();
        let truth = std::fs::read_to_string(folder.join(format!("{stem}.gt.txt"))).unwrap();
        (name_of(path), truth, read_page(path, dpi, page_number))
    });
    as_book(read.collect())
}

fn ends_in(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn read_page(path: &Path, dpi: f64, page_number: u32) -> OcrPage {
    let languages = requested_languages(Some("eng"), &Languages::default()).unwrap();
    let settings = RecognitionSettings::new(languages, &OcrOptions::default());
    let scan = ScanFile { path: path.to_owned(), dpi, width: 0, height: 0 };
    let reading = recognise((scan, settings)).unwrap();
    OcrPage {
        page_number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: reading.width, height: reading.height },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: reading.blocks,
        images: Vec::new(),
    }
}

static FLORIDA: LazyLock<Vec<Page>> =
    LazyLock::new(|| scanned_book("book-colonial-florida", 300.0, |path| ends_in(path, "tiff")));

#[test]
fn clean_pages_get_better_and_none_worse() {
    let (mut before, mut after) = (ErrorRate::default(), ErrorRate::default());
    for page in FLORIDA.iter() {
        let (read, mended) = page.edits();
        assert!(mended.edits <= read.edits + 1, "{}: {} edits became {}", page.name, read.edits, mended.edits);
        (before, after) = (before + read, after + mended);
    }
    assert!(after.rate() <= 0.9 * before.rate(), "{:.4} became {:.4}", before.rate(), after.rate());
}

#[test]
fn line_end_hyphens_of_a_real_book_are_told_apart() {
    let hyphens: Vec<JudgedHyphen> = FLORIDA.iter().flat_map(Page::hyphens).collect();
    if !FLORIDA.is_empty() {
        assert!(hyphens.len() >= 50, "{} were found", hyphens.len());
    }
    check_hyphens(&hyphens);
}

#[test]
fn degraded_pages_get_better_and_none_worse() {
    let (mut before, mut after) = (ErrorRate::default(), ErrorRate::default());
    for page in scanned_book("degraded", 100.0, |path| ends_in(path, "jpg")) {
        let (read, mended) = page.edits();
        let worse = mended.rate() - read.rate();
        assert!(worse <= 0.001, "{}: {:.4} became {:.4}", page.name, read.rate(), mended.rate());
        (before, after) = (before + read, after + mended);
    }
    assert!(after.rate() <= 0.9 * before.rate(), "{:.4} became {:.4}", before.rate(), after.rate());
}

/// A page that is less sure is flagged in the report.
const FLAGGED: f64 = 0.85;

#[test]
fn what_nobody_can_read_is_not_mended_into_words() {
    for page in scanned_book("cer", 300.0, |path| ends_in(Path::new(path.file_stem().unwrap()), "noisy")) {
        let (read, mended) = page.edits();
        assert!(mended.edits <= read.edits, "{}: {} edits became {}", page.name, read.edits, mended.edits);
        let confidence = page.mended.page.avg_confidence;
        assert!(confidence < FLAGGED, "{}: {confidence}", page.name);
        assert_eq!(page.mended.legibility.is_illegible(), page.name.starts_with("i020"), "{}", page.name);
    }
}

#[test]
fn line_end_hyphens_of_the_drawn_book_are_told_apart() {
    let book = book();
    let page = |(page, number): (&DrawnPage, u32)| (format!("page {number}"), page.text(), drawn(page, number));
    let pages: Vec<_> = book.pages.iter().zip(1..).map(page).collect();
    let hyphens: Vec<JudgedHyphen> = as_book(pages).iter().flat_map(Page::hyphens).collect();
    assert!(hyphens.iter().filter(|hyphen| hyphen.real).count() >= 45);
    check_hyphens(&hyphens);
}

/// At least 98 % of either kind are right.
fn check_hyphens(hyphens: &[JudgedHyphen]) {
    let wrong: Vec<&JudgedHyphen> = hyphens.iter().filter(|hyphen| !hyphen.right).collect();
    let HyphenScore { split, real } = HyphenScore::of(hyphens);
    assert!(split.rate() <= 0.02 && real.rate() <= 0.02, "{wrong:#?}");
}

/// A drawn page, read without a mistake.
fn drawn(page: &DrawnPage, page_number: u32) -> OcrPage {
    let bbox = Bbox { x: 0, y: 0, width: 1, height: 1 };
    let block = |(block_num, block): (u32, &DrawnBlock)| Block {
        block_num,
        bbox,
        paragraphs: (1..)
            .zip(&block.paragraphs)
            .map(|(par_num, paragraph)| {
                let line = |words: Vec<&str>| words.join(" ");
                let lines =
                    paragraph.lines.iter().map(|l| line(l.words.iter().map(|word| word.text.as_str()).collect()));
                let text = lines.collect::<Vec<_>>().join("\n");
                Paragraph { par_num, bbox, text, avg_confidence: 0.96, lines: Vec::new() }
            })
            .collect(),
    };
    OcrPage {
        page_number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: 1, height: 1 },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: (1..).zip(&page.blocks).map(block).collect(),
        images: Vec::new(),
    }
}
