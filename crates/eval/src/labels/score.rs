use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::boxes::overlap;
use super::page::{Labelled, LabelledPage};
use super::text_match::same_text;
use super::truth::{Kind, LabelTruth, PageTruth, Place, TrueBlock};

/// How good the labels and the page numbers of a book are.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LabelScore {
    /// The printed page numbers.
    pub page_numbers: PageNumberScore,
    /// Every kind of block that the table tells of, by its name.
    pub classes: BTreeMap<String, ClassScore>,
}

/// How many printed page numbers are right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageNumberScore {
    /// Pages whose number is that of the table, or which have none in both.
    pub right: usize,
    /// Pages of which the table tells it.
    pub pages: usize,
    /// What is wrong: the page, what is printed on it, what was found.
    pub wrong: Vec<(u32, String, String)>,
}

/// How many blocks of a kind were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ClassScore {
    /// Blocks of the kind in the table.
    pub expected: usize,
    /// Of these, the ones that a block with a fitting label lies on, or says.
    pub found: usize,
    /// Blocks that are labelled as of the kind.
    pub claimed: usize,
    /// Of these, the ones that lie on, or say, something that may be labelled so.
    pub right: usize,
}

impl ClassScore {
    /// Share of the claimed blocks that are right, 0..=1; none where none is claimed.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        (self.claimed > 0).then(|| self.right as f64 / self.claimed as f64)
    }

    /// Share of the expected blocks that were found, 0..=1; none where none is expected.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        (self.expected > 0).then(|| self.found as f64 / self.expected as f64)
    }

    /// Harmonic mean of precision and recall, 0..=1; none where nothing is claimed and nothing expected.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        match (self.precision(), self.recall()) {
            (None, None) => None,
            (Some(precision), Some(recall)) if precision + recall > 0.0 => {
                Some(2.0 * precision * recall / (precision + recall))
            }
            _ => Some(0.0),
        }
    }
}

/// Scores the pages of `merged` (or of `labels` [joined](super::labelled) with `ocr`) against a table. `page` gives the page of a scan; one that
/// was not made counts as a page without number and blocks.
///
/// A block of the table is found if a block with a fitting label lies on it (half of one box lies in the other), or says what it says. A
/// labelled block is right if it does so with some block of the table that may be labelled so. Where a table has texts and no boxes, the blocks
/// that follow a right one with a label of the same kind belong to it, such as a chapter's title after its number, and do not count.
#[must_use]
pub fn score_labels(truth: &LabelTruth, page: impl Fn(u32) -> Option<Value>) -> LabelScore {
    let mut score = LabelScore::default();
    for (number, expected) in &truth.pages {
        let found = page(*number).as_ref().map(LabelledPage::of).unwrap_or_default();
        score.page_numbers.add(*number, expected, &found);
        for kind in truth.kinds.iter().filter(|kind| **kind != Kind::Text) {
            score.classes.entry(kind.name().to_owned()).or_default().add(kind, expected, &found);
        }
    }
    score
}

impl PageNumberScore {
    fn add(&mut self, number: u32, expected: &PageTruth, found: &LabelledPage) {
        let Some(expected) = &expected.printed_page_number else { return };
        let found = found.printed_page_number.as_deref().unwrap_or_default();
        self.pages += 1;
        if expected.eq_ignore_ascii_case(found) {
            self.right += 1;
        } else {
            self.wrong.push((number, expected.clone(), found.to_owned()));
        }
    }
}

impl ClassScore {
    fn add(&mut self, kind: &Kind, expected: &PageTruth, found: &LabelledPage) {
        let of_kind = expected.blocks.iter().filter(|block| block.kind == *kind);
        let is_found = |block: &&TrueBlock| {
            found.blocks.iter().any(|found| kind.accepts(&found.classification) && matches(block, found))
        };
        self.expected += of_kind.clone().count();
        self.found += of_kind.filter(is_found).count();
        let mut follows_a_right_one = false;
        for block in &found.blocks {
            if !kind.is_claimed_by(&block.classification) {
                follows_a_right_one = false;
                continue;
            }
            let right =
                expected.blocks.iter().any(|truth| truth.kind.accepts(&block.classification) && matches(truth, block));
            if right || !(follows_a_right_one || is_ignored(block, expected)) {
                self.claimed += 1;
                self.right += usize::from(right);
            }
            follows_a_right_one |= right && !expected.blocks.iter().any(|truth| matches!(truth.place, Place::Box(_)));
        }
    }
}

fn matches(truth: &TrueBlock, found: &Labelled) -> bool {
    match &truth.place {
        Place::Box(bbox) => found.bbox.is_some_and(|found| overlap(*bbox, found)),
        Place::Text(text) => same_text(text, &found.text),
    }
}

fn is_ignored(block: &Labelled, expected: &PageTruth) -> bool {
    block.bbox.is_some_and(|bbox| expected.ignored.iter().any(|ignored| overlap(*ignored, bbox)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::super::table::parse_table;
    use super::*;

    fn truth(table: &str) -> LabelTruth {
        parse_table(table, Path::new("truth")).unwrap()
    }

    fn page(number: Option<&str>, blocks: &[(&str, [u32; 4], &str)]) -> Value {
        let block = |(label, bbox, text): &(&str, [u32; 4], &str)| json!({ "classification": label, "bbox": bbox, "paragraphs": [{ "text": text }] });
        json!({ "printed_page_number": number, "blocks": blocks.iter().map(block).collect::<Vec<_>>() })
    }

    const BOX: [u32; 4] = [0, 0, 9, 9];

    #[test]
    fn page_numbers_are_compared_with_none_as_well() {
        let truth = truth("page\tprinted_page_number\n1\t\n2\tix\n3\t10\n4\t11\n");
        let found = |number| match number {
            2 => Some(page(Some("IX"), &[])),
            3 => Some(page(Some("16"), &[])),
            1 => Some(page(None, &[])),
            _ => None,
        };
        let score = score_labels(&truth, found).page_numbers;
        assert_eq!((score.right, score.pages), (2, 4));
        let wrong = [(3, "10".to_owned(), "16".to_owned()), (4, "11".to_owned(), String::new())];
        assert_eq!(score.wrong, wrong);
    }

    #[test]
    fn texts_are_found_and_what_belongs_to_them_does_not_count() {
        let truth = truth("page\trunning_head\tchapter_headings\n1\t\tCHAPTER I.\n2\tTHE HEAD\t\n3\tTHE HEAD\t\n");
        let found = |number| {
            Some(match number {
                1 => page(
                    None,
                    &[("CHAPTER_HEADING", BOX, "CHAPTER I"), ("CHAPTER_HEADING", BOX, "A long title of it, with more")],
                ),
                2 => page(
                    None,
                    &[("HEADER", BOX, "2 THE HEAD"), ("BODY", BOX, "text"), ("CHAPTER_HEADING", BOX, "no heading")],
                ),
                _ => page(None, &[("BODY", BOX, "THE HEAD")]),
            })
        };
        let score = score_labels(&truth, found);
        assert_eq!(score.classes["HEADER"], ClassScore { expected: 2, found: 1, claimed: 1, right: 1 });
        assert_eq!(score.classes["chapter heading"], ClassScore { expected: 1, found: 1, claimed: 2, right: 1 });
    }

    #[test]
    fn boxes_are_found_where_they_lie() {
        let truth = truth("page,classification,x,y,width,height\n1,BODY,0,0,100,100\n1,FOOTNOTE,0,200,100,50\n");
        let blocks = [("BODY", [0, 0, 100, 40], ""), ("BODY", [0, 40, 100, 60], ""), ("BODY", [0, 200, 100, 50], "")];
        let score = score_labels(&truth, |_| Some(page(None, &blocks)));
        assert_eq!(score.classes["BODY"], ClassScore { expected: 1, found: 1, claimed: 3, right: 2 });
        assert_eq!(score.classes["FOOTNOTE"].f1(), Some(0.0));
        assert_eq!(score.page_numbers.pages, 0);
    }

    #[test]
    fn a_head_may_carry_the_number_and_what_nobody_knows_is_ignored() {
        let line = |kind: &str, x: u32| {
            format!(
                "p.png,1,{{}},1,1,\"{{\"\"x\"\":{x},\"\"y\"\":0,\"\"width\"\":10,\"\"height\"\":10}}\",\"{{\"\"text\"\":\"\"{kind}\"\"}}\"\n"
            )
        };
        let truth = truth(&[line("page_number", 0), line("title", 50), line("undefined", 200)].concat());
        let blocks = [("HEADER", [0, 0, 60, 10], ""), ("SECTION_HEADING", [200, 0, 10, 10], "")];
        let score = score_labels(&truth, |_| Some(page(None, &blocks)));
        assert_eq!(score.classes["page number"], ClassScore { expected: 1, found: 1, claimed: 0, right: 0 });
        assert_eq!(score.classes["head or heading"], ClassScore { expected: 1, found: 1, claimed: 1, right: 1 });
    }

    #[test]
    fn the_mean_is_harmonic() {
        let score = ClassScore { expected: 4, found: 2, claimed: 2, right: 2 };
        assert!((score.f1().unwrap() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(ClassScore::default().f1(), None);
    }
}
