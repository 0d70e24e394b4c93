use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;
use shelf::book::Languages;
use shelf::draw::{Degrader, DrawnPage};
use shelf::stage::ParagraphId;
use stages::corrected::CorrectedPage;
use stages::corrected::model::{ReviewReason, review_reason};
use stages::ocr::OcrPage;
use stages::vocabulary::{Dictionary, PageVocabulary, Vocabulary};

use crate::Shelf;
use crate::tokens::passage;

/// A page as `ocr` read it and the rules corrected it, with what is printed.
#[derive(Debug, Clone)]
pub struct ReadPage {
    /// The page.
    pub ocr: OcrPage,
    /// What the book tells about its words.
    pub vocabulary: PageVocabulary,
    /// The paragraphs that a model is asked about, if their text was found in the ground truth.
    pub paragraphs: Vec<AskedParagraph>,
}

/// A paragraph that a model is asked about.
#[derive(Debug, Clone)]
pub struct AskedParagraph {
    /// Its id.
    pub id: ParagraphId,
    /// Its text after the rules, which the model is sent.
    pub text: String,
    /// The text that is printed.
    pub printed: String,
    /// Why the model is asked.
    pub reason: ReviewReason,
}

/// Reads the pages of a book that was processed up to `corrected`; `truths` are the files with their texts, in the order of the pages. Illegible pages,
/// about which no model is asked, are left out.
///
/// # Panics
/// A file is missing or damaged.
#[must_use]
pub fn read_pages(library: &Path, id: &str, truths: &[PathBuf]) -> Vec<ReadPage> {
    let dictionary = Dictionary::of(&Languages(vec!["en".to_owned()])).ok();
    let book: Vocabulary = typed(json(&library.join(id).join("vocabulary/book.json")));
    let page = |(number, truth): (u32, &PathBuf)| {
        let file = |stage: &str| library.join(id).join(stage).join(format!("page_{number:04}.json"));
        let corrected = json(&file("corrected"));
        let is_illegible = corrected["_record"]["metrics"]["illegible"] == true;
        let printed = std::fs::read_to_string(truth).unwrap_or_else(|error| panic!("{}: {error}", truth.display()));
        let vocabulary = book.pages.get(&number).cloned().unwrap_or_default();
        let ocr: OcrPage = typed(json(&file("ocr")));
        let paragraphs = asked(&ocr, &typed(corrected), &vocabulary, dictionary.as_ref(), &printed);
        (!is_illegible).then_some(ReadPage { ocr, vocabulary, paragraphs })
    };
    (1..).zip(truths).filter_map(page).collect()
}

fn asked(
    ocr: &OcrPage,
    corrected: &CorrectedPage,
    vocabulary: &PageVocabulary,
    dictionary: Option<&Dictionary>,
    printed: &str,
) -> Vec<AskedParagraph> {
    let printed: Vec<char> = printed.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let mut asked = Vec::new();
    for block in &ocr.blocks {
        for paragraph in &block.paragraphs {
            let id = ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
            let text = corrected.paragraph(id).and_then(|corrected| corrected.text.clone());
            let text = text.unwrap_or_else(|| paragraph.text.clone());
            let Some(reason) = review_reason(paragraph, &text, vocabulary, dictionary) else { continue };
            let flowed = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some(printed) = passage(&printed, &flowed).map(|passage| whole_words(&printed, &passage)) {
                asked.push(AskedParagraph { id, text, printed, reason });
            }
        }
    }
    asked
}

/// A passage of a text, completed to whole words.
fn whole_words(text: &[char], passage: &str) -> String {
    let passage: Vec<char> = passage.chars().collect();
    let Some(start) = text.windows(passage.len().max(1)).position(|window| window == passage) else {
        return passage.into_iter().collect();
    };
    let is_space = |c: &char| c.is_whitespace();
    let end = start + passage.len();
    let begins = text[..start].iter().rposition(is_space).map_or(0, |at| at + 1);
    let ends = text[end..].iter().position(is_space).map_or(text.len(), |at| end + at);
    text[begins..ends].iter().collect()
}

/// Adds drawn pages as bad scans to a library, as the book `drawn`, takes them through `corrected`, and gives back the files with their texts. The
/// scans depend on `seed`.
///
/// # Panics
/// A page cannot be drawn, written or read.
#[must_use]
pub fn draw_bad_scans(shelf: &Shelf, pages: usize, seed: u64) -> Vec<PathBuf> {
    let drawn = shelf::demo::book();
    let full: Vec<&DrawnPage> = drawn.pages.iter().filter(|page| page.text().len() > 1000).collect();
    let folder = shelf.library().join("drawn-files");
    std::fs::create_dir_all(&folder).expect("a folder for scans");
    let (mut scans, mut truths) = (Vec::new(), Vec::new());
    for (at, dpi) in RESOLUTIONS.iter().cycle().take(pages).enumerate() {
        let page = full[at % full.len()];
        let scan = Degrader::new(100 * seed + at as u64, *dpi).degrade(&page.image, page.dpi);
        let path = folder.join(format!("{at:02}.png"));
        scan.save(&path).expect("a scan is written");
        std::fs::write(path.with_extension("gt.txt"), page.text()).expect("its text is written");
        truths.push(path.with_extension("gt.txt"));
        scans.push(path);
    }
    shelf.correct("drawn", &scans);
    truths
}

/// Resolutions of the drawn scans, dots per inch.
const RESOLUTIONS: [u32; 6] = [80, 85, 90, 95, 100, 110];

/// A page that is stored.
fn json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).expect("a page is JSON")
}

fn typed<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a file of the library is what its name says")
}
