use std::fmt::{self, Display, Formatter, Write as _};

use serde::Serialize;

use super::ask::{is_number_unsure, is_unsure};
use crate::labels::LabelsPage;
use crate::labels::rules::{BlockView, PageView};
use shelf_pages::Bbox;

/// How many words of each block are sent.
const MAX_BLOCK_WORDS: usize = 12;

/// The question about a page: a line for its number, one for each block and one for each figure. Positions are in percent of the page.
pub(super) fn question(page: &PageView, labelled: &LabelsPage) -> String {
    let mut question = String::new();
    if let Some(region) = labelled.page_region {
        let _ = writeln!(question, "Part of the book: {}", Name(region));
    }
    let number = labelled.printed_page_number.as_deref().unwrap_or("none");
    let _ = writeln!(question, "Page number: {number}{}", mark(is_number_unsure(labelled)));
    for (block, label) in page.blocks.iter().zip(&labelled.blocks) {
        let _ = write!(question, "[{}] {}", block.block_num, place(&block.bbox, page));
        if block.size > 0.0 {
            let _ = write!(question, ", type {:.1}", block.size);
        }
        let label = (Name(label.classification), mark(is_unsure(label)));
        let _ = writeln!(question, ", {}{}: {}", label.0, label.1, first_words(block));
    }
    for figure in &page.figures {
        let _ = writeln!(question, "figure {}", place(figure, page));
    }
    question
}

/// `4-7% left 12%`.
fn place(bbox: &Bbox, page: &PageView) -> String {
    let share = |px: u32, of: u32| (100.0 * f64::from(px) / f64::from(of.max(1))).round();
    let (width, height) = (page.layout.width, page.layout.height);
    format!("{}-{}% left {}%", share(bbox.y, height), share(bbox.bottom(), height), share(bbox.x, width))
}

fn first_words(block: &BlockView) -> String {
    let words: Vec<&str> = block.text.split_whitespace().take(MAX_BLOCK_WORDS).collect();
    words.join(" ")
}

fn mark(unsure: bool) -> &'static str {
    if unsure { "?" } else { "" }
}

/// A word of the page formats as in JSON, without the quotation marks.
struct Name<T>(T);

impl<T: Serialize> Display for Name<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}
