use std::collections::BTreeMap;

use serde::Serialize;

use super::ground_truth::{LabelClass, LabelTruth, Locator, PageTruth, TrueBlock};
use super::overlap::overlap;
use super::page::{BlockWithText, LabelledPage};
use super::text_match::same_text;

/// The scores of a book's labels and page numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LabelScore {
    /// The printed page numbers.
    pub page_numbers: PageNumberScore,
    /// Every class of blocks in the table, by its name.
    pub classes: BTreeMap<String, ClassScore>,
}

/// How many printed page numbers are correct.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageNumberScore {
    /// Pages whose number is that of the table, or which have no number in both.
    pub right: usize,
    /// Pages whose number is in the table.
    pub pages: usize,
    /// Errors: the page, the printed number, the number found.
    pub wrong: Vec<(u32, String, String)>,
}

/// How many blocks of a class were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ClassScore {
    /// Blocks of the class in the table.
    pub expected: usize,
    /// Of these, those that match a block with an accepted label.
    pub found: usize,
    /// Blocks with a label of the class.
    pub claimed: usize,
    /// Of these, those that match a block in the table that accepts the label.
    pub right: usize,
}

impl ClassScore {
    /// Ratio of the claimed blocks that are right, 0..=1; `None` if none is claimed.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        (self.claimed > 0).then(|| self.right as f64 / self.claimed as f64)
    }

    /// Ratio of the expected blocks that were found, 0..=1; `None` if none is expected.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        (self.expected > 0).then(|| self.found as f64 / self.expected as f64)
    }

    /// Harmonic mean of precision and recall, 0..=1; `None` if nothing is claimed and nothing expected.
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

/// Scores labelled pages against a table. `page` returns the page of a scan; a missing page counts as one without number and blocks.
///
/// A block of the table is found if it matches a block with an accepted label: half of one box is inside the other, or the texts are the same. A
/// labelled block is right if it matches some block of the table that accepts its label. If the table has texts and no boxes, blocks that
/// follow a right one with a label of the same class belong to it, such as the title of a chapter after its number, and do not count.
#[must_use]
pub fn score_labels(truth: &LabelTruth, page: impl Fn(u32) -> Option<LabelledPage>) -> LabelScore {
    let mut score = LabelScore::default();
    for (number, expected) in &truth.pages {
        let found = page(*number).unwrap_or_default();
        score.page_numbers.add(*number, expected, &found);
        for class in truth.classes.iter().filter(|class| **class != LabelClass::Text) {
            score.classes.entry(class.name()).or_default().add(class, expected, &found);
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
    fn add(&mut self, class: &LabelClass, expected: &PageTruth, found: &LabelledPage) {
        let of_class = expected.blocks.iter().filter(|block| block.class == *class);
        let is_found = |block: &&TrueBlock| {
            found.blocks.iter().any(|found| class.accepts(found.classification) && matches(block, found))
        };
        self.expected += of_class.clone().count();
        self.found += of_class.filter(is_found).count();
        let mut follows_a_right_one = false;
        for block in &found.blocks {
            if !class.is_claimed_by(block.classification) {
                follows_a_right_one = false;
                continue;
            }
            let right =
                expected.blocks.iter().any(|truth| truth.class.accepts(block.classification) && matches(truth, block));
            if right || !(follows_a_right_one || is_ignored(block, expected)) {
                self.claimed += 1;
                self.right += usize::from(right);
            }
            follows_a_right_one |=
                right && !expected.blocks.iter().any(|truth| matches!(truth.locator, Locator::Box(_)));
        }
    }
}

fn matches(truth: &TrueBlock, found: &BlockWithText) -> bool {
    match &truth.locator {
        Locator::Box(bbox) => overlap(*bbox, found.bbox),
        Locator::Text(text) => same_text(text, &found.text),
    }
}

fn is_ignored(block: &BlockWithText, expected: &PageTruth) -> bool {
    expected.ignored.iter().any(|ignored| overlap(*ignored, block.bbox))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use shelf_pages::{Bbox, Classification};

    use super::super::table::parse_table;
    use super::*;

    fn truth(table: &str) -> LabelTruth {
        parse_table(table, Path::new("truth")).unwrap()
    }

    fn page(number: Option<&str>, blocks: &[(Classification, [u32; 4], &str)]) -> LabelledPage {
        let block = |(classification, bbox, text): &(Classification, [u32; 4], &str)| {
            let [x, y, width, height] = *bbox;
            let bbox = Bbox { x, y, width, height };
            BlockWithText { classification: *classification, bbox, text: (*text).to_owned() }
        };
        LabelledPage { printed_page_number: number.map(str::to_owned), blocks: blocks.iter().map(block).collect() }
    }

    const BOX: [u32; 4] = [0, 0, 9, 9];

    #[test]
    fn pages_without_number_are_scored_as_well() {
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
    fn blocks_are_matched_by_text_and_continuations_do_not_count() {
        let truth = truth("page\trunning_head\tchapter_headings\n1\t\tCHAPTER I.\n2\tTHE HEAD\t\n3\tTHE HEAD\t\n");
        let found = |number| {
            Some(match number {
                1 => page(
                    None,
                    &[
                        (Classification::ChapterHeading, BOX, "CHAPTER I"),
                        (Classification::ChapterHeading, BOX, "A long title of it, with more"),
                    ],
                ),
                2 => page(
                    None,
                    &[
                        (Classification::Header, BOX, "2 THE HEAD"),
                        (Classification::Body, BOX, "text"),
                        (Classification::ChapterHeading, BOX, "no heading"),
                    ],
                ),
                _ => page(None, &[(Classification::Body, BOX, "THE HEAD")]),
            })
        };
        let score = score_labels(&truth, found);
        assert_eq!(score.classes["HEADER"], ClassScore { expected: 2, found: 1, claimed: 1, right: 1 });
        assert_eq!(score.classes["chapter heading"], ClassScore { expected: 1, found: 1, claimed: 2, right: 1 });
    }

    #[test]
    fn blocks_are_matched_by_box() {
        let truth = truth("page,classification,x,y,width,height\n1,BODY,0,0,100,100\n1,FOOTNOTE,0,200,100,50\n");
        let blocks = [
            (Classification::Body, [0, 0, 100, 40], ""),
            (Classification::Body, [0, 40, 100, 60], ""),
            (Classification::Body, [0, 200, 100, 50], ""),
        ];
        let score = score_labels(&truth, |_| Some(page(None, &blocks)));
        assert_eq!(score.classes["BODY"], ClassScore { expected: 1, found: 1, claimed: 3, right: 2 });
        assert_eq!(score.classes["FOOTNOTE"].f1(), Some(0.0));
        assert_eq!(score.page_numbers.pages, 0);
    }

    #[test]
    fn header_may_contain_the_page_number_and_undefined_regions_are_ignored() {
        let line = |class: &str, x: u32| {
            format!(
                "p.png,1,{{}},1,1,\"{{\"\"x\"\":{x},\"\"y\"\":0,\"\"width\"\":10,\"\"height\"\":10}}\",\"{{\"\"text\"\":\"\"{class}\"\"}}\"\n"
            )
        };
        let truth = truth(&[line("page_number", 0), line("title", 50), line("undefined", 200)].concat());
        let blocks =
            [(Classification::Header, [0, 0, 60, 10], ""), (Classification::SectionHeading, [200, 0, 10, 10], "")];
        let score = score_labels(&truth, |_| Some(page(None, &blocks)));
        assert_eq!(score.classes["page number"], ClassScore { expected: 1, found: 1, claimed: 0, right: 0 });
        assert_eq!(score.classes["head or heading"], ClassScore { expected: 1, found: 1, claimed: 1, right: 1 });
    }

    #[test]
    fn f1_is_the_harmonic_mean() {
        let score = ClassScore { expected: 4, found: 2, claimed: 2, right: 2 };
        assert!((score.f1().unwrap() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(ClassScore::default().f1(), None);
    }
}
