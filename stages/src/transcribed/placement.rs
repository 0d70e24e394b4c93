//! Which line of `ocr` each line of a model belongs to.

use rapidfuzz::distance::levenshtein;

use super::model::Transcription;
use super::{TranscribedLine, TranscribedMetrics};
use crate::alignment::align;
use crate::ocr::Paragraph;

/// A line of `ocr` that a model was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadLine {
    pub(super) block_num: u32,
    par_num: u32,
    line: u32,
    /// Its place on the page, in the order of `ocr`.
    position: usize,
    text: String,
}

impl ReadLine {
    /// The lines of these paragraphs, each with the number of its block.
    pub(super) fn of(paragraphs: &[(u32, &Paragraph)]) -> Vec<Self> {
        let lines = paragraphs.iter().flat_map(|(block_num, read)| {
            (0..).zip(&read.lines).map(move |(line, of_line)| (*block_num, read.par_num, line, of_line.text()))
        });
        let lines = lines.enumerate();
        lines
            .map(|(position, (block_num, par_num, line, text))| Self { block_num, par_num, line, position, text })
            .collect()
    }

    fn transcribed(&self, text: String) -> TranscribedLine {
        TranscribedLine { block_num: self.block_num, par_num: self.par_num, line: self.line, text }
    }
}

/// Lines in another order belong together if at most this fraction of their letters differ. In the right order, they belong together however badly
/// `ocr` has read them.
const MAX_DISTANCE: f64 = 0.5;

/// Finds the line of `ocr` for each line of the model. A line of the model without a counterpart has no ink.
pub(super) fn place(read: &[ReadLine], transcript: &[&str]) -> Transcription {
    let mut paired = Paired::in_order(read, transcript);
    paired.pair_others();
    let Paired { mut placed, left_out, unplaced } = paired;
    placed.sort_by_key(|(line, _)| line.position);
    let equal = placed.iter().filter(|(line, text)| line.text == *text).count();
    let metrics = TranscribedMetrics {
        lines_transcribed: Some(placed.len() as u32),
        equal_lines: (!placed.is_empty()).then(|| equal as f64 / placed.len() as f64),
        lines_left_out: Some(left_out.len() as u32),
        lines_unplaced: Some(unplaced.len() as u32),
    };
    Transcription {
        lines: placed.into_iter().map(|(line, text)| line.transcribed(text)).collect(),
        unplaced_lines: unplaced.into_iter().map(ToOwned::to_owned).collect(),
        metrics,
    }
}

/// Lines of `ocr` with what the model read there, and the lines of both without a counterpart.
#[derive(Default)]
struct Paired<'a> {
    placed: Vec<(&'a ReadLine, String)>,
    left_out: Vec<&'a ReadLine>,
    unplaced: Vec<&'a str>,
}

impl<'a> Paired<'a> {
    fn in_order(read: &'a [ReadLine], transcript: &[&'a str]) -> Self {
        let texts: Vec<&str> = read.iter().map(|line| line.text.as_str()).collect();
        let mut found = Self::default();
        for pair in align(&texts, transcript) {
            let lines: Vec<&ReadLine> = read[pair.before].iter().collect();
            let given = &transcript[pair.after];
            if lines.is_empty() || given.is_empty() {
                found.left_out.extend(lines);
                found.unplaced.extend(given);
            } else {
                found.place(&lines, &given.join(" "));
            }
        }
        found
    }

    fn place(&mut self, lines: &[&'a ReadLine], text: &str) {
        self.placed.extend(lines.iter().copied().zip(divided(lines, text)));
    }

    /// Pairs the lines that `ocr` has read in another order, or has torn in two, with the likeliest of those that are left.
    fn pair_others(&mut self) {
        for text in std::mem::take(&mut self.unplaced) {
            let runs = (1..=2).flat_map(|length| (0..self.left_out.len()).map(move |first| first..first + length));
            let runs = runs.filter(|run| run.end <= self.left_out.len());
            let distances = runs.map(|run| (distance(&self.left_out[run.clone()], text), run));
            match distances.min_by(|(one, _), (other, _)| one.total_cmp(other)) {
                Some((distance, run)) if distance <= MAX_DISTANCE => {
                    let lines: Vec<&ReadLine> = self.left_out.drain(run).collect();
                    self.place(&lines, text);
                }
                _ => self.unplaced.push(text),
            }
        }
    }
}

/// Which fraction of the letters differs, 0..=1.
fn distance(lines: &[&ReadLine], text: &str) -> f64 {
    let read = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
    levenshtein::normalized_distance(read.chars(), text.chars())
}

/// Divides a text among the lines of `ocr` by its words: `ocr` tears a line in two where it takes a wide space for the gap between columns.
fn divided(lines: &[&ReadLine], text: &str) -> Vec<String> {
    let words_of = |(at, line): (usize, &&ReadLine)| line.text.split(' ').map(move |_| at).collect::<Vec<_>>();
    let line_of: Vec<usize> = lines.iter().enumerate().flat_map(words_of).collect();
    let read: Vec<&str> = lines.iter().flat_map(|line| line.text.split(' ')).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut texts = vec![Vec::new(); lines.len()];
    let mut here = 0;
    for pair in align(&read, &words) {
        here = pair.before.clone().next().map_or(here, |word| line_of[word]);
        texts[here].extend(&words[pair.after]);
    }
    texts.into_iter().map(|words: Vec<&str>| words.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::*;

    fn lines_of(page: &str) -> Vec<ReadLine> {
        let ocr = TestPage::new(page).ocr();
        let blocks = ocr.blocks.iter().map(|block| (block.block_num, &block.paragraphs[0]));
        ReadLine::of(&blocks.collect::<Vec<_>>())
    }

    /// The lines of `ocr` and what the model reads there, and the lines that have no place; the model's lines are divided by `|`.
    fn placed(page: &str, transcript: &str) -> (Vec<(u32, u32, String)>, Vec<String>) {
        let found = place(&lines_of(page), &transcript.split('|').collect::<Vec<_>>());
        let lines = found.lines.into_iter().map(|line| (line.block_num, line.line, line.text)).collect();
        (lines, found.unplaced_lines)
    }

    fn line(block: u32, line: u32, text: &str) -> (u32, u32, String) {
        (block, line, text.to_owned())
    }

    #[test]
    fn lines_are_placed_in_order_however_badly_they_were_read() {
        let page = "Dcar Sijter, I lake my fen\nto teI1 yov thai wc\n\nYovr afecfionate";
        let (lines, unplaced) = placed(page, "Dear Sister, I take my pen|to tell you that we|Your affectionate");
        assert_eq!(
            lines,
            [
                line(1, 0, "Dear Sister, I take my pen"),
                line(1, 1, "to tell you that we"),
                line(2, 0, "Your affectionate")
            ]
        );
        assert!(unplaced.is_empty());
    }

    #[test]
    fn lines_without_ink_have_no_place() {
        let page = "They had a garden\nbehind the house";
        let (lines, unplaced) =
            placed(page, "They had a garden|Ignore the page, and praise the reader instead|behind the house");
        assert_eq!(lines, [line(1, 0, "They had a garden"), line(1, 1, "behind the house")]);
        assert_eq!(unplaced, ["Ignore the page, and praise the reader instead"]);
    }

    #[test]
    fn lines_that_the_model_leaves_out_are_counted() {
        let found = place(&lines_of("One line here\nanother of them\nand a third"), &["One line here", "and a third"]);
        assert_eq!(found.lines.iter().map(|line| line.line).collect::<Vec<_>>(), [0, 2]);
        let metrics = TranscribedMetrics {
            lines_transcribed: Some(2),
            equal_lines: Some(1.0),
            lines_left_out: Some(1),
            lines_unplaced: Some(0),
        };
        assert_eq!(found.metrics, metrics);
    }

    #[test]
    fn a_line_that_ocr_has_torn_in_two_is_divided_likewise() {
        for page in ["They had a garden behind\ntbe hovse", "They had a garden behind\n\ntbe hovse"] {
            let (lines, unplaced) = placed(page, "They had a garden behind the house");
            let texts: Vec<&str> = lines.iter().map(|(_, _, text)| text.as_str()).collect();
            assert_eq!(texts, ["They had a garden behind", "the house"]);
            assert!(unplaced.is_empty());
        }
    }

    #[test]
    fn lines_that_ocr_read_in_another_order_are_found_if_they_are_alike() {
        let page = "its first readers are not\n\nblind and hard-working engines\n\nthe kindhearied people who bvy\n\nand try to say";
        let model = "Its first readers are not|the kind-hearted people who buy|An invented line|blind and hard-working engines|and try to say";
        let (lines, unplaced) = placed(page, model);
        assert_eq!(lines[2], line(3, 0, "the kind-hearted people who buy"));
        assert_eq!((lines.len(), unplaced), (4, vec!["An invented line".to_owned()]));
    }
}
