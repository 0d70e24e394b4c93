use shelf_pages::{Bbox, MergedBlock, MergedPage, MergedParagraph, OcrPage, ParagraphOrigin, Proposal, ProposalDoubt};

/// A proposed correction, in its place on the merged page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlacedProposal {
    pub(crate) proposal: Proposal,
    /// The block and the paragraph on the merged page.
    pub(crate) block: u32,
    pub(crate) paragraph: u32,
    /// The number of words before it in the paragraph as it is now.
    pub(crate) word: usize,
    /// The paragraph as it is now.
    pub(crate) text: String,
    /// The paragraph with the proposal.
    pub(crate) proposed: String,
    /// Where its line is on the scan, as far as known; else its paragraph.
    pub(crate) bbox: Bbox,
}

impl PlacedProposal {
    /// Finds the words that a proposal concerns on the merged page; `None` if they are no longer there, so that there is nothing to decide.
    pub(crate) fn find(proposal: &Proposal, page: &MergedPage, ocr: Option<&OcrPage>) -> Option<Self> {
        let is_from =
            |origin: ParagraphOrigin| (origin.block_num, origin.par_num) == (proposal.block_num, proposal.par_num);
        let blocks = page.blocks.iter();
        let paragraphs = blocks.flat_map(|block| block.paragraphs.iter().map(move |paragraph| (block, paragraph)));
        paragraphs
            .filter(|(block, paragraph)| is_from(block.origin_of(paragraph)))
            .find_map(|(block, paragraph)| Self::in_paragraph(proposal, block, paragraph, ocr))
    }

    fn in_paragraph(
        proposal: &Proposal,
        block: &MergedBlock,
        paragraph: &MergedParagraph,
        ocr: Option<&OcrPage>,
    ) -> Option<Self> {
        let before = paragraph.text_before_edits();
        // In a part of a paragraph, words are counted otherwise than in the whole.
        let word = if paragraph.origin.is_some() {
            only_position(proposal, &paragraph.text)?
        } else {
            position(proposal, before, &paragraph.text)?
        };
        let proposed = Proposal { word: word as u32, ..proposal.clone() }.apply(&paragraph.text)?;
        let bbox = ocr.and_then(|ocr| line_of(proposal, ocr)).unwrap_or(paragraph.bbox);
        Some(Self {
            proposal: proposal.clone(),
            block: block.block_num,
            paragraph: paragraph.par_num,
            word,
            text: paragraph.text.clone(),
            proposed,
            bbox,
        })
    }

    /// The paragraph with other words instead of those that were read; `None` if no words would be left of it.
    pub(crate) fn with_words(&self, words: &str) -> Option<String> {
        let proposed = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let word = self.word as u32;
        let text = Proposal { word, proposed, ..self.proposal.clone() }.apply(&self.text)?;
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// How many errors are corrected by a decision on it, as far as can be expected: words that it changes, times the probability that it is
    /// right.
    pub(crate) fn expected_corrections(&self) -> f64 {
        let count = |words: &str| words.split_whitespace().count();
        let words = count(&self.proposal.read).max(count(&self.proposal.proposed)).max(1);
        probability_right(self.proposal.doubt) * words as f64
    }
}

/// How probable it is that a proposal with such a doubt is right, 0..=1. Set by hand: a model seldom replaces a misread word by an invented one, and seldom
/// has better evidence than the page for numbers and names.
fn probability_right(doubt: ProposalDoubt) -> f64 {
    match doubt {
        ProposalDoubt::UnlikelyMisreading => 0.6,
        ProposalDoubt::ManyChanges | ProposalDoubt::BothAreWords => 0.5,
        ProposalDoubt::Deleted | ProposalDoubt::UnknownWord => 0.4,
        ProposalDoubt::Name => 0.3,
        ProposalDoubt::Number | ProposalDoubt::Width | ProposalDoubt::Inserted => 0.2,
        ProposalDoubt::Negation => 0.1,
    }
}

/// Where the words of a proposal are in a paragraph, whose text was `before` when it was made: at the same place if nothing has changed before them,
/// or as far from the end if nothing has changed behind them; else where the only such words are.
fn position(proposal: &Proposal, before: &str, now: &str) -> Option<usize> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split_whitespace().collect(), now.split_whitespace().collect());
    let read: Vec<&str> = proposal.read.split_whitespace().collect();
    let first = proposal.word as usize;
    let behind = first.checked_add(read.len()).filter(|behind| *behind <= old.len())?;
    let found = if new.get(..first) == Some(&old[..first]) {
        first
    } else if new.ends_with(&old[behind..]) {
        (new.len() + behind).checked_sub(old.len() + read.len())?
    } else {
        let places = |words: &[&str]| -> Vec<usize> {
            let windows = words.windows(read.len().max(1)).enumerate();
            windows.filter(|(_, words)| *words == read).map(|(place, _)| place).collect()
        };
        match (places(&old).len(), places(&new).as_slice()) {
            (1, [only]) => *only,
            _ => return None,
        }
    };
    (new.get(found..found + read.len()) == Some(&read[..])).then_some(found)
}

/// The number of words before those of a proposal, if they are there once.
fn only_position(proposal: &Proposal, text: &str) -> Option<usize> {
    let (words, read): (Vec<&str>, Vec<&str>) =
        (text.split_whitespace().collect(), proposal.read.split_whitespace().collect());
    let mut found = words.windows(read.len().max(1)).enumerate().filter(|(_, words)| *words == read);
    let (place, _) = found.next()?;
    found.next().is_none().then_some(place)
}

/// The line on which the first word of a proposal was read, or before which words are to be inserted.
fn line_of(proposal: &Proposal, ocr: &OcrPage) -> Option<Bbox> {
    let blocks = ocr.blocks.iter().filter(|block| block.block_num == proposal.block_num);
    let mut paragraphs = blocks.flat_map(|block| &block.paragraphs);
    let paragraph = paragraphs.find(|paragraph| paragraph.par_num == proposal.par_num)?;
    let word = proposal.read.split_whitespace().next();
    let has_word = |line: &&shelf_pages::Line| line.words.iter().any(|read| Some(read.text.as_str()) == word);
    let mut with_word = paragraph.lines.iter().filter(has_word);
    if let (Some(only), None) = (with_word.next(), with_word.next()) {
        return Some(only.bbox);
    }
    let mut words_before = proposal.word as usize;
    let at_position = paragraph.lines.iter().find(|line| {
        let is_here = words_before < line.words.len();
        words_before = words_before.saturating_sub(line.words.len());
        is_here
    });
    at_position.or(paragraph.lines.last()).map(|line| line.bbox)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf_pages::testing::TestPage;

    fn proposal(word: u32, read: &str, proposed: &str) -> Proposal {
        Proposal {
            block_num: 1,
            par_num: 1,
            word,
            read: read.to_owned(),
            proposed: proposed.to_owned(),
            doubt: ProposalDoubt::BothAreWords,
            proposed_by: None,
        }
    }

    /// The page, with its text edited to this one.
    fn edited(text: &str) -> MergedPage {
        let mut page = TestPage::new("The modem ship was\nmodem indeed").merged();
        let paragraph = &mut page.blocks[0].paragraphs[0];
        let before = std::mem::replace(&mut paragraph.text, text.to_owned());
        paragraph.text_before_edit = Some(before);
        page
    }

    fn found(proposal: &Proposal, text: &str) -> Option<String> {
        PlacedProposal::find(proposal, &edited(text), None).map(|placed| placed.proposed)
    }

    #[test]
    fn a_proposal_is_found_again_in_an_edited_paragraph() {
        let first = proposal(1, "modem", "modern");
        assert_eq!(found(&first, "The modem ship was\nmodem indeed").unwrap(), "The modern ship was\nmodem indeed");
        assert_eq!(found(&first, "The modem sloop was\nmodern").unwrap(), "The modern sloop was\nmodern");
        assert_eq!(
            found(&first, "All the modem ship was\nmodem indeed").unwrap(),
            "All the modern ship was\nmodem indeed"
        );
    }

    #[test]
    fn what_is_decided_is_not_asked_again() {
        let first = proposal(1, "modem", "modern");
        assert_eq!(found(&first, "The modern ship was\nmodem indeed"), None, "accepted");
        assert_eq!(found(&first, "The old ship was\nmodem indeed"), None, "another word was typed");
        assert_eq!(found(&proposal(4, "modem", "modern"), "A modern ship was\nmodern indeed"), None);
    }

    #[test]
    fn typed_words_take_the_place_of_those_that_were_read() {
        let page = edited("The modem ship was\nmodem indeed");
        let placed = PlacedProposal::find(&proposal(1, "modem", "modern"), &page, None).unwrap();
        assert_eq!(placed.with_words("very  old").unwrap(), "The very old ship was\nmodem indeed");
    }

    #[test]
    fn the_line_of_the_word_is_shown() {
        let page = TestPage::new("The modem ship was\nold indeed");
        let placed = |word, read| {
            PlacedProposal::find(&proposal(word, read, "x"), &page.merged(), Some(&page.ocr())).unwrap().bbox
        };
        assert!(placed(1, "modem").y < placed(4, "old").y);
        assert_eq!(placed(5, "").y, placed(4, "old").y);
    }
}
