use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{GrayImage, Luma};
use rayon::prelude::*;
use shelf::draw::{Degrader, Random};

use super::PageTruth;
use super::excerpts::Excerpts;
use super::manuscript::Manuscript;
use super::style::Style;

/// A typeset book as scans, with what they show.
#[derive(Debug, Clone)]
pub struct TypesetBook {
    /// Its name: the typeface, and how it was scanned.
    pub name: String,
    /// The scans in order, each with its `.gt.txt` beside it.
    pub scans: Vec<PathBuf>,
    /// What each scan shows.
    pub pages: Vec<PageTruth>,
}

/// How many books are measured.
pub const BOOKS: usize = 10;

/// Seeds of the books for tuning begin here, those of the books for testing there.
const TUNING_SEED: u64 = 10_000;
const TESTING_SEED: u64 = 70_000;

/// How a book is scanned.
#[derive(Debug, Clone, Copy)]
enum Scanning {
    /// In grey, straight, by a good scanner.
    Clean,
    /// In black and white, slightly skewed.
    Bilevel,
    /// By a worn scanner, with all defects of a [`Degrader`], moderate.
    Worn,
    /// Coarse.
    Coarse,
}

const SCANNINGS: [Scanning; 5] =
    [Scanning::Clean, Scanning::Bilevel, Scanning::Worn, Scanning::Coarse, Scanning::Bilevel];

/// Typesets and scans book `number`, from 0, in `folder`, with texts from `texts`. A book that is there is not made again.
pub(super) fn typeset(folder: &Path, texts: &Path, number: usize, is_for_testing: bool) -> io::Result<TypesetBook> {
    let seed = if is_for_testing { TESTING_SEED } else { TUNING_SEED } + number as u64;
    let mut random = Random::new(seed);
    let style = Style::new(&mut random, number, is_for_testing);
    let scanning = SCANNINGS[number % SCANNINGS.len()];
    let book = folder.join(format!("{}-{number:02}", if is_for_testing { "test" } else { "tune" }));
    fs::create_dir_all(&book)?;
    let excerpts = Excerpts::read(texts, is_for_testing)?;
    let tex = Manuscript::write(&style, &excerpts, &mut random);
    let is_there =
        book.join("complete").exists() && fs::read_to_string(book.join("book.tex")).is_ok_and(|old| old == tex);
    if !is_there {
        run_tex(&book, &tex)?;
        scan(&book, scanning, seed)?;
        fs::write(book.join("complete"), "")?;
    }
    let truth = fs::read_to_string(book.join("book.truth.jsonl"))?;
    let pages: Vec<PageTruth> = truth.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let scans: Vec<PathBuf> = (1..=pages.len()).map(|page| book.join(format!("scan_{page:03}.png"))).collect();
    for (scan, page) in scans.iter().zip(&pages) {
        fs::write(scan.with_extension("gt.txt"), page.text())?;
    }
    Ok(TypesetBook { name: format!("{}, {scanning:?}", style.typeface.0), scans, pages })
}

fn run_tex(folder: &Path, tex: &str) -> io::Result<()> {
    fs::write(folder.join("book.tex"), tex)?;
    fs::write(folder.join("shelfbook.sty"), include_str!("shelfbook.sty"))?;
    fs::write(folder.join("recorder.lua"), include_str!("recorder.lua"))?;
    let figure = GrayImage::from_fn(600, 420, |x, y| {
        let (across, down) = (x as f32 / 600.0 - 0.5, y as f32 / 420.0 - 0.5);
        let shade = 0.5 + 0.5 * (across * across + down * down).sqrt();
        let hatching = ((x as f32 * 0.7 + y as f32 * 0.4).sin() * 0.5 + 0.5) * shade;
        Luma([if hatching > 0.35 { 255 } else { 20 }])
    });
    figure.save(folder.join("figure.png")).map_err(io::Error::other)?;
    // Twice: the table of contents and the marks of notes need the first run's page numbers.
    for _ in 0..2 {
        succeed(Command::new("lualatex").args(["-interaction=batchmode", "-halt-on-error", "book.tex"]), folder)?;
    }
    Ok(())
}

/// The pages of `book.pdf` as bad as `scanning` makes them.
fn scan(folder: &Path, scanning: Scanning, seed: u64) -> io::Result<()> {
    let dpi = if matches!(scanning, Scanning::Coarse) { 300 } else { 400 };
    succeed(Command::new("pdftoppm").args(["-r", &dpi.to_string(), "-gray", "book.pdf", "page"]), folder)?;
    let mut pages: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "pgm"));
    pages.sort();
    let scanned = pages.par_iter().enumerate().map(|(at, path)| {
        let page = image::open(path).map_err(io::Error::other)?.into_luma8();
        let image = scanning.scan(&page, dpi, seed * 1000 + at as u64);
        fs::remove_file(path)?;
        image.save(folder.join(format!("scan_{:03}.png", at + 1))).map_err(io::Error::other)
    });
    scanned.collect::<io::Result<()>>()
}

impl Scanning {
    fn scan(self, page: &GrayImage, page_dpi: u32, seed: u64) -> GrayImage {
        let mut random = Random::new(seed);
        let straight = Degrader {
            blurs: 0,
            ink_loss: 0,
            bleed_through: 0,
            shading: 10,
            noise: 4,
            jpeg_quality: 90,
            ..Degrader::new(seed, 300)
        };
        let degrader = match self {
            Self::Clean => straight,
            Self::Bilevel => Degrader { skew_degrees: random.around_zero(), noise: 30, ..straight },
            Self::Worn => Degrader { skew_degrees: 1.5 * random.around_zero(), ..Degrader::new(seed, 250) },
            Self::Coarse => Degrader { skew_degrees: 0.7 * random.around_zero(), ..Degrader::new(seed, 150) },
        };
        let mut scan = degrader.degrade(page, page_dpi);
        if matches!(self, Self::Bilevel) {
            for pixel in scan.pixels_mut() {
                pixel.0[0] = if pixel.0[0] < 130 { 0 } else { 255 };
            }
        }
        scan
    }
}

fn succeed(command: &mut Command, folder: &Path) -> io::Result<()> {
    let output = command.current_dir(folder).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let end: Vec<&str> = said.lines().rev().take(5).collect();
    Err(io::Error::other(format!("{command:?} in {}: {}", folder.display(), end.join(" / "))))
}
