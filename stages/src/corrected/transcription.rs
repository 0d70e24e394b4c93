//! What a vision model read on the page (`transcribed`), put into the text of `ocr` where the guard accepts it, before rules correct it.

use std::collections::BTreeMap;
use std::ops::Range;

use shelf::stage::ParagraphId;
use shelf_pages::{Bbox, CorrectedPage, Line, OcrPage, Paragraph, Proposal, ProposalDoubt, TranscribedPage, Word};

use super::model::guard::{Guard, JudgedPair, Verdict, align, folded};
use super::model::{ModelOutcome, corrections, count};
use super::rules::{CorrectionResult, correction_notes};

/// Confidence in a word that `ocr` and the model read in the same way, 0..=1, unless that of `ocr` is greater.
const AGREED_CONFIDENCE: f64 = 0.97;
/// Confidence in a word that the model read otherwise, if the guard accepts it, 0..=1.
const ACCEPTED_CONFIDENCE: f64 = 0.9;

/// The page of `ocr` with what a model read better.
pub(super) struct ReadTwice {
    /// Its words keep their boxes. Where both agree, their confidence is raised.
    pub(super) page: OcrPage,
    /// What is in doubt, by paragraph: at the words of `ocr`.
    flagged: BTreeMap<ParagraphId, Vec<JudgedPair>>,
    /// The model.
    reader: Option<String>,
}

/// Puts a transcription into the text of `ocr`.
pub(super) fn read_twice(
    ocr: &OcrPage,
    transcribed: &TranscribedPage,
    guard: &Guard,
    outcome: &mut ModelOutcome,
) -> ReadTwice {
    let reader = transcribed.model_used.0.clone();
    let mut twice = ReadTwice { page: ocr.clone(), flagged: BTreeMap::new(), reader };
    for block in &mut twice.page.blocks {
        for paragraph in &mut block.paragraphs {
            let id = ParagraphId { block: block.block_num, paragraph: paragraph.par_num };
            let Some(text) = transcription_of(id, paragraph, transcribed) else { continue };
            let judged = guard.judge(id, &paragraph.text, &text);
            count(id, &judged, outcome);
            raise_confidence(paragraph, &text, &|line| transcribed.lines_of(id).any(|given| given.line == line));
            accept(paragraph, &judged);
            twice.flagged.insert(id, judged);
        }
    }
    twice
}

/// The text of a paragraph as the model read it; lines that it did not read are those of `ocr`. `None` if it read none of them, or `ocr` gives
/// the paragraph's text without its lines.
fn transcription_of(id: ParagraphId, paragraph: &Paragraph, transcribed: &TranscribedPage) -> Option<String> {
    let given: BTreeMap<u32, &str> = transcribed.lines_of(id).map(|line| (line.line, line.text.as_str())).collect();
    let is_whole = paragraph.text.split_whitespace().eq(words(&paragraph.lines).map(|word| word.text.as_str()));
    if given.is_empty() || !is_whole {
        return None;
    }
    let lines = (0..).zip(&paragraph.lines);
    let lines = lines.map(|(at, line)| given.get(&at).map_or_else(|| line.text(), |text| (*text).to_owned()));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn words(lines: &[Line]) -> impl Iterator<Item = &Word> {
    lines.iter().flat_map(|line| &line.words)
}

/// Raises the confidence of the words that both read in the same way.
fn raise_confidence(paragraph: &mut Paragraph, text: &str, is_transcribed: &dyn Fn(u32) -> bool) {
    let read: Vec<String> = words(&paragraph.lines).map(|word| word.text.clone()).collect();
    let read: Vec<&str> = read.iter().map(String::as_str).collect();
    let given: Vec<&str> = text.split_whitespace().collect();
    let mut agreed = vec![false; read.len()];
    for pair in align(&read, &given) {
        let (before, after) = (read[pair.before.clone()].join(" "), given[pair.after].join(" "));
        agreed[pair.before].fill(folded(&before) == folded(&after));
    }
    let lines = (0..).zip(&mut paragraph.lines);
    let words = lines.flat_map(|(at, line)| line.words.iter_mut().map(move |word| (at, word)));
    for ((line, word), agreed) in words.zip(agreed) {
        if agreed && is_transcribed(line) {
            word.confidence = word.confidence.max(AGREED_CONFIDENCE);
        }
    }
}

/// Puts the accepted words into a paragraph.
fn accept(paragraph: &mut Paragraph, judged: &[JudgedPair]) {
    // From the end, so that the positions of the others stay.
    for pair in judged.iter().rev().filter(|pair| pair.verdict == Verdict::Accepted) {
        let replaced = pair.word..pair.word + pair.read.split_whitespace().count();
        replace(&mut paragraph.lines, &replaced, &pair.printed);
    }
    paragraph.text = paragraph.lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
    let (sum, count) = words(&paragraph.lines).fold((0.0, 0), |(sum, count), word| (sum + word.confidence, count + 1));
    paragraph.avg_confidence = sum / f64::from(count.max(1));
}

/// Replaces words of the lines. The new words take the boxes of the old; if their number differs, they divide the box of all by their letters.
fn replace(lines: &mut Vec<Line>, replaced: &Range<usize>, printed: &str) {
    let printed: Vec<&str> = printed.split_whitespace().collect();
    let all = words(lines).count();
    // A paragraph has words, and what was inserted has no box.
    if replaced.is_empty() || printed.is_empty() && replaced.len() == all {
        return;
    }
    let mut first = 0;
    let mut given = Some(printed);
    for line in &mut *lines {
        let behind = first + line.words.len();
        let here = replaced.start.max(first)..replaced.end.min(behind);
        if !here.is_empty() {
            let here = here.start - first..here.end - first;
            let new = given.take().map(|printed| placed(&line.words[here.clone()], &printed)).unwrap_or_default();
            line.words.splice(here, new);
        }
        first = behind;
    }
    lines.retain(|line| !line.words.is_empty());
}

/// The printed words in the place of the words that were read.
fn placed(read: &[Word], printed: &[&str]) -> Vec<Word> {
    let word = |text: &str, bbox| Word { text: text.to_owned(), bbox, confidence: ACCEPTED_CONFIDENCE };
    if read.len() == printed.len() {
        return printed.iter().zip(read).map(|(text, read)| word(text, read.bbox)).collect();
    }
    let Some(all) = Bbox::bounding(read.iter().map(|word| word.bbox)) else { return Vec::new() };
    let letters = |words: &[&str]| words.iter().map(|text| text.chars().count() as u32 + 1).sum::<u32>();
    let total = letters(printed).max(1);
    let left = |at: usize| all.x + all.width * letters(&printed[..at]) / total;
    let of_word = |(at, text): (usize, &&str)| {
        let (x, right) = (left(at), left(at + 1));
        word(text, Bbox { x, width: (right - x).max(1), ..all })
    };
    printed.iter().enumerate().map(of_word).collect()
}

impl ReadTwice {
    /// Makes a corrected page that was made from the text read twice one that belongs to `ocr`, with what is in doubt as proposals.
    pub(super) fn finish(&self, ocr: &OcrPage, corrected: &mut CorrectionResult) {
        let page = &mut corrected.page;
        let read = ocr.blocks.iter().flat_map(|block| block.paragraphs.iter().map(move |read| (block.block_num, read)));
        let twice = self.page.blocks.iter().flat_map(|block| &block.paragraphs);
        let texts = page.blocks.iter_mut().flat_map(|block| &mut block.paragraphs);
        let mut proposals = Vec::new();
        for (((block, read), twice), paragraph) in read.zip(twice).zip(texts) {
            let text = paragraph.text.take().unwrap_or_else(|| twice.text.clone());
            let id = ParagraphId { block, paragraph: read.par_num };
            let flagged = self.flagged.get(&id).into_iter().flatten();
            proposals.extend(flagged.filter_map(|pair| self.proposal(id, pair, &read.text, &text)));
            if twice.text != read.text {
                paragraph.notes = correction_notes(&corrections(&read.text, &text));
            }
            paragraph.text = (text != read.text).then_some(text);
        }
        page.proposals.extend(proposals);
        page.proposals.sort_by_key(|proposal| (proposal.block_num, proposal.par_num, proposal.word));
        page.total_corrections = corrected_paragraphs(page);
    }

    /// The proposal at its place in the corrected text; `None` if the guard did not flag the pair, or the words are now others.
    fn proposal(&self, id: ParagraphId, pair: &JudgedPair, read: &str, text: &str) -> Option<Proposal> {
        let Verdict::Flagged(doubt) = pair.verdict else { return None };
        let (read, words): (Vec<&str>, Vec<&str>) =
            (read.split_whitespace().collect(), text.split_whitespace().collect());
        let at = pair.word..pair.word + pair.read.split_whitespace().count();
        let word = place_of(&at, &read, &words)?;
        Some(self.proposal_at(id, pair, word as u32, doubt))
    }

    fn proposal_at(&self, id: ParagraphId, pair: &JudgedPair, word: u32, doubt: ProposalDoubt) -> Proposal {
        Proposal {
            block_num: id.block,
            par_num: id.paragraph,
            word,
            read: pair.read.clone(),
            proposed: pair.printed.clone(),
            doubt,
            proposed_by: self.reader.clone(),
        }
    }
}

/// Where words that were read are in the corrected text; `None` if they have changed.
fn place_of(at: &Range<usize>, read: &[&str], words: &[&str]) -> Option<usize> {
    let pairs = align(read, words);
    if at.is_empty() {
        // An insertion is before the word that was behind it.
        return Some(
            pairs.iter().find(|pair| pair.before.contains(&at.start)).map_or(words.len(), |pair| pair.after.start),
        );
    }
    let first = pairs.iter().find(|pair| pair.before.contains(&at.start))?.after.start;
    (words.get(first..first + at.len())? == &read[at.clone()]).then_some(first)
}

fn corrected_paragraphs(page: &CorrectedPage) -> u32 {
    let paragraphs = page.blocks.iter().flat_map(|block| &block.paragraphs);
    paragraphs.filter(|paragraph| paragraph.text.is_some()).count() as u32
}

#[cfg(test)]
mod tests {
    use shelf::book::Languages;
    use shelf::stage::{Model, ProcessingCost, Timestamp};
    use shelf_pages::testing::TestPage;
    use shelf_pages::{PageVocabulary, TranscribedLine};

    use super::*;
    use crate::corrected::rules::correct_page;
    use crate::vocabulary::Dictionary;

    const WORDS: &str =
        "the they had a garden behind house and went home river in to it was now not my pen take letter campaign long";

    /// A page with one paragraph, read with this confidence.
    fn ocr(text: &str, confidence: f64) -> OcrPage {
        TestPage::new("").paragraph(text, confidence).ocr()
    }

    /// The page after a model read its lines so, and what the guard said.
    fn read_again(ocr: &OcrPage, lines: &[&str]) -> (ReadTwice, ModelOutcome) {
        let lines = (0..).zip(lines).map(|(line, text)| TranscribedLine {
            block_num: 1,
            par_num: 1,
            line,
            text: (*text).to_owned(),
        });
        let transcribed = TranscribedPage {
            page_number: 1,
            lines: lines.collect(),
            unplaced_lines: Vec::new(),
            model_used: Model(Some("reader".to_owned())),
            processing_cost: ProcessingCost::default(),
            timestamp: Timestamp::default(),
        };
        let (book, dictionary) = (PageVocabulary::default(), Dictionary::of_words(WORDS));
        let guard = Guard::new(ocr, &book, Some(&dictionary), &Languages(vec!["en".to_owned()]));
        let mut outcome = ModelOutcome::default();
        (read_twice(ocr, &transcribed, &guard, &mut outcome), outcome)
    }

    /// The page as `corrected` makes it.
    fn corrected(ocr: &OcrPage, lines: &[&str]) -> CorrectedPage {
        let (twice, _) = read_again(ocr, lines);
        let dictionary = Dictionary::of_words(WORDS);
        let mut corrected = correct_page(&twice.page, &PageVocabulary::default(), Some(&dictionary));
        twice.finish(ocr, &mut corrected);
        corrected.page
    }

    #[test]
    fn where_both_agree_confidence_rises() {
        let ocr = ocr("They had a garden\nbehind the hovse", 0.7);
        let (twice, _) = read_again(&ocr, &["They had a garden"]);
        let confidences: Vec<f64> = twice.page.words().map(|word| word.confidence).collect();
        assert_eq!(confidences, [0.97, 0.97, 0.97, 0.97, 0.7, 0.7, 0.7]);
        assert_eq!(twice.page.blocks[0].paragraphs[0].text, "They had a garden\nbehind the hovse");
    }

    #[test]
    fn accepted_words_take_the_boxes_of_those_that_were_read() {
        let ocr = ocr("They hada garden\nbehind tbe house", 0.5);
        let (twice, outcome) = read_again(&ocr, &["They had a garden", "behind the house"]);
        assert_eq!((outcome.accepted, outcome.refused), (2, 0));
        let paragraph = &twice.page.blocks[0].paragraphs[0];
        assert_eq!(paragraph.text, "They had a garden\nbehind the house");
        let words = &paragraph.lines[0].words;
        let read = ocr.blocks[0].paragraphs[0].lines[0].words[1].bbox;
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["They", "had", "a", "garden"]);
        assert_eq!((words[1].bbox.x, words[2].bbox.right()), (read.x, read.right()));
        assert!(words[1].bbox.right() <= words[2].bbox.x, "{words:?}");
        assert_eq!(paragraph.lines[1].words[1].bbox, ocr.blocks[0].paragraphs[0].lines[1].words[1].bbox);
    }

    #[test]
    fn words_without_ink_and_words_read_with_certainty_are_refused() {
        let ocr = ocr("They had a garden and went home", 0.97);
        let (twice, outcome) = read_again(&ocr, &["They had a house and never went home"]);
        assert_eq!(twice.page.blocks[0].paragraphs[0].text, "They had a garden and went home");
        assert_eq!((outcome.accepted, outcome.refused), (0, 2));
    }

    #[test]
    fn rules_join_the_words_that_the_model_read() {
        let ocr = ocr("the carn-\npaign was\nlong now", 0.5);
        let page = corrected(&ocr, &["the cam-", "paign was", "long not"]);
        let paragraph = &page.blocks[0].paragraphs[0];
        assert_eq!(paragraph.text.as_deref(), Some("the campaign\nwas\nlong now"));
        assert_eq!(paragraph.notes.as_deref(), Some("carn- paign → campaign"));
        assert_eq!(page.total_corrections, 1);
        let [proposal] = &page.proposals[..] else { panic!("one proposal: {:?}", page.proposals) };
        assert_eq!((proposal.word, proposal.read.as_str(), proposal.proposed.as_str()), (4, "now", "not"));
        assert_eq!(proposal.proposed_by.as_deref(), Some("reader"));
        assert_eq!(proposal.apply(paragraph.text.as_ref().unwrap()).unwrap(), "the campaign\nwas\nlong not");
    }

    #[test]
    fn a_paragraph_that_becomes_what_ocr_read_is_not_a_correction() {
        let ocr = ocr("They had a garden", 0.97);
        let page = corrected(&ocr, &["They had a garden"]);
        assert_eq!((page.total_corrections, page.blocks[0].paragraphs[0].text.as_deref()), (0, None));
    }
}
