//! Counts the tokens that `corrected` exchanges with a model for a real book, compared with the original program: `docs/tokens.md`.
//!
//! The model is scripted and replies with the ground truth: this measures the price of a correct reply, not the quality of models.

use std::fmt::{self, Write as _};
use std::iter::Sum;
use std::ops::Add;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shelf::book::ScanMetadata;
use shelf::eval::{Normalisation, Rule};
use shelf::llm::{Excerpt, LlmSettings};
use shelf::stage::ParagraphId;
use shelf::testing::{ReceivedRequest, ScriptedModel, ScriptedReply};
use stages::corrected::CorrectedPage;
use stages::corrected::model::guard::{WordPair, align};
use stages::ocr::OcrPage;
use tiktoken_rs::o200k_base_singleton;

use crate::Shelf;

/// The counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Page by page.
    pub pages: Vec<Costs>,
    /// Tokens of the prompt and the reply's schema, which every request carries; not included in the pages.
    pub frame: usize,
}

/// The cost of one page, or of all, with either program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Costs {
    /// Paragraphs that `ocr` read.
    pub paragraphs: usize,
    /// Paragraphs that shelf asks about.
    pub asked_about: usize,
    /// With the original.
    pub original: Exchange,
    /// With shelf.
    pub shelf: Exchange,
}

/// What is sent to a model and what comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Tokens of the request, without its prompt.
    pub sent: usize,
    /// Tokens of the reply.
    pub answered: usize,
    /// Pixels of the picture; 0 if none is sent.
    pub pixels: u64,
}

/// Pages of Colonial Florida, whose first is leaf 15.
const PAGES: u32 = 20;
const LEAVES_BEFORE: u32 = 14;
/// The note on every change.
const NOTE: &str = "misread letters";

/// Counts the tokens for the book `florida` of a library: Colonial Florida, processed by rules, with its ground truth in `data`. A scripted
/// model makes its `corrected` pages again.
///
/// # Panics
/// The book does not exist or cannot be corrected.
#[must_use]
pub fn count(shelf: &Shelf, data: &Path) -> Counted {
    let pages: Vec<Page> = (1..=PAGES).map(|number| Page::read(shelf, data, number)).collect();
    let known = pages.clone();
    let model = ScriptedModel::with_script(move |asked| match known.iter().find_map(|page| page.asked_about(asked)) {
        Some(paragraphs) => ScriptedReply::text(changes(&paragraphs)),
        None => ScriptedReply::error(400, format!("no page has these paragraphs: {}", asked.user)),
    });
    let mut process = shelf.command(["process", "florida", "--stage", "corrected", "--engine", "llm", "--yes"]);
    process.env("SHELF_LLM_BASE_URL", model.base_url()).env("SHELF_LLM_REQUESTS_PER_MINUTE", "0");
    let ended = process.output().expect("the command starts");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let asked = model.requests();
    let frame = frame(asked.first().expect("twenty pages have a paragraph in doubt"));
    Counted { pages: pages.iter().map(|page| page.costs(&asked)).collect(), frame }
}

/// A page with the ground truth of its paragraphs.
#[derive(Debug, Clone)]
struct Page {
    ocr: Value,
    paragraphs: Vec<Paragraph>,
    pixels: u64,
}

#[derive(Debug, Clone)]
struct Paragraph {
    id: ParagraphId,
    /// The text that `ocr` read.
    read: String,
    /// The text after the rules.
    corrected_text: String,
    /// The printed text; `None` if it was not found in the ground truth.
    truth: Option<String>,
}

impl Page {
    fn read(shelf: &Shelf, data: &Path, number: u32) -> Self {
        let file = |folder: &str| format!("florida/{folder}/page_{number:04}.json");
        let truth = format!("book-colonial-florida/g{:03}.gt.txt", number + LEAVES_BEFORE);
        let truth = std::fs::read_to_string(data.join(truth)).expect("every page has its truth");
        let truth: Vec<char> = truth.chars().collect();
        let ocr: OcrPage = typed(shelf.json(&file("ocr")));
        let corrected: CorrectedPage = typed(shelf.json(&file("corrected")));
        let source: ScanMetadata = typed(shelf.json(&file("source")));
        let paragraphs = ocr.blocks.iter().flat_map(|block| {
            block.paragraphs.iter().map(|paragraph| {
                let id = ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
                let corrected_text = corrected.paragraph(id).and_then(|paragraph| paragraph.text.clone());
                let corrected_text = corrected_text.unwrap_or_else(|| paragraph.text.clone());
                let truth = passage(&truth, &corrected_text);
                Paragraph { id, read: paragraph.text.clone(), corrected_text, truth }
            })
        });
        let paragraphs = paragraphs.collect();
        let (width, height) = LlmSettings::new("").pictures.size(&source, &Excerpt::Page);
        Self { ocr: original_page(ocr), paragraphs, pixels: u64::from(width) * u64::from(height) }
    }

    /// The paragraphs that a request is about; `None` if it is not about this page.
    fn asked_about(&self, asked: &ReceivedRequest) -> Option<Vec<&Paragraph>> {
        let is_asked = |paragraph: &&Paragraph| asked.user.contains(&paragraph.as_asked());
        let paragraphs: Vec<&Paragraph> = self.paragraphs.iter().filter(is_asked).collect();
        let is_heading = |line: &&str| line.starts_with('[') && line.ends_with(']');
        (paragraphs.len() == asked.user.lines().filter(is_heading).count()).then_some(paragraphs)
    }

    fn costs(&self, asked: &[ReceivedRequest]) -> Costs {
        let question = serde_json::to_string_pretty(&self.ocr).expect("JSON can be written");
        let original =
            Exchange { sent: tokens(&question), answered: tokens(&self.original_reply()), pixels: self.pixels };
        let mut costs = Costs { paragraphs: self.paragraphs.len(), original, ..Costs::default() };
        for (asked, paragraphs) in asked.iter().filter_map(|asked| Some((asked, self.asked_about(asked)?))) {
            costs.asked_about += paragraphs.len();
            costs.shelf = costs.shelf
                + Exchange {
                    sent: tokens(&asked.user),
                    answered: tokens(&changes(&paragraphs)),
                    pixels: asked.jpegs().iter().map(|jpeg| pixels(jpeg)).sum(),
                };
        }
        costs
    }

    /// Every paragraph of every block, with its text where it is changed.
    fn original_reply(&self) -> String {
        let paragraph = |paragraph: &Paragraph| {
            let text = paragraph.correction_of(&paragraph.read.replace('\n', " "));
            let (notes, confidence) = if text.is_some() { (Some(NOTE), 0.95) } else { (None, 1.0) };
            json!({ "par_num": paragraph.id.paragraph, "text": text, "notes": notes, "confidence": confidence })
        };
        let blocks = self.paragraphs.chunk_by(|a, b| a.id.block == b.id.block).map(|block| {
            let paragraphs: Vec<Value> = block.iter().map(paragraph).collect();
            json!({ "block_num": block[0].id.block, "paragraphs": paragraphs })
        });
        json!({ "blocks": blocks.collect::<Vec<_>>() }).to_string()
    }
}

impl Paragraph {
    /// The paragraph as in shelf's request.
    fn as_asked(&self) -> String {
        format!("[{}.{}]\n{}\n", self.id.block, self.id.paragraph, self.corrected_text)
    }

    /// The printed text, if it differs from `text` in more than quotation marks, dashes and line ends.
    fn correction_of(&self, text: &str) -> Option<&str> {
        let alike = Normalisation::default().without(Rule::LineEndHyphens).without(Rule::WordHyphens);
        let flowed = |text: &str| alike.apply(&text.replace("-\n", "-").replace("—\n", "—"));
        self.truth.as_deref().filter(|truth| alike.apply(truth) != flowed(text))
    }
}

/// The reply to shelf: the words that change.
fn changes(paragraphs: &[&Paragraph]) -> String {
    let changes = |paragraph: &&Paragraph| {
        let id = format!("{}.{}", paragraph.id.block, paragraph.id.paragraph);
        let read = &paragraph.corrected_text;
        let pairs = paragraph.correction_of(read).map(|truth| pairs(read, truth));
        let pairs = pairs.into_iter().flatten();
        pairs.map(move |(read, printed)| json!({ "id": id, "read": read, "printed": printed })).collect::<Vec<_>>()
    };
    json!({ "changes": paragraphs.iter().flat_map(changes).collect::<Vec<_>>() }).to_string()
}

/// The words that differ, apart from quotation marks and dashes. Words that are inserted come with the word before them.
fn pairs(read: &str, truth: &str) -> Vec<(String, String)> {
    let (read, truth): (Vec<&str>, Vec<&str>) = (read.split_whitespace().collect(), truth.split_whitespace().collect());
    let alike = Normalisation::default().without(Rule::LineEndHyphens).without(Rule::WordHyphens);
    let pair = |WordPair { before, after }: WordPair| {
        let (before, after) = if before.is_empty() && before.start > 0 && after.start > 0 {
            (before.start - 1..before.end, after.start - 1..after.end)
        } else {
            (before, after)
        };
        (read[before].join(" "), truth[after].join(" "))
    };
    align(&read, &truth).into_iter().map(pair).filter(|(read, truth)| alike.apply(read) != alike.apply(truth)).collect()
}

/// Tokens of the prompt and the reply's schema, which every request carries.
fn frame(asked: &ReceivedRequest) -> usize {
    tokens(&asked.system) + tokens(&asked.body["response_format"].to_string())
}

/// A page as the original program wrote it: without lines and words, each paragraph on one line.
fn original_page(ocr: OcrPage) -> Value {
    let mut page = serde_json::to_value(ocr).expect("a page is JSON");
    let blocks = page["blocks"].as_array_mut().into_iter().flatten();
    for paragraph in blocks.filter_map(|block| block["paragraphs"].as_array_mut()).flatten() {
        let text = paragraph["text"].as_str().unwrap_or_default().replace('\n', " ");
        paragraph["text"] = text.into();
        paragraph.as_object_mut().map(|fields| fields.remove("lines"));
    }
    page
}

/// The passage of the ground truth that is nearest to a text; `None` if none is near.
///
/// Source: Sellers, <https://doi.org/10.1016/0196-6774(80)90016-4>: edit distance to the best substring.
pub(crate) fn passage(truth: &[char], text: &str) -> Option<String> {
    let text: Vec<char> = text.chars().collect();
    // For a passage that ends before each character: edits so far, and where it begins.
    let mut row: Vec<(usize, usize)> = (0..=truth.len()).map(|start| (0, start)).collect();
    for (read, c) in text.iter().enumerate() {
        let mut next = vec![(read + 1, 0)];
        for (end, printed) in truth.iter().enumerate() {
            let more = |(edits, start): (usize, usize), by: usize| (edits + by, start);
            let best = more(row[end], usize::from(printed != c)).min(more(row[end + 1], 1)).min(more(next[end], 1));
            next.push(best);
        }
        row = next;
    }
    let (end, (edits, start)) = row.into_iter().enumerate().min_by_key(|(_, (edits, _))| *edits)?;
    (3 * edits < text.len()).then(|| truth[start..end].iter().collect::<String>().trim().to_owned())
}

fn tokens(text: &str) -> usize {
    o200k_base_singleton().encode_ordinary(text).len()
}

fn pixels(jpeg: &[u8]) -> u64 {
    let picture = image::load_from_memory(jpeg).expect("shelf sends pictures");
    u64::from(picture.width()) * u64::from(picture.height())
}

fn typed<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a file of the library is what its name says")
}

impl Costs {
    /// The text tokens that shelf sends, receives, and both, as shares of the original's.
    #[must_use]
    pub fn shares(&self) -> [f64; 3] {
        let share = |count: fn(Exchange) -> usize| count(self.shelf) as f64 / count(self.original) as f64;
        [share(|of| of.sent), share(|of| of.answered), share(|of| of.sent + of.answered)]
    }
}

impl Add for Exchange {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            answered: self.answered + other.answered,
            pixels: self.pixels + other.pixels,
        }
    }
}

impl Sum for Costs {
    fn sum<I: Iterator<Item = Self>>(pages: I) -> Self {
        pages.fold(Self::default(), |sum, page| Self {
            paragraphs: sum.paragraphs + page.paragraphs,
            asked_about: sum.asked_about + page.asked_about,
            original: sum.original + page.original,
            shelf: sum.shelf + page.shelf,
        })
    }
}

impl Counted {
    /// The sum of all pages.
    #[must_use]
    pub fn all(&self) -> Costs {
        self.pages.iter().copied().sum()
    }

    /// A Markdown table of the pages, their sum, and the shares.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = "\
| page | paragraphs | asked about | original: sent | answered | megapixels | shelf: sent | answered | megapixels |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"
        .to_owned();
        let all = self.all();
        let numbered = self.pages.iter().zip(1..).map(|(page, number): (&Costs, u32)| (number.to_string(), page));
        for (name, costs) in numbered.chain([("all".to_owned(), &all)]) {
            let Costs { paragraphs, asked_about, original, shelf } = costs;
            let _ = writeln!(table, "| {name} | {paragraphs} | {asked_about} | {original} | {shelf} |");
        }
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let [sent, answered, both] = all.shares();
        let _ = writeln!(
            table,
            "\nCompared with the original, shelf sends {} of the text tokens and receives {}, {} in total; it sends {} of the pixels.",
            percent(sent),
            percent(answered),
            percent(both),
            percent(all.shelf.pixels as f64 / all.original.pixels as f64),
        );
        let with_frame = |exchange: Exchange| exchange.sent + exchange.answered + self.frame * self.pages.len();
        let _ = writeln!(
            table,
            "Including shelf's prompt and schema on both sides ({} tokens per page), it is {} in total.",
            self.frame,
            percent(with_frame(all.shelf) as f64 / with_frame(all.original) as f64)
        );
        table
    }
}

/// Three columns of the table.
impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | ", self.sent, self.answered)?;
        if self.pixels == 0 { f.write_str("none") } else { write!(f, "{:.2}", self.pixels as f64 / 1e6) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_nearest_passage() {
        let truth: Vec<char> = "It rained. The long campaign was over. They went home.".chars().collect();
        assert_eq!(passage(&truth, "Tbe long cam-\npaign was over.").as_deref(), Some("The long campaign was over."));
        assert_eq!(passage(&truth, "They went home.").as_deref(), Some("They went home."));
        assert_eq!(passage(&truth, "~ _ ~ |"), None);
    }

    #[test]
    fn line_end_hyphen_counts_as_correction_but_quotation_marks_do_not() {
        let truth = Some("\"The long campaign\" was over.".to_owned());
        let id = ParagraphId { block: 1, paragraph: 0 };
        let paragraph = Paragraph { id, read: String::new(), corrected_text: String::new(), truth };
        assert_eq!(paragraph.correction_of("“The long\ncampaign” was over."), None);
        assert!(paragraph.correction_of("“The long cam-\npaign” was over.").is_some());
    }
}
