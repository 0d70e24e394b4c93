use std::collections::BTreeMap;

use serde_json::Value;

use super::Kind;
use super::measure::{Found, Measured};
use super::reading::Reading;
use super::words::{aligned, words};

const BREAKS: &str = "paragraph breaks";
const CONTINUED: &str = "page breaks, continued or not";

/// What is found in `structure`, in words: what it is called, its kind in the truth, and its kind in the export.
const ELEMENTS: [(&str, Kind, &str); 5] = [
    ("words of quotations", Kind::Quotation, "quotation"),
    ("words of verse", Kind::Verse, "verse"),
    ("words of tables", Kind::Table, "table"),
    ("words of captions", Kind::Caption, "figure"),
    ("words of headings", Kind::Heading, "heading"),
];

impl Measured {
    /// The book as one text: paragraphs, and what else `structure` knows.
    pub(super) fn structure(&mut self, reading: &Reading<'_>) {
        let exported = reading.exported();
        let blocks: Vec<&Value> = exported["blocks"].as_array().into_iter().flatten().collect();
        let kind_of = |block: usize| blocks[block]["kind"].as_str().unwrap_or_default();
        // A note stands after its paragraph, and at the foot of the page in the truth.
        let in_flow = (0..blocks.len()).filter(|block| kind_of(*block) != "note");
        let lines = in_flow.flat_map(|block| lines_of(blocks[block]).into_iter().map(move |line| (block, line)));
        let found = words(lines, |_, _| false);
        let all_pages = 0..reading.book.pages.len();
        let truth = reading.true_words(all_pages, |kind| !kind.is_outside_text() && kind != Kind::Note);
        let places = aligned(&truth, &found);
        let blocks_of: Vec<Option<usize>> = places.into_iter().map(|place| Some(found[place?].place)).collect();
        let mut confused: BTreeMap<(usize, Kind, &str), Vec<&str>> = BTreeMap::new();
        for (word, block) in truth.iter().zip(&blocks_of) {
            let Some(block) = block else { continue };
            let kind = reading.line(word.place).kind;
            for (what, of_kind, of_block) in ELEMENTS {
                let (is_kind, is_found) = (kind == of_kind, kind_of(*block) == of_block);
                let both = usize::from(is_kind && is_found);
                let counts =
                    Found { expected: usize::from(is_kind), found: both, claimed: usize::from(is_found), right: both };
                self.add(word.place.0, what, counts);
            }
            if !fits(kind, kind_of(*block)) {
                confused.entry((word.place.0, kind, kind_of(*block))).or_default().push(&word.text);
            }
        }
        for ((page, kind, block), words) in confused {
            self.defect(page, &format!("{kind:?} is a {block} in structure: `{}`", words.join(" ")));
        }
        for (pair, blocks) in truth.windows(2).zip(blocks_of.windows(2)) {
            let ([before, after], [Some(a), Some(b)]) = (pair, blocks) else { continue };
            let (first, second) = (reading.line(before.place), reading.line(after.place));
            if first.kind != Kind::Body || second.kind != Kind::Body {
                continue;
            }
            let (is_break, is_found, page) = (first.paragraph != second.paragraph, a != b, after.place.0);
            if before.place.0 != page {
                self.expect(page, CONTINUED, is_break == is_found);
            } else if is_break || is_found {
                let both = usize::from(is_break && is_found);
                let counts =
                    Found { expected: usize::from(is_break), found: both, claimed: usize::from(is_found), right: both };
                self.add(page, BREAKS, counts);
            }
            if is_break != is_found {
                let a_break = if is_break { "no paragraph break" } else { "a paragraph break" };
                let kinds = (kind_of(*a), kind_of(*b));
                self.defect(page, &format!("{a_break} between `{}` and `{}` {kinds:?}", before.text, after.text));
            }
        }
    }
}

/// Whether text of a kind may be in a block of the export.
fn fits(kind: Kind, block: &str) -> bool {
    match kind {
        Kind::Body | Kind::List | Kind::Date | Kind::Signature => matches!(block, "paragraph" | "lines"),
        Kind::Heading => block == "heading",
        Kind::Quotation => matches!(block, "quotation" | "epigraph"),
        Kind::Verse => block == "verse",
        Kind::Caption => block == "figure",
        Kind::Table => matches!(block, "table" | "lines"),
        Kind::Contents | Kind::TitlePage => block == "lines",
        Kind::Head | Kind::Folio | Kind::Note | Kind::SignatureMark => true,
    }
}

/// The texts of a block of the JSON export, line by line where it has lines.
fn lines_of(block: &Value) -> Vec<String> {
    let inline = |inlines: &Value| -> String {
        inlines.as_array().into_iter().flatten().filter_map(|inline| inline["text"].as_str()).collect()
    };
    let list = |name: &str| block[name].as_array().into_iter().flatten();
    match block["kind"].as_str().unwrap_or_default() {
        "heading" => vec![inline(&block["number"]), inline(&block["title"])],
        "verse" | "lines" => list("lines").map(inline).collect(),
        "table" => list("rows").flat_map(|row| row.as_array().into_iter().flatten()).map(inline).collect(),
        "figure" => vec![inline(&block["caption"])],
        _ => vec![inline(&block["text"])],
    }
}
