use serde::Serialize;

use super::{BlockKind, DrawnBlock, DrawnLine, DrawnPage, LineEnd};

/// A word hyphenated at a line end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineEndHyphen {
    /// Its page, counted from 1.
    pub page: u32,
    /// The part at the line end, with the hyphen: `self-`, `cam-`.
    pub before: String,
    /// The part on the next line, possibly on the next page: `aware,`, `paign`.
    pub after: String,
    /// Whether the hyphen belongs to the word (`self-aware`), not to the line end (`campaign`).
    pub real: bool,
}

impl LineEndHyphen {
    /// The word without a line end in it.
    #[must_use]
    pub fn whole(&self) -> String {
        let before = if self.real { &self.before } else { self.before.trim_end_matches('-') };
        format!("{before}{}", self.after)
    }
}

/// All hyphens at line ends of a book, including page ends, in reading order.
#[must_use]
pub fn line_end_hyphens(pages: &[DrawnPage]) -> Vec<LineEndHyphen> {
    let mut hyphens = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let next_page = || pages[at + 1..].iter().find_map(|page| page.blocks.iter().find(|block| flows(block)));
        for (number, block) in page.blocks.iter().enumerate() {
            let last_on_page = !page.blocks[number + 1..].iter().any(flows);
            let over = if flows(block) && last_on_page { next_page() } else { None };
            for (index, paragraph) in block.paragraphs.iter().enumerate() {
                let over = if index + 1 == block.paragraphs.len() { over } else { None };
                let first_over = over.into_iter().flat_map(DrawnBlock::lines).next();
                let nexts = paragraph.lines.iter().skip(1).map(Some).chain([first_over]);
                hyphens.extend(
                    paragraph.lines.iter().zip(nexts).filter_map(|(line, next)| hyphen(at as u32 + 1, line, next?)),
                );
            }
        }
    }
    hyphens
}

fn hyphen(page: u32, line: &DrawnLine, next: &DrawnLine) -> Option<LineEndHyphen> {
    let real = match line.end {
        LineEnd::RealHyphen => true,
        LineEnd::SplitHyphen => false,
        LineEnd::Space | LineEnd::Dash => return None,
    };
    let (before, after) = (line.words.last()?.text.clone(), next.words.first()?.text.clone());
    Some(LineEndHyphen { page, before, after, real })
}

/// Whether text of this kind continues across pages.
fn flows(block: &DrawnBlock) -> bool {
    matches!(block.kind, BlockKind::Body | BlockKind::Quote | BlockKind::Preface)
}

#[cfg(test)]
mod tests {
    use super::line_end_hyphens;
    use crate::draw::{Document, PageFormat};

    /// Every hyphen, put together, gives a word of the text, on pages so small that some words go over a page.
    #[test]
    fn parted_words_are_words_of_the_text() {
        let text =
            "An extraordinarily self-possessed bookseller considered the circumstances of a never-to-be-forgotten \
            conversation about typographical peculiarities. "
                .repeat(20);
        let format = PageFormat { width_pt: 230.0, height_pt: 200.0, ..PageFormat::octavo() };
        let pages = Document::new().prose(&text).typeset(&format);
        let hyphens = line_end_hyphens(&pages);
        let words: Vec<&str> = text.split_whitespace().collect();
        for hyphen in &hyphens {
            let whole = hyphen.whole();
            assert!(words.iter().any(|word| word.contains(&whole)), "{hyphen:?}");
        }
        assert!(hyphens.iter().any(|hyphen| hyphen.real) && hyphens.iter().any(|hyphen| !hyphen.real));
        let over = |page: u32| {
            let last = pages[page as usize - 1].blocks[0].lines().last().unwrap().words.last().unwrap();
            hyphens.iter().any(|hyphen| hyphen.page == page && hyphen.before == last.text)
        };
        assert!((1..pages.len() as u32).any(over), "some word goes over a page");
    }
}
