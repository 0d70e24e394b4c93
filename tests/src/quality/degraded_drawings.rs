use image::imageops;
use serde_json::Value;
use shelf::draw::{Degrader, DrawnPage};
use shelf::eval::ErrorRate;

use super::books::{characters, eval, json, ratio, texts};
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
    /// The most that the ratio of the error rates of `corrected` and `ocr` may be.
    most: f64,
}

const KINDS: [Kind; 4] = [
    Kind {
        book: "drawn pages, coarse",
        id: "coarse",
        dpi: &[90, 95, 100, 100, 110, 110, 120, 130, 140, 150],
        skew_degrees: 0.0,
        quarter_turns: 0,
        most: 1.0,
    },
    Kind {
        book: "drawn pages, skewed",
        id: "skewed",
        dpi: &[200, 200, 200, 250, 300],
        skew_degrees: 5.0,
        quarter_turns: 0,
        most: 1.0,
    },
    Kind {
        book: "drawn pages, worn",
        id: "worn",
        dpi: &[200, 250, 300, 300, 300],
        skew_degrees: 0.0,
        quarter_turns: 0,
        most: 1.0,
    },
    Kind {
        book: "drawn pages, on their side",
        id: "sideways",
        dpi: &[300, 300],
        skew_degrees: 0.0,
        quarter_turns: 1,
        most: 1.0,
    },
];

/// Measures drawn pages that were degraded from seeds of their own.
pub(super) fn degraded_drawings(shelf: &Shelf, measures: &mut Vec<Measure>) {
    let drawn = shelf::demo::book();
    let pages: Vec<&DrawnPage> = drawn.pages.iter().filter(|page| page.text().len() > 1000).collect();
    let (mut bad, mut flagged, mut both) = (0_usize, 0_usize, 0_usize);
    for (number, kind) in (0..).zip(&KINDS) {
        let folder = shelf.library().join("drawn-files").join(kind.id);
        std::fs::create_dir_all(&folder).expect("a folder for scans");
        let mut scans = Vec::new();
        for (at, dpi) in (0..).zip(kind.dpi) {
            let page = pages[(number * 3 + at) % pages.len()];
            let seed = FIRST_SEED + 100 * number as u64 + at as u64;
            // From one side to the other.
            let share = at as f32 / (kind.dpi.len() - 1) as f32 * 2.0 - 1.0;
            let degrader = Degrader { skew_degrees: kind.skew_degrees * share, ..Degrader::new(seed, *dpi) };
            let scan = degrader.degrade(&page.image, page.dpi);
            let scan = if kind.quarter_turns == 1 { imageops::rotate90(&scan) } else { scan };
            let path = folder.join(format!("{at:02}.png"));
            scan.save(&path).expect("a scan is written");
            std::fs::write(path.with_extension("gt.txt"), page.text()).expect("its text is written");
            scans.push(path);
        }
        shelf.read(kind.id, &scans);
        let found = eval(shelf, kind.id, &["--stage", "corrected", "--truth"], &folder);
        let (before, after) = (characters(&found["total_before"]), characters(&found["total"]));
        let [of_ocr, of_corrected, _] = texts(kind.book, before, after, kind.most);
        measures.extend([
            of_ocr,
            of_corrected,
            ratio(kind.book, "CER of `corrected` relative to `ocr`", before, after, kind.most),
        ]);
        for (is_bad, is_flagged) in pages_of(shelf, kind.id, &found) {
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
