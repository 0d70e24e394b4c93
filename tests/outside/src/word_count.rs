use shelf::prelude::*;
use stages::ocr::{OcrPage, ocr};

/// The words of one page, counted.
#[page]
pub struct WordCount {
    /// The scan's number.
    #[garde(range(min = 1))]
    pub page_number: u32,
    /// Words on the page.
    pub words: u32,
}

/// What `word_count` measures; every field is a column of its report.
#[derive(PageMetrics, Report)]
pub struct WordCountMetrics {
    /// Words on the page.
    #[report(flag(below = 20))]
    pub words: u32,
    /// Letters of the longest word.
    #[report(skip)]
    pub longest_word: u32,
}

/// Counts the words of every page.
#[stage(name = "word_count", deps = [ocr], parallelism = cpu)]
pub fn word_count(page: PageNumber, ocr: OcrPage) -> Result<(WordCount, WordCountMetrics)> {
    let paragraphs = ocr.blocks.iter().flat_map(|block| &block.paragraphs);
    let words: Vec<&str> = paragraphs.flat_map(|paragraph| paragraph.text.split_whitespace()).collect();
    let longest_word = words.iter().map(|word| word.chars().count()).max().unwrap_or(0) as u32;
    let words = words.len() as u32;
    Ok((WordCount { page_number: page.get(), words }, WordCountMetrics { words, longest_word }))
}
