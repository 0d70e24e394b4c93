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

/// Words with less confidence were hardly read, 0..=1: Tesseract is right about half of them.
const HARDLY_READ: f64 = 0.6;
/// Confidence in the words of a line that only the model could read, 0..=1. A person should look at it.
const UNREAD_CONFIDENCE: f64 = 0.7;

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
            let Some(mut given) = Transcript::of(id, paragraph, transcribed) else { continue };
            let unread = given.take_unread_lines(id, paragraph, guard);
            let judged = guard.judge(id, &paragraph.text, &given.text(paragraph));
            count(id, &judged, outcome);
            given.raise_confidence(paragraph);
            accept(paragraph, &judged);
            outcome.accepted += unread.len() as u32;
            replace_lines(paragraph, unread);
            twice.flagged.insert(id, judged);
        }
    }
    twice
}

/// What a model read of a paragraph, by the position of the line; lines that it did not read are missing.
struct Transcript<'a>(BTreeMap<usize, &'a str>);

impl<'a> Transcript<'a> {
    /// `None` if the model read none of its lines, or `ocr` gives the paragraph's text without its lines.
    fn of(id: ParagraphId, paragraph: &Paragraph, transcribed: &'a TranscribedPage) -> Option<Self> {
        let given = transcribed.lines_of(id).map(|line| (line.line as usize, line.text.as_str()));
        let given: BTreeMap<usize, &str> = given.collect();
        let is_whole = paragraph.text.split_whitespace().eq(words(&paragraph.lines).map(|word| word.text.as_str()));
        (is_whole && !given.is_empty()).then_some(Self(given))
    }

    /// Takes out the lines that `ocr` could hardly read, if the model's text may stand there.
    fn take_unread_lines(&mut self, id: ParagraphId, paragraph: &Paragraph, guard: &Guard) -> BTreeMap<usize, &'a str> {
        let is_taken = |(at, text): (&usize, &&str)| {
            paragraph.lines.get(*at).is_some_and(|line| is_hardly_read(line) && guard.may_be_line(id, *at, text))
        };
        let taken: BTreeMap<usize, &str> =
            self.0.iter().filter(|(at, text)| is_taken((at, text))).map(|(at, text)| (*at, *text)).collect();
        self.0.retain(|at, _| !taken.contains_key(at));
        taken
    }

    /// The paragraph's text with the lines as the model read them.
    fn text(&self, paragraph: &Paragraph) -> String {
        let lines = paragraph.lines.iter().enumerate();
        let lines = lines.map(|(at, line)| self.0.get(&at).map_or_else(|| line.text(), |text| (*text).to_owned()));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Raises the confidence of the words that both read in the same way.
    fn raise_confidence(&self, paragraph: &mut Paragraph) {
        for (at, line) in paragraph.lines.iter_mut().enumerate() {
            let Some(given) = self.0.get(&at) else { continue };
            for (read, _) in agreed(line, &given.split_whitespace().collect::<Vec<_>>()) {
                line.words[read].confidence = line.words[read].confidence.max(AGREED_CONFIDENCE);
            }
        }
    }
}

/// The positions of the words, in the line and in what a model read of it, that are the same.
fn agreed(line: &Line, given: &[&str]) -> Vec<(usize, usize)> {
    let read: Vec<&str> = line.words.iter().map(|word| word.text.as_str()).collect();
    let pairs = align(&read, given).into_iter().filter(|pair| pair.before.len() == 1 && pair.after.len() == 1);
    let pairs = pairs.map(|pair| (pair.before.start, pair.after.start));
    pairs.filter(|(before, after)| folded(read[*before]) == folded(given[*after])).collect()
}

/// Whether most words of a line were hardly read.
fn is_hardly_read(line: &Line) -> bool {
    let hardly = line.words.iter().filter(|word| word.confidence < HARDLY_READ).count();
    2 * hardly > line.words.len()
}

fn words(lines: &[Line]) -> impl Iterator<Item = &Word> {
    lines.iter().flat_map(|line| &line.words)
}

/// Puts the accepted words into a paragraph. Its lines stay, even those without words.
fn accept(paragraph: &mut Paragraph, judged: &[JudgedPair]) {
    // From the end, so that the positions of the others stay.
    for pair in judged.iter().rev().filter(|pair| pair.verdict == Verdict::Accepted) {
        let replaced = pair.word..pair.word + pair.read.split_whitespace().count();
        replace(&mut paragraph.lines, &replaced, &pair.printed);
    }
}

/// Puts whole lines into a paragraph, and completes its text and confidence.
fn replace_lines(paragraph: &mut Paragraph, texts: BTreeMap<usize, &str>) {
    for (at, text) in texts {
        let line = &mut paragraph.lines[at];
        let given: Vec<&str> = text.split_whitespace().collect();
        let agreed = agreed(line, &given);
        line.words = placed(&line.words, &given, UNREAD_CONFIDENCE);
        for (_, at) in agreed {
            line.words[at].confidence = AGREED_CONFIDENCE;
        }
    }
    paragraph.lines.retain(|line| !line.words.is_empty());
    paragraph.text = paragraph.lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
    let (sum, count) = words(&paragraph.lines).fold((0.0, 0), |(sum, count), word| (sum + word.confidence, count + 1));
    paragraph.avg_confidence = sum / f64::from(count.max(1));
}

/// Replaces words of the lines. The new words take the boxes of the old; if their number differs, they divide the box of all by their letters.
fn replace(lines: &mut [Line], replaced: &Range<usize>, printed: &str) {
    let printed: Vec<&str> = printed.split_whitespace().collect();
    let all = words(lines).count();
    // A paragraph has words, and what was inserted has no box.
    if replaced.is_empty() || printed.is_empty() && replaced.len() == all {
        return;
    }
    let mut first = 0;
    let mut given = Some(printed);
    for line in lines {
        let behind = first + line.words.len();
        let here = replaced.start.max(first)..replaced.end.min(behind);
        if !here.is_empty() {
            let here = here.start - first..here.end - first;
            let new = given
                .take()
                .map(|printed| placed(&line.words[here.clone()], &printed, ACCEPTED_CONFIDENCE))
                .unwrap_or_default();
            line.words.splice(here, new);
        }
        first = behind;
    }
}

/// The printed words in the place of the words that were read.
fn placed(read: &[Word], printed: &[&str], confidence: f64) -> Vec<Word> {
    let word = |text: &str, bbox| Word::new(text.to_owned(), bbox, confidence);
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
    use shelf_pages::{Orientation, PageDimensions, PageVocabulary, TranscribedLine};

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
        let of_line =
            |(line, text): (u32, &&str)| TranscribedLine { block_num: 1, par_num: 1, line, text: (*text).to_owned() };
        read_lines(ocr, (0..).zip(lines).map(of_line).collect())
    }

    fn read_lines(ocr: &OcrPage, lines: Vec<TranscribedLine>) -> (ReadTwice, ModelOutcome) {
        let transcribed = TranscribedPage {
            page_number: 1,
            lines,
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
        let ocr = ocr("They hada garden\nbehind tbe house", 0.65);
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
    fn a_line_that_was_hardly_read_is_taken_from_the_model_if_it_has_room() {
        let ocr = TestPage::new("They had a garden behind the house and went home")
            .paragraph("Tl1 cy hod lo i gardcm", 0.3)
            .ocr();
        let read = |text: &str| {
            let of_block = TranscribedLine { block_num: 2, par_num: 1, line: 0, text: text.to_owned() };
            read_lines(&ocr, vec![of_block]).0.page.blocks[1].paragraphs[0].clone()
        };
        let taken = read("They had long a garden");
        assert_eq!(taken.text, "They had long a garden");
        assert!((taken.avg_confidence - UNREAD_CONFIDENCE).abs() < 1e-9, "{taken:?}");
        let (words, line) = (&taken.lines[0].words, &ocr.blocks[1].paragraphs[0].lines[0]);
        assert_eq!((words[0].bbox.x, words[4].bbox.right()), (line.bbox.x, line.bbox.right()));
        for refused in ["They", "They had a garden behind the house and it was long", "They had long \u{430} garden"] {
            assert_ne!(read(refused).text, refused);
        }
    }

    /// The same page on a scan that has to be turned clockwise to be upright.
    fn on_its_side(mut page: OcrPage) -> OcrPage {
        let upright = page.page_dimensions;
        page.page_dimensions = PageDimensions { width: upright.height, height: upright.width };
        page.orientation = Some(Orientation { rotation_degrees: 90, skew_degrees: 0.0 });
        let turn = |bbox: &mut Bbox| {
            let Bbox { x, y, width, height } = *bbox;
            *bbox = Bbox { x: y, y: upright.width - x - width, width: height, height: width };
        };
        for block in &mut page.blocks {
            turn(&mut block.bbox);
            for paragraph in &mut block.paragraphs {
                turn(&mut paragraph.bbox);
                for line in &mut paragraph.lines {
                    turn(&mut line.bbox);
                    line.words.iter_mut().for_each(|word| turn(&mut word.bbox));
                }
            }
        }
        page
    }

    #[test]
    fn a_line_on_its_side_has_the_room_of_its_length() {
        let text = "They had a garden behind the house and went home";
        let upright = TestPage::new(text).paragraph("Tl1 cy hod lo i gardcm", 0.3).ocr();
        let ocr = on_its_side(upright.clone());
        assert_eq!(*ocr.upright(), upright);
        let of_line = TranscribedLine { block_num: 2, par_num: 1, line: 0, text: "They had long a garden".to_owned() };
        let (twice, _) = read_lines(&ocr, vec![of_line]);
        assert_eq!(twice.page.blocks[1].paragraphs[0].text, "They had long a garden");
    }

    #[test]
    fn rules_join_the_words_that_the_model_read() {
        let ocr = ocr("the carn-\npaign was\nlong now", 0.65);
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
