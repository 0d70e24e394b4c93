//! How much memory an inspected book takes. It measures its own process, so that it is a program of its own.

#![expect(missing_docs, reason = "the fields of this page say nothing to anybody")]
use std::collections::BTreeMap;

use shelf::book::Unit;
use shelf::inspect::{PageState, PageSummary};
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::record::PageType;
use shelf::stage::{Stage, Warnings};
use shelf::testing::TestBook;

/// A long page.
#[page]
pub struct LongPage {
    pub words: Vec<String>,
}

/// As many metrics as a built-in stage has at most.
#[derive(PageMetrics, Report)]
pub struct ManyMetrics {
    pub total_blocks_classified: u32,
    pub avg_classification_confidence: f64,
    pub page_number_extracted: bool,
    pub page_region_classified: bool,
    pub printed_page_number: Option<String>,
    pub numbering_style: String,
    pub page_region: String,
    pub artifacts: u32,
    pub unsure_words_ratio: f64,
    pub asked: bool,
    pub picture_sent: String,
    pub blocks_changed: u32,
    pub changes_refused: u32,
    pub mean_line_height_px: f64,
    pub mean_word_confidence: f64,
    pub dictionary_words_ratio: f64,
}

/// Some options.
#[derive(clap::Args, Serialize)]
pub struct SomeOptions {
    #[arg(long, default_value = "auto")]
    pub engine: String,
    #[arg(long, default_value = "auto")]
    pub vision: String,
    #[arg(long, default_value_t = 300)]
    pub resolution_dpi: u32,
    #[arg(long, default_value_t = 0.6)]
    pub min_confidence: f64,
}

/// Writes a long page, and warns of every tenth word.
#[stage(name = "long", options = SomeOptions)]
pub fn long(page: PageNumber, options: &SomeOptions, warnings: Warnings) -> Result<(LongPage, ManyMetrics)> {
    long_page(page, options, &warnings)
}

#[expect(clippy::unnecessary_wraps, reason = "it stands for a stage's function")]
fn long_page(page: PageNumber, options: &SomeOptions, warnings: &Warnings) -> Result<(LongPage, ManyMetrics)> {
    let words: Vec<String> = (0..2000).map(|word| format!("word {word} of page {page}")).collect();
    for word in words.iter().step_by(10) {
        warnings.push(format!("`{word}` is not in the dictionary"));
    }
    let metrics = ManyMetrics {
        total_blocks_classified: 17,
        avg_classification_confidence: 0.676_712_345,
        page_number_extracted: true,
        page_region_classified: true,
        printed_page_number: Some(page.to_string()),
        numbering_style: options.engine.clone(),
        page_region: "front_matter".to_owned(),
        artifacts: 3,
        unsure_words_ratio: 0.166_712_345,
        asked: true,
        picture_sent: "none".to_owned(),
        blocks_changed: 4,
        changes_refused: 1,
        mean_line_height_px: 31.234_567,
        mean_word_confidence: 91.234_567,
        dictionary_words_ratio: 0.981_234,
    };
    Ok((LongPage { words }, metrics))
}

/// Shortens it.
#[stage(name = "shortened", deps = [long], options = SomeOptions)]
pub fn shortened(
    page: PageNumber,
    long: Window<LongPage, 2>,
    options: &SomeOptions,
    warnings: Warnings,
) -> Result<(LongPage, ManyMetrics)> {
    let (_, metrics) = long_page(page, options, &warnings)?;
    Ok((LongPage { words: long.page.words[..100].to_vec() }, metrics))
}

/// Memory of this process, bytes.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process its size");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the size is among it");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("it is a number") * 1024
}

#[test]
fn an_inspected_page_takes_two_kibibytes_at_most_whatever_its_size() {
    const PAGES: u32 = 20_000;
    let book = TestBook::of_pages(5);
    assert!(book.process(&[<long as Stage>::ROW, <shortened as Stage>::ROW], &Request::default()).summary.complete());
    let page_bytes = book.bytes("long/page_0003.json").expect("the page is made").len();
    assert!(page_bytes > 50_000, "the page is long: {page_bytes} bytes");
    let bytes = book.bytes("shortened/page_0003.json").expect("the page is made");
    let found = PageType::of(&<shortened as Stage>::ROW.output).read(&bytes).expect("the page is valid");
    assert_eq!(found.record.as_ref().expect("it has a record").warnings.len(), 200);
    let before = resident_bytes();
    let pages: BTreeMap<Unit, PageState> = (1..=PAGES)
        .map(|page| {
            let summary = PageSummary::new(found.hash.clone(), found.record.as_ref());
            (Unit::of_number(page), PageState::Valid(summary))
        })
        .collect();
    let per_page = (resident_bytes() - before) / pages.len();
    assert!(per_page <= 2048, "{per_page} bytes per page and stage");
    assert!(per_page > 500, "something was kept: {per_page} bytes");
}
