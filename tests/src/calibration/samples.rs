use std::path::{Path, PathBuf};

use image::GrayImage;
use rayon::prelude::*;
use shelf::draw::Degrader;
use stages::corrected::model::guard::{WordPair, align};
use stages::ocr::{OcrPage, Word};

use crate::Shelf;

/// Pages with known text, which are degraded from seeds of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageSet {
    /// For fitting: real pages and drawn ones.
    Tuning,
    /// For checking: other real pages, and drawn ones from other seeds.
    Test,
}

/// A word that was read.
#[derive(Debug, Clone)]
pub struct WordSample {
    /// The resolution of its scan, dots per inch.
    pub dpi: f64,
    /// As it was read.
    pub word: Word,
    /// Whether it was read as it is printed.
    pub is_right: bool,
}

/// Resolutions of the scans, dots per inch.
const RESOLUTIONS: [u32; 12] = [80, 130, 200, 90, 150, 300, 100, 120, 170, 95, 140, 240];
/// How many scans are made of each page.
const SCANS_PER_PAGE: usize = 3;

impl PageSet {
    fn first_seed(self) -> u64 {
        match self {
            Self::Tuning => 31_000,
            Self::Test => 92_000,
        }
    }

    /// The id of its book.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Tuning => "tuning",
            Self::Test => "test",
        }
    }

    /// The pages, with their resolution and their text.
    fn pages(self, data: &Path) -> Vec<(GrayImage, u32, String)> {
        let (folder, is_taken): (_, fn(&str) -> bool) = match self {
            Self::Tuning => ("cer", |name| name.starts_with(['i', 'j']) && !name.contains("noisy")),
            Self::Test => ("book-colonial-florida", |_| true),
        };
        let entries = std::fs::read_dir(data.join(folder)).expect("the folder is there");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "tiff"));
        files.retain(|path| path.file_name().is_some_and(|name| is_taken(&name.to_string_lossy())));
        files.sort();
        let real = files.iter().map(|path| {
            let image = image::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).into_luma8();
            let text = std::fs::read_to_string(path.with_extension("gt.txt")).expect("the text is there");
            (image, 300, text)
        });
        let drawn = shelf::demo::book().pages;
        let drawn = drawn.into_iter().filter(|page| page.text().len() > 1000);
        real.chain(drawn.map(|page| {
            let text = page.text();
            (page.image, page.dpi, text)
        }))
        .collect()
    }
}

/// Bad scans of pages.
#[derive(Debug, Clone)]
pub struct BadScan {
    /// The scan.
    pub path: PathBuf,
    /// The file with its text.
    pub truth: PathBuf,
    /// Its resolution, dots per inch.
    pub dpi: f64,
}

/// Makes bad scans of the pages of a set, and takes them through `corrected` as a book.
///
/// # Panics
/// A page cannot be read or written.
#[must_use]
pub fn read_bad_scans(shelf: &Shelf, data: &Path, set: PageSet) -> Vec<BadScan> {
    let pages = set.pages(data);
    let folder = shelf.library().join("scans").join(set.id());
    std::fs::create_dir_all(&folder).expect("a folder for scans");
    let scans = (0..pages.len() * SCANS_PER_PAGE).into_par_iter().map(|at| {
        let (image, dpi, text) = &pages[at / SCANS_PER_PAGE];
        let scan_dpi = RESOLUTIONS[at % RESOLUTIONS.len()];
        let path = folder.join(format!("{at:03}.png"));
        let truth = path.with_extension("gt.txt");
        let scan = Degrader::new(set.first_seed() + at as u64, scan_dpi).degrade(image, *dpi);
        scan.save(&path).expect("a scan is written");
        std::fs::write(&truth, text).expect("its text is written");
        BadScan { path, truth, dpi: f64::from(scan_dpi) }
    });
    let scans: Vec<BadScan> = scans.collect();
    shelf.correct(set.id(), &scans.iter().map(|scan| scan.path.clone()).collect::<Vec<_>>());
    scans
}

/// The words of the bad scans of a set.
///
/// # Panics
/// A page cannot be read.
#[must_use]
pub fn read_words(library: &Path, set: PageSet, scans: &[BadScan]) -> Vec<WordSample> {
    let words = (1..).zip(scans).flat_map(|(number, scan)| {
        let path = library.join(set.id()).join(format!("ocr/page_{number:04}.json"));
        let page = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let page: OcrPage = serde_json::from_slice(&page).expect("a page of the library");
        let text = std::fs::read_to_string(&scan.truth).expect("the text is there");
        compared(&page, &text)
            .into_iter()
            .map(|(word, is_right)| WordSample { dpi: scan.dpi, word, is_right })
            .collect::<Vec<_>>()
    });
    words.collect()
}

/// The words of a page, each with whether it was read as it is printed. The forms of quotation marks and dashes do not count, nor does the hyphen of a word
/// at a line end.
fn compared(page: &OcrPage, printed: &str) -> Vec<(Word, bool)> {
    let words: Vec<&Word> = page.words().collect();
    let read: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let printed: Vec<&str> = printed.split_whitespace().collect();
    let of_pair = |pair: WordPair| {
        let (read, printed) = (&read[pair.before.clone()], folded(&printed[pair.after].concat()));
        let whole = match read {
            [begins, ends] => begins.strip_suffix('-').map(|begins| folded(&format!("{begins}{ends}"))),
            _ => None,
        };
        let is_right = folded(&read.concat()) == printed || whole.is_some_and(|whole| whole == printed);
        words[pair.before].iter().map(|word| ((*word).clone(), is_right)).collect::<Vec<_>>()
    };
    align(&read, &printed).into_iter().flat_map(of_pair).collect()
}

fn folded(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '‘' | '’' | '`' => '\'',
            '“' | '”' => '"',
            '–' | '—' | '‐' => '-',
            c => c,
        })
        .collect()
}
