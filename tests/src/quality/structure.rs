use serde_json::Value;
use shelf::draw::{BlockKind, DrawnBlock, DrawnLine, DrawnPage, DrawnParagraph};
use shelf::eval::labels::ClassScore;
use shelf::eval::{Normalisation, score};

use super::{Measure, Target, Unit};

/// Kinds of elements with what is measured of each.
const KINDS: [(&str, &str); 6] = [
    ("heading", "F1 of headings in `structure`"),
    ("quotation", "F1 of quotations in `structure`"),
    ("verse", "F1 of lines of verse in `structure`"),
    ("table", "F1 of rows of tables in `structure`"),
    ("figure", "F1 of figures and plates with their captions in `structure`"),
    ("note", "F1 of notes in `structure`"),
];
/// An element is found if at most this share of its words is wrong.
const MAX_WRONG_WORDS: f64 = 0.34;

/// How many elements of each kind were drawn and found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FoundElements([ClassScore; KINDS.len()]);

impl FoundElements {
    /// Adds a book, of which `exported` is the JSON export.
    pub(super) fn add(&mut self, drawn: &[DrawnPage], exported: &Value) {
        for ((kind, _), total) in KINDS.iter().zip(&mut self.0) {
            let mut elements: Vec<String> = Vec::new();
            for text in drawn.iter().flat_map(|page| drawn_elements(page, kind)) {
                match elements.last_mut() {
                    // A quotation that a page break divides is one.
                    Some(before) if *kind == "quotation" && !ends_a_sentence(before) => {
                        *before = format!("{before} {text}");
                    }
                    _ => elements.push(text),
                }
            }
            let drawn = elements;
            let blocks = exported["blocks"].as_array().into_iter().flatten().filter(|block| block["kind"] == *kind);
            let mut found: Vec<String> = blocks.flat_map(exported_elements).collect();
            let claimed = found.len();
            let right = drawn.iter().filter(|drawn| take(&mut found, drawn)).count();
            total.expected += drawn.len();
            total.claimed += claimed;
            total.found += right;
            total.right += right;
        }
    }

    pub(super) fn measures(&self, book: &'static str) -> impl Iterator<Item = Measure> {
        KINDS.iter().zip(self.0).map(move |((_, what), score)| Measure {
            book,
            what,
            value: score.f1(),
            counted: format!("{} of {} found, {} of {} right", score.found, score.expected, score.right, score.claimed),
            target: Target::AtLeast(0.9),
            unit: Unit::Ratio,
        })
    }
}

/// Takes the first text that is much like `drawn`.
fn take(found: &mut Vec<String>, drawn: &str) -> bool {
    let is_like = |found: &String| score(drawn, found, &Normalisation::default()).words.rate() <= MAX_WRONG_WORDS;
    let at = found.iter().position(is_like);
    at.map(|at| found.remove(at)).is_some()
}

/// The texts of the elements of a kind on a page. Each line of verse is an element, and each row of a table.
fn drawn_elements(page: &DrawnPage, kind: &str) -> Vec<String> {
    let blocks = |kind| page.blocks_of(kind);
    let paragraphs = |block: &DrawnBlock| block.paragraphs.iter().map(DrawnParagraph::text).collect::<Vec<_>>();
    let lines = |kind| blocks(kind).flat_map(DrawnBlock::lines).map(DrawnLine::text).collect();
    match kind {
        // The number of a chapter stands above its title.
        "heading" => {
            let contents = blocks(BlockKind::TableOfContents).flat_map(paragraphs).filter(|text| text == "CONTENTS");
            let headings = blocks(BlockKind::ChapterHeading).chain(blocks(BlockKind::SectionHeading));
            contents.chain(headings.map(|block| paragraphs(block).join(" "))).collect()
        }
        "quotation" => blocks(BlockKind::Quote).flat_map(paragraphs).collect(),
        "verse" => lines(BlockKind::Verse),
        "table" => lines(BlockKind::Table),
        "figure" if page.figures.is_empty() => Vec::new(),
        "figure" => blocks(BlockKind::Caption).flat_map(paragraphs).collect(),
        "note" => blocks(BlockKind::Footnote).flat_map(paragraphs).map(|note| without_mark(&note)).collect(),
        other => panic!("no drawn element is a {other}"),
    }
}

fn ends_a_sentence(text: &str) -> bool {
    text.trim_end_matches('”').ends_with(['.', '?', '!'])
}

fn without_mark(note: &str) -> String {
    note.trim_start_matches(['*', '†', '‡', ' ']).to_owned()
}

/// The texts of a block of the JSON export, as [`drawn_elements`] has them.
fn exported_elements(block: &Value) -> Vec<String> {
    let list = |name: &str| block[name].as_array().cloned().unwrap_or_default();
    match block["kind"].as_str().unwrap_or_default() {
        "heading" => vec![format!("{} {}", text_of(&block["number"]), text_of(&block["title"]))],
        "verse" => list("lines").iter().map(text_of).collect(),
        "table" => {
            let cells = |row: &Value| row.as_array().into_iter().flatten().map(text_of).collect::<Vec<_>>().join(" ");
            list("rows").iter().map(cells).collect()
        }
        "figure" if block["image_file"].is_null() => Vec::new(),
        "figure" => vec![text_of(&block["caption"])],
        _ => vec![text_of(&block["text"])],
    }
}

fn text_of(inlines: &Value) -> String {
    inlines.as_array().into_iter().flatten().filter_map(|inline| inline["text"].as_str()).collect()
}
