use shelf_pages::{NumberingStyle, PageNumberLocation};

use super::folio::trim_punctuation;
use super::matter::is_division;
use super::page_number_candidate::{PageNumberCandidate, YEARS};
use crate::page_layout::{PageLayout, TextRow, is_mostly_capitals};

/// A row at the top or bottom of a page, which may be a running head or foot or contain the page number.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderFooterRow {
    /// The top or the bottom of the page.
    pub location: PageNumberLocation,
    /// Its index among the rows of the page layout.
    pub row_index: usize,
    /// Its words, without surrounding punctuation.
    pub words: Vec<String>,
    /// Confidence of the recognition of each word, 0..=1.
    pub confidences: Vec<f64>,
    /// The height of its centre, as a fraction of the scan's height from the top, 0..=1.
    pub center_ratio: f64,
    /// Its edge towards the text, px: the bottom of a row at the top, the top of a row at the bottom.
    pub inner_edge_px: u32,
    /// Whether the white space between it and the text is larger than between two rows of text. Footnotes belong to the text and are never set
    /// apart.
    pub is_set_apart: bool,
    /// Whether it is narrower than the text, in capitals, or in smaller type.
    pub differs_from_text: bool,
}

/// Headers are within this fraction of the scan's height from the top, footers from the bottom, 0..=1.
const ZONE_RATIO: f64 = 0.24;

/// How many rows are considered at the top and at the bottom.
const MAX_ROWS: usize = 2;

/// White space between a header or footer and the text, in leadings; within text it is 0.2 to 0.4.
const MIN_GAP_LEADINGS: f64 = 0.5;

/// Rows narrower than this fraction of the text's width, or in type smaller than this fraction of the body text's, differ from the text.
const MAX_WIDTH_RATIO: f64 = 0.85;
const MAX_TYPE_RATIO: f64 = 0.88;

/// Maximum length of a word that may be an illegible page number.
const MAX_ILLEGIBLE_CHARS: usize = 4;

/// Marks with which footnotes begin.
const FOOTNOTE_MARKS: [char; 4] = ['*', '†', '‡', '§'];

impl HeaderFooterRow {
    /// The rows at the top and at the bottom of a page.
    #[must_use]
    pub fn all_of(layout: &PageLayout) -> Vec<Self> {
        let rows = layout.rows.len();
        let center = |row: &TextRow| f64::from(row.bbox.y + row.bbox.height / 2) / f64::from(layout.height);
        let head = (0..rows.min(MAX_ROWS)).filter(|at| center(&layout.rows[*at]) < ZONE_RATIO);
        let foot = (rows.saturating_sub(MAX_ROWS).max(1)..rows)
            .rev()
            .filter(|at| center(&layout.rows[*at]) > 1.0 - ZONE_RATIO);
        let heads = head.map(|at| (at, PageNumberLocation::Header));
        let feet = foot.map(|at| (at, PageNumberLocation::Footer));
        heads.chain(feet).map(|(at, location)| Self::of(layout, at, location)).collect()
    }

    fn of(layout: &PageLayout, at: usize, location: PageNumberLocation) -> Self {
        let row = &layout.rows[at];
        let (inner_edge_px, gap) = match location {
            PageNumberLocation::Footer => (row.bbox.y, layout.gap_above(at)),
            _ => (row.bbox.bottom(), layout.gap_below(at)),
        };
        let words = row.words.iter().enumerate().map(|(at, word)| match trim_punctuation(&word.text) {
            // Where a number is printed: `READERS          )`.
            "" if layout.may_be_misread_number(row, at) => (word.text.clone(), word.confidence),
            text => (text.to_owned(), word.confidence),
        });
        let (words, confidences) = words.filter(|(word, _)| !word.is_empty()).unzip();
        let narrow = f64::from(row.bbox.width) < MAX_WIDTH_RATIO * layout.text_width_px();
        let small = row.type_height_px() < MAX_TYPE_RATIO * layout.body_height_px;
        Self {
            location,
            row_index: at,
            words,
            confidences,
            center_ratio: f64::from(row.bbox.y + row.bbox.height / 2) / f64::from(layout.height),
            inner_edge_px,
            is_set_apart: gap.is_none_or(|gap| gap >= MIN_GAP_LEADINGS) && !is_like_a_note(row, location),
            differs_from_text: narrow || small || is_mostly_capitals(&row.text()),
        }
    }

    /// Its letters in lower case, for comparison with rows of other pages.
    #[must_use]
    pub fn letters(&self) -> String {
        let words = self.words.iter().filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
        words.flat_map(|word| word.chars()).filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
    }

    /// Whether it begins with a division of the book, as headings do: `CHAPTER IV`.
    #[must_use]
    pub fn names_a_division(&self) -> bool {
        self.words.first().is_some_and(|word| is_division(word))
    }

    /// The candidates for the page number: its first and its last word. `is_rare` says whether a word is in no other running head of the
    /// book; then it may be an illegible number.
    #[must_use]
    pub fn page_number_candidates(
        &self,
        is_running_head: bool,
        is_rare: impl Fn(&str) -> bool,
    ) -> Vec<PageNumberCandidate> {
        let alone = self.words.len() == 1;
        let may_contain_number = alone || is_running_head || (self.is_set_apart && self.differs_from_text);
        if !may_contain_number {
            return Vec::new();
        }
        let confidence = |at: usize| self.confidences.get(at).copied().unwrap_or_default();
        if let Some(at) = self.number_of_total() {
            let text = self.words[at].clone();
            return vec![PageNumberCandidate {
                text,
                location: self.location,
                position_score: 1.0,
                confidence: confidence(at),
            }];
        }
        let last = self.words.len().saturating_sub(1);
        let mut ends = vec![0];
        if last > 0 {
            ends.push(last);
        }
        let candidate = |at: usize| {
            let text = self.words.get(at)?;
            let after_division = at > 0 && is_division(&self.words[at - 1]);
            let plain = PageNumberCandidate {
                text: text.clone(),
                location: self.location,
                position_score: 1.0,
                confidence: confidence(at),
            };
            let position_score = match (plain.folio(), text.chars().count()) {
                _ if after_division => return None,
                // `Sixth Generation—Joseph I.`
                (Some(folio), 1) if folio.style == NumberingStyle::Roman && !alone && !is_running_head => return None,
                (Some(folio), _) if YEARS.contains(&folio.value) && !is_running_head => 0.3,
                (Some(_), _) if alone || is_running_head => 1.0,
                (Some(_), _) => 0.7,
                (None, 1..=MAX_ILLEGIBLE_CHARS) if alone || (is_running_head && is_rare(text)) => 0.3,
                (None, _) => return None,
            };
            Some(PageNumberCandidate { position_score, ..plain })
        };
        ends.into_iter().filter_map(candidate).collect()
    }

    /// The index of the number in a row such as `Page 6 of 87`, which is not the number of pages.
    fn number_of_total(&self) -> Option<usize> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let is_word = |word: &str, known: &[&str]| known.contains(&word.to_lowercase().as_str());
        let (at, of, total) = match words[..] {
            [page, _, of, total] if is_word(page, &["page", "p", "pg", "seite"]) => (1, of, total),
            [_, of, total] => (0, of, total),
            _ => return None,
        };
        let (first, last) = (words[at].parse::<u32>().ok()?, total.parse::<u32>().ok()?);
        (is_word(of, &["of", "von", "de", "sur"]) && first <= last).then_some(at)
    }
}

/// Whether a row is a footnote, such as `1 Ibid., vol. ii.` on one page after another, and not a running foot: it begins with a mark, or is a sentence.
fn is_like_a_note(row: &TextRow, location: PageNumberLocation) -> bool {
    let text = row.text();
    let is_sentence = || {
        row.words.len() >= MIN_SENTENCE_WORDS
            && text.ends_with('.')
            && row.words.iter().any(|word| word.text.starts_with(char::is_lowercase))
    };
    text.starts_with(FOOTNOTE_MARKS) || location == PageNumberLocation::Footer && is_sentence()
}

/// Shorter rows are not sentences.
const MIN_SENTENCE_WORDS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page_layout::test_pages::{block, centred, line, page, prose};

    fn rows(head: &str, foot: &str) -> Vec<HeaderFooterRow> {
        let blocks = [
            (!head.is_empty()).then(|| block(1, &[line((100, 50), 16, head)])),
            Some(prose(2, 100, 40)),
            (!foot.is_empty()).then(|| block(3, &[centred(1000, 1330, 20, foot)])),
        ];
        HeaderFooterRow::all_of(&PageLayout::of(&page(1, blocks.into_iter().flatten().collect()), None))
    }

    fn candidate_texts(head: &str, foot: &str) -> Vec<String> {
        let rows = rows(head, foot);
        rows.iter()
            .flat_map(|row| row.page_number_candidates(false, |_| true))
            .map(|candidate| candidate.text)
            .collect()
    }

    #[test]
    fn page_numbers_are_at_row_ends_or_alone() {
        assert_eq!(candidate_texts("12 SKETCHES OF", ""), ["12"]);
        assert_eq!(candidate_texts("SKETCHES OF 13", ""), ["13"]);
        assert_eq!(candidate_texts("SKETCHES. [13]", ""), ["13"]);
        assert_eq!(candidate_texts("", "— 12 —"), ["12"]);
        assert_eq!(candidate_texts("", "(xii)"), ["xii"]);
        assert_eq!(candidate_texts("", ""), Vec::<String>::new(), "rows of text have no candidates");
    }

    #[test]
    fn chapter_number_is_not_a_candidate() {
        assert_eq!(candidate_texts("CHAPTER II.", ""), Vec::<String>::new());
        assert_eq!(candidate_texts("BOOK II. 45", ""), ["45"]);
    }

    #[test]
    fn sign_beside_a_running_head_may_be_a_misread_number() {
        let candidates = |sign_left: u32| {
            let head = block(1, &[line((100, 50), 16, "SKETCHES OF"), line((sign_left, 50), 16, ")")]);
            let layout = PageLayout::of(&page(1, vec![head, prose(2, 100, 40)]), None);
            let rows = HeaderFooterRow::all_of(&layout);
            let candidates = rows.iter().flat_map(|row| row.page_number_candidates(true, |word| word == ")"));
            candidates.map(|candidate| candidate.text).collect::<Vec<_>>()
        };
        assert_eq!(candidates(800), [")"]);
        assert_eq!(candidates(210), Vec::<String>::new(), "close to the words it is punctuation");
    }

    #[test]
    fn number_of_pages_and_number_of_a_king_are_not_candidates() {
        assert_eq!(candidate_texts("", "Page 6 of 87"), ["6"]);
        assert_eq!(candidate_texts("", "6 of 87"), ["6"]);
        assert_eq!(candidate_texts("JOSEPH I.", ""), Vec::<String>::new());
        assert_eq!(candidate_texts("", "I."), ["I"], "alone it may be a page number");
    }

    #[test]
    fn repeated_footnote_is_not_set_apart() {
        for (foot, is_note) in [
            ("1 Ibid., vol. ii. p. 47.", true),
            ("“ Letter of the 4th of March.", true),
            ("A foot of words", false),
            ("12 THE COAST", false),
            ("Digitized by Google", false),
        ] {
            let rows = rows("", foot);
            let foot_row = rows.iter().find(|row| row.location == PageNumberLocation::Footer).unwrap();
            assert_eq!(foot_row.is_set_apart, !is_note, "{foot}");
        }
    }

    #[test]
    fn year_has_a_low_position_score() {
        let rows = rows("THE WAR OF 1812", "");
        assert!(rows[0].page_number_candidates(false, |_| false)[0].position_score < 0.5);
    }

    #[test]
    fn rare_word_in_a_running_head_is_a_candidate() {
        let rows = rows("COLONIAL FLORIDA. It", "");
        let texts = |rare: bool| {
            rows[0]
                .page_number_candidates(true, |word| rare && word == "It")
                .into_iter()
                .map(|found| found.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(true), ["It"]);
        assert_eq!(texts(false), Vec::<String>::new());
        assert_eq!(rows[0].letters(), "colonialfloridait");
    }
}
