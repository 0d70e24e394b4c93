//! How good shelf's texts and labels are, on real scans with known text and on the drawn book: the numbers of `docs/quality.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use shelf::book::PageNumber;
use shelf::eval::{Normalisation, Score, score};

use crate::Shelf;

/// Something that is measured, and what it has to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// On which pages.
    pub book: &'static str,
    /// What.
    pub what: &'static str,
    /// What it came to.
    pub value: f64,
    /// What it has to come to.
    pub target: Target,
    /// How it is written.
    pub unit: Unit,
}

/// What a number has to come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// Not more.
    AtMost(f64),
    /// Not less.
    AtLeast(f64),
    /// It is there to be known.
    Nothing,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1, in percent.
    Percent,
    /// A count.
    Count,
    /// A share or a ratio, with three decimals.
    Ratio,
}

impl Measure {
    /// Whether it reaches what it has to.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        match self.target {
            Target::AtMost(most) => self.value <= most,
            Target::AtLeast(least) => self.value >= least,
            Target::Nothing => true,
        }
    }

    fn written(&self, value: f64) -> String {
        match self.unit {
            Unit::Percent => format!("{:.2} %", value * 100.0),
            Unit::Count => format!("{value:.0}"),
            Unit::Ratio => format!("{value:.3}"),
        }
    }

    fn target(&self) -> String {
        match self.target {
            Target::AtMost(most) => format!("≤ {}", self.written(most)),
            Target::AtLeast(least) => format!("≥ {}", self.written(least)),
            Target::Nothing => String::new(),
        }
    }
}

/// Measures all of it on the scans in `data`, in an empty library. The books stay there.
///
/// # Panics
/// A command fails.
#[must_use]
pub fn measure(shelf: &Shelf, data: &Path) -> Vec<Measure> {
    let mut measures = Vec::new();
    florida(shelf, data, &mut measures);
    degraded(shelf, data, &mut measures);
    commentaries(shelf, data, &mut measures);
    unreadable(shelf, data, &mut measures);
    drawn(shelf, &mut measures);
    measures
}

/// The measures as a table in Markdown.
#[must_use]
pub fn table(measures: &[Measure]) -> String {
    let mut table = "| book | what | reached | to reach |\n| --- | --- | --- | --- |\n".to_owned();
    for measure in measures {
        let Measure { book, what, .. } = measure;
        let (reached, target) = (measure.written(measure.value), measure.target());
        let missed = if measure.is_reached() { "" } else { " **missed**" };
        let _ = writeln!(table, "| {book} | {what} | {reached}{missed} | {target} |");
    }
    table
}

fn florida(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "Colonial Florida";
    let folder = data.join("book-colonial-florida");
    shelf.read("florida", &[folder.join("colonial-florida-20pp.pdf")]);
    let found = eval(shelf, "florida", &["--stage", "corrected", "--truth"], &folder);
    texts(book, &found, 1.0, measures);
    let worse = worst(&found, |page| edits(&page["score"]) - edits(&page["before"]));
    measures.push(of(
        book,
        "most characters by which `corrected` made a page worse",
        worse,
        Target::AtMost(1.0),
        Unit::Count,
    ));
    hyphens(book, &found, measures);
    let labels = eval(shelf, "florida", &["--labels"], &folder.join("structure.tsv"));
    let numbers = &labels["labels"]["page_numbers"];
    let right = numbers["right"].as_f64().unwrap_or_default();
    measures.push(of(book, "printed page numbers, of 20", right, Target::AtLeast(20.0), Unit::Count));
    for (class, what, least) in [
        ("HEADER", "F1 of running heads", 0.9),
        ("FOOTNOTE", "F1 of footnotes", 0.8),
        ("chapter heading", "F1 of headings", 0.8),
    ] {
        measures.push(f1(book, what, &labels, class, least));
    }
    measures.push(of(
        book,
        "paragraphs of `ocr` that are not once in `merged`",
        lost(shelf, "florida"),
        Target::AtMost(0.0),
        Unit::Count,
    ));
}

fn degraded(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "bad scans";
    let folder = data.join("degraded");
    let scans = files(&folder, |path| has_extension(path, "jpg"));
    shelf.read("degraded", &scans);
    let found = eval(shelf, "degraded", &["--stage", "corrected", "--truth"], &folder);
    let plain = plain_tesseract(&scans).characters.rate();
    let read = rate(&found["total_before"]);
    measures.push(of(book, "CER of plain `tesseract`", plain, Target::Nothing, Unit::Percent));
    measures.push(of(
        book,
        "CER of `ocr`, to that of plain `tesseract`",
        read / plain,
        Target::AtMost(0.7),
        Unit::Ratio,
    ));
    texts(book, &found, 0.9, measures);
    let worse = worst(&found, |page| rate(&page["score"]) - rate(&page["before"]));
    measures.push(of(
        book,
        "most by which `corrected` made a page worse",
        worse.max(0.0),
        Target::AtMost(0.001),
        Unit::Percent,
    ));
}

fn commentaries(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "commentaries";
    let folder = data.join("labels-commentaries/cu31924087948174");
    shelf.read("commentaries", &files(&folder.join("imgs"), |path| has_extension(path, "png")));
    let labels = eval(shelf, "commentaries", &["--labels"], &folder.join("cu31924087948174_olr.tsv"));
    measures.push(f1(book, "F1 of running heads and headings", &labels, "head or heading", 0.9));
    measures.push(f1(book, "F1 of footnotes", &labels, "FOOTNOTE", 0.8));
    measures.push(of(
        book,
        "paragraphs of `ocr` that are not once in `merged`",
        lost(shelf, "commentaries"),
        Target::AtMost(0.0),
        Unit::Count,
    ));
}

fn unreadable(shelf: &Shelf, data: &Path, measures: &mut Vec<Measure>) {
    let book = "pages nobody can read";
    shelf.read("noisy", &files(&data.join("cer"), |path| path.to_string_lossy().contains(".noisy.")));
    let report = |stage: &str| json(&shelf.ok(["report", "noisy", "--stage", stage, "--json"]));
    let flagged = |line: &&Value| line["flagged"].as_array().is_some_and(|flags| !flags.is_empty());
    for (stage, what) in [
        ("ocr", "of 2, flagged by `ocr`"),
        ("corrected", "of 2, flagged by `corrected`"),
        ("labels", "of 2, flagged by `labels`"),
    ] {
        let lines = report(stage);
        let count = lines.as_array().into_iter().flatten().filter(flagged).count();
        measures.push(of(book, what, count as f64, Target::AtLeast(2.0), Unit::Count));
    }
}

fn drawn(shelf: &Shelf, measures: &mut Vec<Measure>) {
    let book = "the drawn book";
    let demo = json(&shelf.ok(["demo", "--json"]));
    let truth = PathBuf::from(demo["library"].as_str().unwrap_or_default()).join("demo-files/truth");
    let truth = if truth.is_dir() { truth } else { shelf.library().join("demo-files/truth") };
    let found = eval(shelf, "demo", &["--stage", "corrected", "--truth"], &truth);
    texts(book, &found, 1.0, measures);
    hyphens(book, &found, measures);
    let labels = eval(shelf, "demo", &["--labels"], &truth.join("structure.tsv"));
    let numbers = &labels["labels"]["page_numbers"];
    let (right, pages) = (numbers["right"].as_f64().unwrap_or_default(), numbers["pages"].as_f64().unwrap_or(1.0));
    // Tesseract leaves out some of the digits that stand alone at a foot.
    measures.push(of(book, "printed page numbers right", right / pages, Target::AtLeast(0.7), Unit::Percent));
    measures.push(of(
        book,
        "paragraphs of `ocr` that are not once in `merged`",
        lost(shelf, "demo"),
        Target::AtMost(0.0),
        Unit::Count,
    ));
}

/// CER before and after, and their ratio, which is at most `most`.
fn texts(book: &'static str, found: &Value, most: f64, measures: &mut Vec<Measure>) {
    let (before, after) = (rate(&found["total_before"]), rate(&found["total"]));
    measures.push(of(book, "CER of `ocr`", before, Target::Nothing, Unit::Percent));
    measures.push(of(book, "CER of `corrected`", after, Target::Nothing, Unit::Percent));
    measures.push(of(book, "CER of `corrected`, to that of `ocr`", after / before, Target::AtMost(most), Unit::Ratio));
}

fn hyphens(book: &'static str, found: &Value, measures: &mut Vec<Measure>) {
    let share = |kind: &str| {
        let of_kind = |field: &str| found["hyphens"][kind][field].as_f64().unwrap_or_default();
        (of_kind("length") > 0.0).then(|| 1.0 - of_kind("edits") / of_kind("length"))
    };
    for (kind, what) in
        [("split", "hyphens of the line end, taken out"), ("real", "hyphens of the word at a line end, kept")]
    {
        if let Some(share) = share(kind) {
            measures.push(of(book, what, share, Target::AtLeast(0.98), Unit::Percent));
        }
    }
}

fn f1(book: &'static str, what: &'static str, labels: &Value, class: &str, least: f64) -> Measure {
    let value = labels["labels"]["classes"][class]["f1"].as_f64().unwrap_or_default();
    of(book, what, value, Target::AtLeast(least), Unit::Ratio)
}

fn of(book: &'static str, what: &'static str, value: f64, target: Target, unit: Unit) -> Measure {
    Measure { book, what, value, target, unit }
}

fn eval(shelf: &Shelf, id: &str, arguments: &[&str], truth: &Path) -> Value {
    let arguments = ["eval", id, "--json"].into_iter().chain(arguments.iter().copied()).map(std::ffi::OsStr::new);
    json(&shelf.ok(arguments.chain([truth.as_os_str()])))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn rate(score: &Value) -> f64 {
    score["cer"].as_f64().expect("every score has a CER")
}

fn edits(score: &Value) -> f64 {
    score["characters"]["edits"].as_f64().expect("every score has edits")
}

fn worst(found: &Value, by: impl Fn(&Value) -> f64) -> f64 {
    found["pages"].as_array().into_iter().flatten().map(by).fold(f64::NEG_INFINITY, f64::max)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn files(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
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
        let truth = std::fs::read_to_string(scan.with_extension("gt.txt")).expect("every scan has its truth");
        score(&truth, &text, &Normalisation::default())
    };
    scans.iter().map(read).sum()
}

/// Paragraphs of `ocr` that do not stand in `merged` exactly once, over a book.
fn lost(shelf: &Shelf, id: &str) -> f64 {
    let mut lost = 0;
    for page in files(&shelf.library().join(id).join("ocr"), |path| PageNumber::of_page_file(&name_of(path)).is_some())
    {
        let name = name_of(&page);
        let before = paragraphs(&shelf.json(&format!("{id}/ocr/{name}")));
        let after = paragraphs(&shelf.json(&format!("{id}/merged/{name}")));
        lost += before.iter().filter(|paragraph| after.iter().filter(|other| other == paragraph).count() != 1).count();
    }
    lost as f64
}

fn paragraphs(page: &Value) -> Vec<(u64, u64)> {
    let blocks = page["blocks"].as_array().into_iter().flatten();
    let of_block = |block: &Value| {
        let number = block["block_num"].as_u64().unwrap_or_default();
        let paragraphs = block["paragraphs"].as_array().cloned().unwrap_or_default();
        paragraphs.into_iter().map(move |paragraph| (number, paragraph["par_num"].as_u64().unwrap_or_default()))
    };
    blocks.flat_map(of_block).collect()
}
