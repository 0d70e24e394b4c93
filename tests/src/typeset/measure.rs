use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use shelf::eval::{Normalisation, score};
use shelf::pages::{Classification, CorrectedPage, MergedPage, OcrPage, PageText, TextRole};

use super::words::{Word, aligned, words};
use super::{Kind, TypesetBook};
use crate::Shelf;

/// What was found of something: how many there are and how many of them were found; how many were claimed and how many of them are right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// How many there are.
    pub expected: usize,
    /// How many of them were found.
    pub found: usize,
    /// How many were claimed.
    pub claimed: usize,
    /// How many of those are right.
    pub right: usize,
}

/// What was measured on the pages of a book.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Per page: what was measured, and its counts.
    pub pages: Vec<BTreeMap<&'static str, Found>>,
    /// What is wrong, in words, for those who mend it.
    pub defects: Vec<String>,
}

/// Measures a book that shelf has read as `id`.
///
/// # Panics
/// A page is missing, or a command fails.
#[must_use]
pub fn measure(shelf: &Shelf, id: &str, book: &TypesetBook) -> Measured {
    let mut measured = Measured::default();
    let report = shelf.ok(["report", id, "--stage", "ocr", "--json"]);
    let report: Vec<Value> = serde_json::from_str(&report).expect("a report is JSON");
    let is_flagged =
        |line: &&Value| line["flagged"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "expected_cer"));
    let flagged: Vec<u64> = report.iter().filter(is_flagged).filter_map(|line| line["page_num"].as_u64()).collect();
    for at in 0..book.pages.len() {
        measured.pages.push(BTreeMap::new());
        measured.page((shelf, id), book, at, &flagged);
    }
    measured.flow(shelf, id, book);
    measured
}

/// A line of the truth: the page's index and the line's.
type Place = (usize, usize);

impl Measured {
    fn add(&mut self, page: usize, what: &'static str, found: Found) {
        let total = self.pages[page].entry(what).or_default();
        total.expected += found.expected;
        total.found += found.found;
        total.claimed += found.claimed;
        total.right += found.right;
    }

    fn share(&mut self, page: usize, what: &'static str, is_right: bool) {
        self.add(
            page,
            what,
            Found { expected: 1, found: usize::from(is_right), claimed: 1, right: usize::from(is_right) },
        );
    }

    fn page(&mut self, (shelf, id): (&Shelf, &str), book: &TypesetBook, at: usize, flagged: &[u64]) {
        let truth = &book.pages[at];
        let merged: MergedPage = page(shelf, id, "merged", at);
        let in_paragraph = |a: Place, b: Place| truth.lines[a.1].paragraph == truth.lines[b.1].paragraph;
        let true_words =
            words(truth.lines.iter().enumerate().map(|(line, text)| ((at, line), text.text.clone())), in_paragraph);
        self.characters((shelf, id), book, at, (&true_words, flagged));

        // The lines of `merged` with the role of their block.
        let mut roles: Vec<TextRole> = Vec::new();
        let mut lines = Vec::new();
        for block in &merged.blocks {
            for line in block.paragraphs.iter().flat_map(|paragraph| paragraph.text.lines()) {
                lines.push((lines.len(), line.to_owned()));
                roles.push(role(block.classification));
            }
        }
        let found_words = words(lines.clone(), |_, _| true);
        let places = aligned(&true_words, &found_words);
        let mut of_true_line: BTreeMap<usize, Vec<TextRole>> = BTreeMap::new();
        let mut of_found_line: BTreeMap<usize, Vec<Kind>> = BTreeMap::new();
        for (word, found) in true_words.iter().zip(&places) {
            if let Some(found) = found {
                let found_line = found_words[*found].place;
                of_true_line.entry(word.place.1).or_default().push(roles[found_line]);
                of_found_line.entry(found_line).or_default().push(truth.lines[word.place.1].kind);
            }
        }
        for (what, is_kind, is_role) in LABELS {
            for (line, found) in &of_true_line {
                let true_line = &truth.lines[*line];
                // A table of contents is one kind of text, with its heading.
                let is_of_contents =
                    true_line.kind == Kind::Heading && truth.lines.iter().any(|line| line.kind == Kind::Contents);
                if is_kind(true_line.kind) && !is_of_contents {
                    let is_found = most(found, |role| is_role(*role));
                    self.add(at, what, Found { expected: 1, found: usize::from(is_found), ..Found::default() });
                    if !is_found {
                        self.defects.push(format!(
                            "page {}: not read as {what}: `{}` ({:?})",
                            at + 1,
                            true_line.text,
                            found[0]
                        ));
                    }
                }
            }
            for (line, kinds) in &of_found_line {
                if is_role(roles[*line]) {
                    let is_right = most(kinds, |kind| is_kind(*kind));
                    self.add(at, what, Found { claimed: 1, right: usize::from(is_right), ..Found::default() });
                    if !is_right {
                        self.defects.push(format!(
                            "page {}: read as {what}: `{}` ({:?})",
                            at + 1,
                            lines[*line].1,
                            kinds[0]
                        ));
                    }
                }
            }
        }
        for (line, found) in &of_true_line {
            let true_line = &truth.lines[*line];
            let is_out = most(found, |role| matches!(role, TextRole::HeaderOrFooter | TextRole::Noise));
            if true_line.kind.is_outside_text() {
                self.share(at, KEPT_OUT, is_out);
                if !is_out {
                    self.defects.push(format!(
                        "page {}: in the text: `{}` ({:?})",
                        at + 1,
                        true_line.text,
                        true_line.kind
                    ));
                }
            } else {
                self.share(at, KEPT_IN, !is_out);
                if is_out {
                    self.defects.push(format!(
                        "page {}: out of the text: `{}` ({:?})",
                        at + 1,
                        true_line.text,
                        true_line.kind
                    ));
                }
            }
        }
        let (folio, number) = (truth.folio(), merged.printed_page_number.clone());
        let is_right = folio == number;
        let found = Found {
            expected: usize::from(folio.is_some()),
            found: usize::from(folio.is_some() && is_right),
            claimed: usize::from(number.is_some()),
            right: usize::from(number.is_some() && is_right),
        };
        self.add(at, "page numbers", found);
        if !is_right {
            self.defects.push(format!("page {}: the page number is {folio:?}, read as {number:?}", at + 1));
        }
    }

    /// The words that `ocr` read right and `corrected` changed, and the pages that `ocr` flags.
    fn characters(
        &mut self,
        (shelf, id): (&Shelf, &str),
        book: &TypesetBook,
        at: usize,
        (truth, flagged): (&[Word<Place>], &[u64]),
    ) {
        let text = |lines: &str| words(lines.lines().map(|line| (0, line.to_owned())).collect::<Vec<_>>(), |_, _| true);
        let read: OcrPage = page(shelf, id, "ocr", at);
        let corrected: CorrectedPage = page(shelf, id, "corrected", at);
        let (ocr_text, corrected_text) = (read.text(), corrected.text(&read));
        let truth_text = book.pages[at].text();
        let mut errors = |what, text: &str| {
            let errors = score(&truth_text, text, &Normalisation::default()).characters;
            self.add(at, what, Found { expected: errors.length, found: errors.edits, ..Found::default() });
            errors.rate()
        };
        // The leaders of a table of contents are read as dots, which the truth leaves out.
        if book.pages[at].lines.iter().all(|line| line.kind != Kind::Contents) {
            let rate = errors(CER_OF_OCR, &ocr_text);
            errors(CER_OF_CORRECTED, &corrected_text);
            let (is_bad, is_flagged) = (rate > MAX_GOOD_RATE, flagged.contains(&(at as u64 + 1)));
            let both = usize::from(is_bad && is_flagged);
            let flags =
                Found { expected: usize::from(is_bad), found: both, claimed: usize::from(is_flagged), right: both };
            self.add(at, FLAGGED, flags);
            if is_bad != is_flagged {
                let what = if is_flagged { "is flagged" } else { "is not flagged" };
                self.defects.push(format!("page {}: {what}, with a CER of {:.1} %", at + 1, rate * 100.0));
            }
        }
        let (ocr, corrected) = (text(&ocr_text), text(&corrected_text));
        let (before, after) = (aligned(truth, &ocr), aligned(truth, &corrected));
        let is_same = |truth: &Word<Place>, found: &Word<i32>| {
            // Small capitals may be read as small letters.
            let is_in_capitals = truth.text.chars().all(|c| !c.is_lowercase());
            let bare = |text: &str| {
                let text = text.replace(['-', '‐'], "").replace('∗', "*");
                if is_in_capitals { text.to_uppercase() } else { text }
            };
            bare(&truth.text) == bare(&found.text)
        };
        let places = after.clone();
        for (index, (word, (before, after))) in truth.iter().zip(before.iter().zip(&after)).enumerate() {
            let before = before.map(|at| &ocr[at]).filter(|found| is_same(word, found));
            let after = after.map(|at| &corrected[at]).filter(|found| is_same(word, found));
            if before.is_some() {
                self.add(at, HARM, Found { expected: 1, found: usize::from(after.is_none()), ..Found::default() });
                if after.is_none() {
                    let instead = instead(&places, &corrected, index);
                    self.defects.push(format!("page {}: damaged by corrected: `{}` to `{instead}`", at + 1, word.text));
                }
            } else {
                self.add(at, MENDED, Found { expected: 1, found: usize::from(after.is_some()), ..Found::default() });
                if after.is_none() {
                    let instead = instead(&places, &corrected, index);
                    self.defects.push(format!("page {}: not mended: `{}` read as `{instead}`", at + 1, word.text));
                }
            }
        }
    }

    /// The book as one text: paragraphs, and what else `structure` knows.
    fn flow(&mut self, shelf: &Shelf, id: &str, book: &TypesetBook) {
        let file = shelf.library().join(format!("{id}.json"));
        shelf.ok(["export", id, "--format", "json", "-o", &file.display().to_string()]);
        let exported: Value =
            serde_json::from_str(&std::fs::read_to_string(&file).expect("the export is there")).expect("JSON");
        let blocks = exported["blocks"].as_array().cloned().unwrap_or_default();
        let kinds: Vec<String> =
            blocks.iter().map(|block| block["kind"].as_str().unwrap_or_default().to_owned()).collect();
        let is_in_flow = |at: &usize| kinds[*at] != "note";
        let found_lines: Vec<(usize, String)> = (0..blocks.len())
            .filter(is_in_flow)
            .flat_map(|at| texts(&blocks[at]).into_iter().map(move |text| (at, text)))
            .collect();
        let found = words(found_lines, |_, _| false);
        let kind = |place: Place| book.pages[place.0].lines[place.1].kind;
        let paragraph = |place: Place| book.pages[place.0].lines[place.1].paragraph;
        let mut true_lines = Vec::new();
        for (page, truth) in book.pages.iter().enumerate() {
            for (line, text) in truth.lines.iter().enumerate() {
                if !text.kind.is_outside_text() && text.kind != Kind::Note {
                    true_lines.push(((page, line), text.text.clone()));
                }
            }
        }
        let truth = words(true_lines, |a, b| paragraph(a) == paragraph(b));
        let places = aligned(&truth, &found);
        for (pair, places) in truth.windows(2).zip(places.windows(2)) {
            let [before, after] = pair else { continue };
            let [Some(a), Some(b)] = places else { continue };
            let (a, b) = (found[*a].place, found[*b].place);
            if kind(before.place) != Kind::Body || kind(after.place) != Kind::Body {
                continue;
            }
            let is_break = paragraph(before.place) != paragraph(after.place);
            let is_found = a != b;
            let page = after.place.0;
            let counts = Found {
                expected: usize::from(is_break),
                found: usize::from(is_break && is_found),
                claimed: usize::from(is_found),
                right: usize::from(is_break && is_found),
            };
            if before.place.0 == after.place.0 {
                self.add(page, BREAKS, counts);
            } else {
                self.share(page, CONTINUED, is_break == is_found);
            }
            if is_break != is_found {
                let what = if is_break { "no paragraph break" } else { "a paragraph break" };
                self.defects.push(format!(
                    "page {}: {what} between `{}` and `{}` ({}, {})",
                    page + 1,
                    before.text,
                    after.text,
                    kinds[a],
                    kinds[b]
                ));
            }
        }
        for (what, of_kind, of_blocks) in ELEMENTS {
            for (word, place) in truth.iter().zip(&places) {
                let Some(place) = place else { continue };
                let (is_kind, is_found) = (kind(word.place) == of_kind, kinds[found[*place].place] == of_blocks);
                let both = usize::from(is_kind && is_found);
                let counts =
                    Found { expected: usize::from(is_kind), found: both, claimed: usize::from(is_found), right: both };
                self.add(word.place.0, what, counts);
            }
        }
        let mut confused: BTreeMap<(Kind, usize, String), String> = BTreeMap::new();
        for (word, place) in truth.iter().zip(&places) {
            if let Some(place) = place {
                let block = &kinds[found[*place].place];
                if !fits(kind(word.place), block) {
                    let words = confused.entry((kind(word.place), word.place.0, block.clone())).or_default();
                    words.push_str(&word.text);
                    words.push(' ');
                }
            }
        }
        for ((kind, page, block), words) in confused {
            let words: String = words.chars().take(120).collect();
            self.defects.push(format!("page {}: {kind:?} is a {block} in structure: `{}`", page + 1, words.trim_end()));
        }
    }
}

/// A page with a higher character error rate should be flagged, and others should not.
const MAX_GOOD_RATE: f64 = 0.02;

/// Labels, by what the truth calls them and what `merged` calls them.
const LABELS: [(&str, fn(Kind) -> bool, fn(TextRole) -> bool); 3] = [
    ("running heads and page numbers", Kind::is_outside_text, |role| role == TextRole::HeaderOrFooter),
    ("headings", |kind| kind == Kind::Heading, |role| role == TextRole::Heading),
    ("notes", |kind| kind == Kind::Note, |role| role == TextRole::Note),
];

/// What is found in `structure`, in words.
const ELEMENTS: [(&str, Kind, &str); 5] = [
    ("words of quotations", Kind::Quotation, "quotation"),
    ("words of verse", Kind::Verse, "verse"),
    ("words of tables", Kind::Table, "table"),
    ("words of captions", Kind::Caption, "figure"),
    ("words of headings", Kind::Heading, "heading"),
];

const KEPT_OUT: &str = "lines outside the text, kept out";
const KEPT_IN: &str = "lines of the text, kept in";
const BREAKS: &str = "paragraph breaks";
const CONTINUED: &str = "page breaks, continued or not";
pub(super) const CER_OF_OCR: &str = "CER of ocr";
pub(super) const CER_OF_CORRECTED: &str = "CER of corrected";
const FLAGGED: &str = "pages with a CER above 2 %, flagged by ocr";
pub(super) const HARM: &str = "words read right, damaged by corrected";
const MENDED: &str = "words read wrong, mended by corrected";

/// What stands where a word should: all words between those that were found around it.
fn instead<P>(places: &[Option<usize>], found: &[Word<P>], index: usize) -> String {
    let first = places[..index].iter().rev().find_map(|place| *place).map_or(0, |before| before + 1);
    let end = places[index..].iter().find_map(|place| *place).unwrap_or(found.len());
    let end = if places[index].is_some() { end + 1 } else { end };
    let words: Vec<&str> = found[first.min(end)..end].iter().take(6).map(|word| word.text.as_str()).collect();
    words.join(" ")
}

fn fits(kind: Kind, block: &str) -> bool {
    match kind {
        Kind::Body | Kind::List | Kind::Date | Kind::Signature => matches!(block, "paragraph" | "lines"),
        Kind::Heading => block == "heading",
        Kind::Quotation => block == "quotation" || block == "epigraph",
        Kind::Verse => block == "verse",
        Kind::Caption => block == "figure",
        Kind::Table => block == "table" || block == "lines",
        Kind::Contents | Kind::TitlePage => block == "lines",
        Kind::Head | Kind::Folio | Kind::Note | Kind::SignatureMark => true,
    }
}

fn role(classification: Classification) -> TextRole {
    classification.role()
}

/// Whether at least half are so.
fn most<T>(of: &[T], is_so: impl Fn(&T) -> bool) -> bool {
    2 * of.iter().filter(|one| is_so(one)).count() >= of.len()
}

fn page<T: DeserializeOwned>(shelf: &Shelf, id: &str, stage: &str, at: usize) -> T {
    let file = shelf.library().join(id).join(stage).join(format!("page_{:04}.json", at + 1));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The texts of a block of the JSON export, line by line where it has lines.
fn texts(block: &Value) -> Vec<String> {
    let inline = |inlines: &Value| -> String {
        inlines.as_array().into_iter().flatten().filter_map(|inline| inline["text"].as_str()).collect()
    };
    let list = |name: &str| block[name].as_array().cloned().unwrap_or_default();
    match block["kind"].as_str().unwrap_or_default() {
        "heading" => vec![inline(&block["number"]), inline(&block["title"])],
        "verse" | "lines" => list("lines").iter().map(inline).collect(),
        "table" => list("rows")
            .iter()
            .flat_map(|row| row.as_array().cloned().unwrap_or_default())
            .map(|cell| inline(&cell))
            .collect(),
        "figure" => vec![inline(&block["caption"])],
        _ => vec![inline(&block["text"])],
    }
}
