use shelf::stage::ParagraphId;
use shelf_pages::{Proposal, ProposalDoubt};

use super::ModelOutcome;
use super::difference::corrections;
use super::guard::{Guard, JudgedPair, Verdict};
use super::question::{read_paragraphs, text_of, written};
use super::reply::Changes;
use crate::corrected::rules::{CorrectionResult, correction_notes};
use crate::corrected::{CorrectedPage, CorrectedParagraph};
use crate::ocr::OcrPage;

/// Confidence in a paragraph changed by a model, 0..=1.
const MODEL_CONFIDENCE: f64 = 0.9;

/// Applies what the guard accepts of a reply, and keeps as proposals what it flags.
pub(super) fn apply(
    ocr: &OcrPage,
    corrected: &mut CorrectionResult,
    guard: &Guard,
    reply: &Changes,
    outcome: &mut ModelOutcome,
) {
    let page = &mut corrected.page;
    let before = page.clone();
    let paragraph = |id: &str| read_paragraphs(ocr).find(|(paragraph, _)| written(*paragraph) == id);
    let texts = reply.by_paragraph(|id| paragraph(id).map(|(id, read)| text_of(&before, id, read)));
    for (id, (printed, missed)) in &texts {
        let Some((id, read)) = paragraph(id) else { continue };
        outcome.refused += missed;
        let text = text_of(&before, id, read);
        let judged = guard.judge(id, text, printed);
        count(id, &judged, outcome);
        let changed = accepted(id, text, &judged);
        page.proposals.extend(proposals(id, &judged));
        if changed == text {
            continue;
        }
        let mut blocks = page.blocks.iter_mut().filter(|block| block.block_num == id.block);
        if let Some(paragraph) =
            blocks.find_map(|block| block.paragraphs.iter_mut().find(|p| p.par_num == id.paragraph))
        {
            paragraph.notes = correction_notes(&corrections(&read.text, &changed));
            paragraph.text = (changed != read.text).then_some(changed);
            paragraph.confidence = MODEL_CONFIDENCE;
        }
    }
    if outcome.accepted > 0 {
        page.total_corrections = paragraphs(page).filter(|paragraph| paragraph.text.is_some()).count() as u32;
        page.avg_confidence = mean_confidence(ocr, page);
    }
}

/// The text with the accepted changes; the others stay as they are.
fn accepted(id: ParagraphId, text: &str, judged: &[JudgedPair]) -> String {
    // From the end, so that the positions of the others stay.
    let accepted = judged.iter().rev().filter(|pair| pair.verdict == Verdict::Accepted);
    accepted.fold(text.to_owned(), |text, pair| {
        proposal(id, pair.word, pair, ProposalDoubt::BothAreWords).apply(&text).unwrap_or(text)
    })
}

/// The flagged changes, at their positions in the text with the accepted ones.
fn proposals(id: ParagraphId, judged: &[JudgedPair]) -> Vec<Proposal> {
    let words = |text: &str| text.split_whitespace().count();
    let mut shift = 0_isize;
    let mut proposals = Vec::new();
    for pair in judged {
        match pair.verdict {
            Verdict::Accepted => shift += words(&pair.printed) as isize - words(&pair.read) as isize,
            Verdict::Flagged(doubt) => {
                proposals.push(proposal(id, pair.word.saturating_add_signed(shift), pair, doubt));
            }
            Verdict::Refused(_) => {}
        }
    }
    proposals
}

fn proposal(id: ParagraphId, word: usize, pair: &JudgedPair, doubt: ProposalDoubt) -> Proposal {
    let (read, proposed) = (pair.read.clone(), pair.printed.clone());
    Proposal { block_num: id.block, par_num: id.paragraph, word: word as u32, read, proposed, doubt, proposed_by: None }
}

/// Counts the changes of a paragraph, and puts those that are not accepted into the page's log.
pub(in crate::corrected) fn count(id: ParagraphId, judged: &[JudgedPair], outcome: &mut ModelOutcome) {
    for pair in judged {
        let JudgedPair { read, printed, verdict, .. } = pair;
        match verdict {
            Verdict::Accepted => outcome.accepted += 1,
            Verdict::Flagged(doubt) => {
                tracing::info!(paragraph = written(id), read, printed, %doubt, "a change from the model is in doubt");
                outcome.flagged += 1;
            }
            Verdict::Refused(why) => {
                tracing::warn!(paragraph = written(id), read, printed, why, "rejected a change from the model");
                outcome.refused += 1;
            }
        }
    }
}

/// Mean confidence of a page's paragraphs, weighted by their words, 0..=1.
fn mean_confidence(ocr: &OcrPage, page: &CorrectedPage) -> f64 {
    let (mut sum, mut words) = (0.0, 0);
    for ((id, read), corrected) in read_paragraphs(ocr).zip(paragraphs(page)) {
        let own = text_of(page, id, read).split_whitespace().count();
        sum += corrected.confidence * own as f64;
        words += own;
    }
    (sum / words.max(1) as f64 * 1e4).round() / 1e4
}

fn paragraphs(page: &CorrectedPage) -> impl Iterator<Item = &CorrectedParagraph> {
    page.blocks.iter().flat_map(|block| &block.paragraphs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_are_at_their_place_in_the_corrected_text() {
        let id = ParagraphId { block: 1, paragraph: 0 };
        let pair = |word, read: &str, printed: &str, verdict| JudgedPair {
            word,
            read: read.to_owned(),
            printed: printed.to_owned(),
            verdict,
        };
        let text = "ofthe cam-\npaign in 1889 . it was";
        let judged = [
            pair(0, "ofthe", "of the", Verdict::Accepted),
            pair(1, "cam- paign", "campaign", Verdict::Accepted),
            pair(4, "1889", "1839", Verdict::Flagged(ProposalDoubt::Number)),
            pair(5, ".", "", Verdict::Accepted),
            pair(7, "was", "is", Verdict::Refused("the words are not alike")),
        ];
        let changed = accepted(id, text, &judged);
        assert_eq!(changed, "of the campaign\nin 1889 it was");
        let [proposal] = &proposals(id, &judged)[..] else { panic!("one proposal") };
        assert_eq!((proposal.word, proposal.paragraph()), (4, id));
        assert_eq!(proposal.apply(&changed).unwrap(), "of the campaign\nin 1839 it was");
    }
}
