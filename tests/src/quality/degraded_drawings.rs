use std::path::PathBuf;

use image::{GrayImage, imageops};
use rayon::prelude::*;
use serde_json::Value;
use shelf::draw::{DarkEdge, Degrader, DrawnPage, EdgeTexture, NeighbourStrip, ScanSide};
use shelf::eval::ErrorRate;

use super::books::{characters, eval, json, texts};
use super::{Measure, Target, Unit};
use crate::Shelf;

/// Seeds of the degradations. They are for measuring; nothing was tuned on them.
const FIRST_SEED: u64 = 90_000;

/// A page with at least this character error rate should be flagged, and others should not.
const MIN_BAD_RATE: f64 = 0.02;

/// A kind of bad scan.
struct Kind {
    book: &'static str,
    id: &'static str,
    /// Resolutions, dots per inch: one for each page.
    dpi: &'static [u32],
    /// The most that a page is turned, degrees.
    skew_degrees: f32,
    /// The clockwise turn of the whole scan.
    quarter_turns: u32,
    /// What the scans show beside their pages.
    beside: Beside,
    /// The highest error rate of `ocr`, if it is limited.
    most_of_ocr: Option<f64>,
    /// Whether there are enough errors for the ratio of the error rates of `corrected` and `ocr` to mean something.
    has_ratio: bool,
}

/// What a scan shows beside its page.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Nothing,
    /// Dark bands in the margins: solid, fading, speckled and slanted ones.
    DarkEdges,
    /// The inner edge of the neighbouring page.
    Neighbour,
    /// A dark band over the starts or the ends of the lines.
    DarkText,
}

/// A kind whose pages are straight, upright and alone on their scans.
const COARSE: Kind = Kind {
    book: "drawn pages, coarse",
    id: "coarse",
    dpi: &[90, 95, 100, 100, 110, 110, 120, 130, 140, 150],
    skew_degrees: 0.0,
    quarter_turns: 0,
    beside: Beside::Nothing,
    most_of_ocr: None,
    has_ratio: false,
};

const KINDS: [Kind; 7] = [
    Kind { has_ratio: true, ..COARSE },
    Kind { book: "drawn pages, skewed", id: "skewed", dpi: &[200, 200, 200, 250, 300], skew_degrees: 5.0, ..COARSE },
    Kind { book: "drawn pages, worn", id: "worn", dpi: &[200, 250, 300, 300, 300], ..COARSE },
    Kind { book: "drawn pages, on their side", id: "sideways", dpi: &[300, 300], quarter_turns: 1, ..COARSE },
    Kind {
        book: "drawn pages, dark edges",
        id: "edges",
        dpi: &[200, 250, 300, 200, 250, 300],
        skew_degrees: 2.0,
        beside: Beside::DarkEdges,
        most_of_ocr: Some(0.01),
        ..COARSE
    },
    Kind {
        book: "drawn pages, beside the edge of another",
        id: "neighbour",
        dpi: &[200, 250, 300, 200, 250, 300],
        skew_degrees: 2.0,
        beside: Beside::Neighbour,
        most_of_ocr: Some(0.01),
        ..COARSE
    },
    Kind {
        book: "drawn pages, text under a dark edge",
        id: "covered",
        dpi: &[200, 250, 300, 200, 250, 300],
        skew_degrees: 2.0,
        beside: Beside::DarkText,
        ..COARSE
    },
];

impl Beside {
    /// The dark bands of a scan, of which the one at the left or right has this depth, and how they look.
    fn dark_edges(self, at: usize, skew_degrees: f32) -> Vec<DarkEdge> {
        let texture = [EdgeTexture::Solid, EdgeTexture::Gradient, EdgeTexture::Speckled][at % 3];
        let side = if at.is_multiple_of(2) { ScanSide::Left } else { ScanSide::Right };
        let band = |side, depth_in, texture| DarkEdge {
            slant_degrees: skew_degrees,
            ..DarkEdge::new(side, depth_in, texture)
        };
        match self {
            Self::Nothing | Self::Neighbour => Vec::new(),
            Self::DarkEdges => {
                let other = [ScanSide::Top, ScanSide::Bottom][at / 3 % 2];
                vec![band(side, 0.35, texture), band(other, 0.2, EdgeTexture::Solid)]
            }
            // The margins are 0.72 in and 0.83 in wide.
            Self::DarkText => vec![band(side, 1.0 + at as f32 / 20.0, texture)],
        }
    }

    /// The strip of the neighbouring page.
    fn neighbour(self, at: usize) -> Option<NeighbourStrip> {
        let side = if at.is_multiple_of(2) { ScanSide::Left } else { ScanSide::Right };
        let strip = || NeighbourStrip { side, width_in: 1.0 + at as f32 / 10.0, shadow: 40 * at as u8 };
        (self == Self::Neighbour).then(strip)
    }
}

impl Kind {
    /// The `at`-th scan of the kind with this number: a page, and what shows of its neighbour.
    fn scan(&self, number: usize, at: usize, page: &DrawnPage, neighbour: &DrawnPage) -> GrayImage {
        let dpi = self.dpi[at];
        let seed = FIRST_SEED + 100 * number as u64 + at as u64;
        // From one side to the other.
        let share = at as f32 / (self.dpi.len() - 1) as f32 * 2.0 - 1.0;
        let skew_degrees = self.skew_degrees * share;
        let dark_edges = self.beside.dark_edges(at, skew_degrees);
        let degrader = Degrader { skew_degrees, dark_edges, ..Degrader::new(seed, dpi) };
        let both = self.beside.neighbour(at).map(|strip| strip.beside(&page.image, &neighbour.image, page.dpi));
        let scan = degrader.degrade(both.as_ref().unwrap_or(&page.image), page.dpi);
        let scan = if both.is_some() { without_corners(&scan, skew_degrees) } else { scan };
        if self.quarter_turns == 1 { imageops::rotate90(&scan) } else { scan }
    }
}

/// Measures drawn pages that were degraded from seeds of their own.
///
/// # Panics
/// A command fails.
#[must_use]
pub fn degraded_drawings(shelf: &Shelf) -> Vec<Measure> {
    let mut measures = Vec::new();
    let drawn = shelf::demo::book();
    let pages: Vec<&DrawnPage> = drawn.pages.iter().filter(|page| page.text().len() > 1000).collect();
    let (mut bad, mut flagged, mut both) = (0_usize, 0_usize, 0_usize);
    for (number, kind) in (0..).zip(&KINDS) {
        let folder = shelf.library().join("drawn-files").join(kind.id);
        std::fs::create_dir_all(&folder).expect("a folder for scans");
        let scans = (0..kind.dpi.len()).into_par_iter().map(|at| {
            let page = pages[(number * 3 + at) % pages.len()];
            let neighbour = pages[(number * 3 + at + 1) % pages.len()];
            let path = folder.join(format!("{at:02}.png"));
            kind.scan(number, at, page, neighbour).save(&path).expect("a scan is written");
            std::fs::write(path.with_extension("gt.txt"), page.text()).expect("its text is written");
            path
        });
        let scans: Vec<PathBuf> = scans.collect();
        shelf.read(kind.id, &scans);
        let found = eval(shelf, kind.id, &["--stage", "corrected", "--truth"], &folder);
        let (before, after) = (characters(&found["total_before"]), characters(&found["total"]));
        let [mut of_ocr, mut of_corrected, of_both] = texts(kind.book, before, after, 1.0);
        of_ocr.target = kind.most_of_ocr.map_or(Target::Nothing, Target::AtMost);
        of_corrected.target = Target::AtMost(before.rate());
        let flags = pages_of(shelf, kind.id, &found);
        if kind.beside == Beside::DarkText {
            measures.extend([of_ocr, covered_pages(kind.book, &flags)]);
        } else {
            measures.extend([of_ocr, of_corrected]);
        }
        if kind.has_ratio {
            measures.push(of_both);
        }
        for (is_bad, is_flagged) in flags {
            bad += usize::from(is_bad);
            flagged += usize::from(is_flagged);
            both += usize::from(is_bad && is_flagged);
        }
    }
    let share = |what, of: usize| Measure {
        book: "drawn pages, all kinds",
        what,
        value: (of > 0).then(|| both as f64 / of as f64),
        counted: format!("{both} of {of} pages"),
        target: Target::AtLeast(0.85),
        unit: Unit::Ratio,
    };
    measures.push(share("pages with a CER above 2 % that `ocr` flags", bad));
    measures.push(share("pages that `ocr` flags with a CER above 2 %", flagged));
    measures
}

/// A turned scan without the empty corners at its left and right side.
fn without_corners(scan: &GrayImage, skew_degrees: f32) -> GrayImage {
    let corner = (skew_degrees.abs().to_radians() * scan.height() as f32 / 2.0).ceil() as u32 + 2;
    imageops::crop_imm(scan, corner, 0, scan.width() - 2 * corner, scan.height()).to_image()
}

/// How many of the pages that lost text under a dark edge are flagged. Under one that fades, text can still be read.
fn covered_pages(book: &'static str, flags: &[(bool, bool)]) -> Measure {
    let bad: Vec<bool> = flags.iter().filter(|(is_bad, _)| *is_bad).map(|(_, is_flagged)| *is_flagged).collect();
    let flagged = bad.iter().filter(|is_flagged| **is_flagged).count();
    Measure {
        book,
        what: "pages with a CER above 2 % that `ocr` flags",
        value: (!bad.is_empty()).then_some(flagged as f64 / bad.len().max(1) as f64),
        counted: format!("{flagged} of {} pages", bad.len()),
        target: Target::AtLeast(1.0),
        unit: Unit::Ratio,
    }
}

/// Of every page whether its error rate is high, and whether its expected error rate flags it.
fn pages_of(shelf: &Shelf, id: &str, found: &Value) -> Vec<(bool, bool)> {
    let report = json(&shelf.ok(["report", id, "--stage", "ocr", "--json"]));
    let rates =
        found["pages"].as_array().into_iter().flatten().map(|page| (page["page"].clone(), characters(&page["before"])));
    let rates: Vec<(Value, ErrorRate)> = rates.collect();
    let lines = report.as_array().into_iter().flatten();
    let line = |line: &Value| {
        let (_, errors) = rates.iter().find(|(page, _)| *page == line["page_num"]).expect("every page is measured");
        let flags = line["flagged"].as_array().into_iter().flatten();
        (errors.rate() > MIN_BAD_RATE, flags.into_iter().any(|flag| flag == "expected_cer"))
    };
    lines.map(line).collect()
}
