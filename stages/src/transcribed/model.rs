use shelf::llm::{Excerpt, Llm, Region};
use shelf::prelude::*;

use super::placement::{ReadLine, place};
use super::{TranscribedLine, TranscribedMetrics, TranscribedParagraphs};
use crate::ocr::{OcrPage, Paragraph};
use crate::vision::region_of;

/// The system prompt. A book may have its own.
pub(super) const PROMPT: &str = include_str!("prompt.md");

/// Paragraphs with a word of less confidence are doubtful, 0..=1. Tesseract is right about half of such words.
const MIN_CONFIDENCE: f64 = 0.6;

/// What a model has read on a page; nothing where none was asked.
#[derive(Debug, Default)]
pub(super) struct Transcription {
    pub(super) lines: Vec<TranscribedLine>,
    pub(super) unplaced_lines: Vec<String>,
    pub(super) metrics: TranscribedMetrics,
}

/// A model's reply.
#[page]
#[derive(Debug)]
struct Transcript {
    /// The lines in the order of reading.
    lines: Vec<String>,
}

/// Has a model read the page, and finds the lines of `ocr` that its lines belong to.
///
/// # Errors
/// The model takes no pictures, or gives no usable reply.
pub(super) async fn ask(
    ocr: &OcrPage,
    (llm, prompt, image): (&Llm, &str, &PageImage),
    paragraphs: TranscribedParagraphs,
) -> Result<Transcription> {
    let shown: Vec<(u32, &Paragraph)> = paragraphs_of(ocr).filter(|(_, read)| paragraphs.includes(read)).collect();
    let read = ReadLine::of(&shown);
    if read.is_empty() {
        return Ok(Transcription::default());
    }
    if !llm.accepts_pictures().await {
        let hint = "name one that does with `--llm-model`, or leave out `--transcribed-engine llm`";
        return Err(Failure::new("the model does not accept images, and cannot transcribe a page").hint(hint));
    }
    let regions: Vec<Region> = shown.iter().map(|(_, read)| region_of(read.bbox)).collect();
    let excerpt = Excerpt::of(image.source(), &regions);
    let ask = llm.ask().system(prompt).user(question(&read)).about(read.len(), "line").image_of(image, &excerpt);
    let reply: Transcript = ask.reply().await?;
    let lines: Vec<&str> = reply.lines.iter().flat_map(|text| text.lines()).map(str::trim).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(place(&read, &lines))
}

impl TranscribedParagraphs {
    fn includes(self, read: &Paragraph) -> bool {
        let mut words = read.lines.iter().flat_map(|line| &line.words);
        self == Self::All || words.any(|word| word.confidence < MIN_CONFIDENCE)
    }
}

fn paragraphs_of(ocr: &OcrPage) -> impl Iterator<Item = (u32, &Paragraph)> {
    ocr.blocks.iter().flat_map(|block| block.paragraphs.iter().map(move |paragraph| (block.block_num, paragraph)))
}

/// How many lines each block has. What `ocr` read is left out: a model would copy its errors.
fn question(read: &[ReadLine]) -> String {
    let blocks = read.chunk_by(|line, next| line.block_num == next.block_num).enumerate();
    let counted = blocks.map(|(at, lines)| format!("block {}: {}", at + 1, plural(lines.len())));
    format!("{} of text.\n{}", plural(read.len()), counted.collect::<Vec<_>>().join("\n"))
}

fn plural(lines: usize) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}
