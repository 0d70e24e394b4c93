use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;
use serde_json::Value;
use shelf::demo;
use shelf::eval::labels::ClassScore;
use shelf::eval::{ErrorRate, HyphenScore, Normalisation, Score, score};
use shelf::pages::{MergedPage, OcrPage, PageText};

use super::conservation::{lost, pages};
use super::put_in::words_put_in;
use super::structure::FoundElements;
use super::{Measure, Target, Unit};
use crate::Shelf;

/// Measures the books in `data` and the drawn book, in an empty library. The books stay there.
///
/// # Panics
/// A command fails.
#[must_use]
pub fn books(shelf: &Shelf, data: &Path) -> Vec<Measure> {
    let mut measures = Vec::new();
    florida(shelf, data, &mut measures);
    degraded(shelf, data, &mut measures);
    commentaries(shelf, data, &mut measures);
    unreadable(shelf, data, &mut measures);
    drawn(shelf, &mut measures);
    measures
}

fn florida(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "Colonial Florida";
    let folder = data.join("book-colonial-florida");
    shelf.read("florida", &[folder.join("colonial-florida-20pp.pdf")]);
    let found = eval(shelf, "florida", &["--stage", "corrected", "--truth"], &folder);
    let (before, after) = (characters(&found["total_before"]), characters(&found["total"]));
    measures.extend(texts(book, before, after, 1.0));
    let worse = worst(&found, |page| edits(&page["score"]) - edits(&page["before"]));
    measures.push(Measure {
        book,
        what: "most characters by which `corrected` worsened a page",
        value: Some(worse),
        counted: pages_of(&found),
        target: Target::AtMost(1.0),
        unit: Unit::Count,
    });
    measures.extend(hyphens(book, hyphen_score(&found)));
    let labels = eval(shelf, "florida", &["--labels"], &folder.join("structure.tsv"));
    measures.push(page_numbers(book, &labels));
    for (class, what, least) in [
        ("HEADER", "F1 of running heads", 0.9),
        ("FOOTNOTE", "F1 of footnotes", 0.8),
        ("chapter heading", "F1 of headings", 0.8),
    ] {
        measures.push(f1(book, what, &labels, class, least));
    }
    measures.push(conservation(book, lost(shelf, "florida")));
}

fn degraded(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "bad scans";
    let folder = data.join("degraded");
    let scans = files(&folder, |path| has_extension(path, "jpg"));
    shelf.read("degraded", &scans);
    let found = eval(shelf, "degraded", &["--stage", "corrected", "--truth"], &folder);
    let plain = plain_tesseract(&scans).characters;
    let (before, after) = (characters(&found["total_before"]), characters(&found["total"]));
    measures.push(cer(book, "CER of plain `tesseract`", plain));
    measures.push(ratio(book, "CER of `ocr` relative to plain `tesseract`", plain, before, 0.7));
    measures.extend(texts(book, before, after, 0.9));
    let worse = worst(&found, |page| characters(&page["score"]).rate() - characters(&page["before"]).rate());
    measures.push(Measure {
        book,
        what: "most by which `corrected` worsened a page",
        value: Some(worse.max(0.0)),
        counted: pages_of(&found),
        target: Target::AtMost(0.001),
        unit: Unit::Percent,
    });
}

fn commentaries(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "commentaries";
    let folder = data.join("labels-commentaries/cu31924087948174");
    shelf.read("commentaries", &files(&folder.join("imgs"), |path| has_extension(path, "png")));
    let labels = eval(shelf, "commentaries", &["--labels"], &folder.join("cu31924087948174_olr.tsv"));
    measures.push(f1(book, "F1 of running heads and headings", &labels, "head or heading", 0.9));
    measures.push(f1(book, "F1 of footnotes", &labels, "FOOTNOTE", 0.8));
    measures.push(conservation(book, lost(shelf, "commentaries")));
}

/// Illegible pages must be flagged and not corrected to wrong words: a plausible wrong word is worse than an obvious error.
fn unreadable(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "illegible pages";
    let scans = files(&data.join("cer"), |path| path.to_string_lossy().contains(".noisy."));
    shelf.read("noisy", &scans);
    let report = |stage| json(&shelf.ok(["report", "noisy", "--stage", stage, "--json"]));
    for (stage, what) in
        [("ocr", "flagged by `ocr`"), ("corrected", "flagged by `corrected`"), ("labels", "flagged by `labels`")]
    {
        let is_flagged = |line: &&Value| line["flagged"].as_array().is_some_and(|flags| !flags.is_empty());
        let flagged = report(stage).as_array().into_iter().flatten().filter(is_flagged).count();
        measures.push(Measure {
            book,
            what,
            value: Some(flagged as f64),
            counted: format!("{flagged} of {} pages", scans.len()),
            target: Target::AtLeast(scans.len() as f64),
            unit: Unit::Count,
        });
    }
    let (mut all, mut hopeless, mut hopeless_pages) = (ErrorRate::default(), ErrorRate::default(), 0);
    let lines = report("corrected");
    for (at, (scan, [ocr, _, merged])) in scans.iter().zip(pages(shelf, "noisy")).enumerate() {
        let truth = scan.with_extension("").with_extension("gt.txt");
        let put_in = words_put_in(&text::<OcrPage>(ocr), &text::<MergedPage>(merged), &read(&truth));
        all = all + put_in;
        if lines[at]["illegible"] == true {
            hopeless = hopeless + put_in;
            hopeless_pages += 1;
        }
    }
    measures.push(Measure {
        book,
        what: "words added by `corrected` on pages that it finds illegible",
        value: (hopeless_pages > 0).then_some(hopeless.length as f64),
        counted: format!("{hopeless_pages} of {} pages", scans.len()),
        target: Target::AtMost(0.0),
        unit: Unit::Count,
    });
    measures.push(Measure {
        book,
        what: "words added by `corrected` that are not in the truth",
        value: (all.length > 0).then(|| all.rate()),
        counted: format!("{} of {}", all.edits, all.length),
        target: Target::AtMost(0.1),
        unit: Unit::Percent,
    });
}

fn text<T: PageText + DeserializeOwned>(page: Value) -> String {
    serde_json::from_value::<T>(page).expect("a stored page fits its type").text()
}

/// How crooked, dusty and unevenly lit the drawn book is; the last scan stays in the library. One scan has less than fifty hyphens of either kind.
const SEEDS: [&str; 2] = ["2", "1"];

fn drawn(shelf: &Shelf, measures: &mut Vec<Measure>) {
    let book = "the drawn book, scanned twice";
    let (mut before, mut after) = (ErrorRate::default(), ErrorRate::default());
    let (mut judged, mut lost_in_all) = (HyphenScore::default(), ErrorRate::default());
    let (mut wrong, mut numbered) = (0, 0);
    let (drawn, mut elements) = (demo::book().pages, FoundElements::default());
    for seed in SEEDS {
        let demo = json(&shelf.ok(["demo", "--json", "--seed", seed]));
        let truth = shelf.library().join("demo-files/truth");
        let found = eval(shelf, "demo", &["--stage", "corrected", "--truth"], &truth);
        before = before + characters(&found["total_before"]);
        after = after + characters(&found["total"]);
        judged = judged + hyphen_score(&found);
        lost_in_all = lost_in_all + lost(shelf, "demo");
        let exported = shelf.library().join("demo-files/demo.json");
        shelf.ok(["export", "demo", "--format", "json", "-o", &exported.display().to_string()]);
        elements.add(&drawn, &json(&read(&exported)));
        for numbers in demo["pages"].as_array().into_iter().flatten().map(|page| &page["printed_page_number"]) {
            numbered += usize::from(!numbers["drawn"].is_null());
            wrong += usize::from(numbers["found"] != numbers["drawn"]);
        }
    }
    measures.extend(texts(book, before, after, 1.0));
    measures.extend(hyphens(book, judged));
    measures.push(Measure {
        book,
        what: "page numbers that are wrong or not printed",
        value: Some(wrong as f64),
        counted: format!("{numbered} are printed"),
        target: Target::AtMost(0.0),
        unit: Unit::Count,
    });
    measures.extend(elements.measures(book));
    measures.push(conservation(book, lost_in_all));
}

/// CER before and after, and their ratio, which is at most `most`.
pub(super) fn texts(book: &'static str, before: ErrorRate, after: ErrorRate, most: f64) -> [Measure; 3] {
    [
        cer(book, "CER of `ocr`", before),
        cer(book, "CER of `corrected`", after),
        ratio(book, "CER of `corrected` relative to `ocr`", before, after, most),
    ]
}

fn cer(book: &'static str, what: &'static str, errors: ErrorRate) -> Measure {
    Measure {
        book,
        what,
        value: (errors.length > 0).then(|| errors.rate()),
        counted: format!("{} of {} characters", errors.edits, errors.length),
        target: Target::Nothing,
        unit: Unit::Percent,
    }
}

pub(super) fn ratio(book: &'static str, what: &'static str, before: ErrorRate, after: ErrorRate, most: f64) -> Measure {
    Measure {
        book,
        what,
        value: (before.edits > 0).then(|| after.rate() / before.rate()),
        counted: format!("{} to {} edits", after.edits, before.edits),
        target: Target::AtMost(most),
        unit: Unit::Ratio,
    }
}

fn hyphens(book: &'static str, score: HyphenScore) -> [Measure; 2] {
    [("hyphens of line ends, removed", score.split), ("hyphens of words at line ends, kept", score.real)].map(
        |(what, wrong)| Measure {
            book,
            what,
            value: (wrong.length > 0).then(|| 1.0 - wrong.rate()),
            counted: format!("{} of {}", wrong.length - wrong.edits, wrong.length),
            target: Target::AtLeast(0.98),
            unit: Unit::Percent,
        },
    )
}

fn f1(book: &'static str, what: &'static str, labels: &Value, class: &str, least: f64) -> Measure {
    let class = &labels["labels"]["classes"][class];
    let [expected, found, claimed, right] = ["expected", "found", "claimed", "right"].map(|name| count(&class[name]));
    Measure {
        book,
        what,
        value: ClassScore { expected, found, claimed, right }.f1(),
        counted: format!("{found} of {expected} found, {right} of {claimed} right"),
        target: Target::AtLeast(least),
        unit: Unit::Ratio,
    }
}

/// How many printed page numbers of Colonial Florida are right: all should be.
pub(super) fn page_numbers(book: &'static str, labels: &Value) -> Measure {
    let numbers = &labels["labels"]["page_numbers"];
    let (right, pages) = (count(&numbers["right"]), count(&numbers["pages"]));
    Measure {
        book,
        what: "printed page numbers right",
        value: Some(right as f64),
        counted: format!("{right} of {pages}"),
        target: Target::AtLeast(20.0),
        unit: Unit::Count,
    }
}

pub(super) fn conservation(book: &'static str, lost: ErrorRate) -> Measure {
    Measure {
        book,
        what: "paragraphs of `ocr` that are not in `merged` once, with their text",
        value: (lost.length > 0).then_some(lost.edits as f64),
        counted: format!("{} of {}", lost.edits, lost.length),
        target: Target::AtMost(0.0),
        unit: Unit::Count,
    }
}

pub(super) fn eval(shelf: &Shelf, id: &str, arguments: &[&str], truth: &Path) -> Value {
    let arguments = ["eval", id, "--json"].into_iter().chain(arguments.iter().copied()).map(std::ffi::OsStr::new);
    json(&shelf.ok(arguments.chain([truth.as_os_str()])))
}

pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn count(value: &Value) -> usize {
    let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
    count.unwrap_or_else(|| panic!("expected a count, found {value}"))
}

fn errors(rate: &Value) -> ErrorRate {
    ErrorRate { edits: count(&rate["edits"]), length: count(&rate["length"]) }
}

pub(super) fn characters(score: &Value) -> ErrorRate {
    errors(&score["characters"])
}

fn hyphen_score(found: &Value) -> HyphenScore {
    HyphenScore { split: errors(&found["hyphens"]["split"]), real: errors(&found["hyphens"]["real"]) }
}

fn edits(score: &Value) -> f64 {
    characters(score).edits as f64
}

fn worst(found: &Value, by: impl Fn(&Value) -> f64) -> f64 {
    found["pages"].as_array().into_iter().flatten().map(by).fold(f64::NEG_INFINITY, f64::max)
}

fn pages_of(found: &Value) -> String {
    format!("{} pages", found["pages"].as_array().map_or(0, Vec::len))
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// The files of a folder that are `wanted`, by name.
pub(super) fn files(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| wanted(path));
    files.sort();
    files
}

/// What the `tesseract` command makes of scans, each beside its `.gt.txt`.
fn plain_tesseract(scans: &[PathBuf]) -> Score {
    let read = |scan: &PathBuf| {
        let output = Command::new("tesseract").arg(scan).arg("stdout").env("OMP_THREAD_LIMIT", "1").output();
        let text = String::from_utf8_lossy(&output.expect("tesseract is installed").stdout).into_owned();
        score(&self::read(&scan.with_extension("gt.txt")), &text, &Normalisation::default())
    };
    scans.iter().map(read).sum()
}

fn read(truth: &Path) -> String {
    std::fs::read_to_string(truth).unwrap_or_else(|error| panic!("{}: {error}", truth.display()))
}
