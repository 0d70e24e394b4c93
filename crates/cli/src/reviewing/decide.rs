use std::io::{self, BufRead, IsTerminal, Write};

use serde_json::{Value, json};
use shelf_pages::edits::{Author, EditChange, StoredEdit, Wanted, write_edit};
use shelf_runtime::book::PageNumber;
use shelf_runtime::store::Store;
use shelf_runtime::worker::WorkerPool;

use super::picture;
use super::placed_proposal::PlacedProposal;
use super::queue::{Item, ItemKind, queue};
use crate::editing::{MergedBook, discard_draft, edit_page};
use crate::error::Result;
use crate::terminal;

/// Words shown on either side of those that a proposal concerns.
const CONTEXT_WORDS: usize = 6;

/// A person who decides, one item after the other.
pub(crate) struct Session<'b, 'c> {
    pub(crate) book: &'b MergedBook<'c>,
    pub(crate) author: Author,
    pub(crate) pool: WorkerPool,
    /// What has been saved.
    pub(crate) saved: Vec<(PageNumber, StoredEdit)>,
}

/// What follows an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The same item again.
    Same,
    /// The next item.
    Item,
    /// Nothing more.
    End,
}

impl Session<'_, '_> {
    /// Asks about items of the queue, at most `limit` of them, until it is empty or the person stops.
    pub(crate) fn run(&mut self, limit: Option<usize>, answers: &mut dyn BufRead) -> Result<()> {
        let items = queue(self.book)?;
        let total = items.len();
        for (number, mut item) in (1..).zip(items).take(limit.unwrap_or(usize::MAX)) {
            // An earlier decision may have changed the paragraph.
            if !self.refresh(&mut item)? {
                continue;
            }
            loop {
                self.show(&item, number, total)?;
                match self.ask(&item, answers)? {
                    Next::Same if self.refresh(&mut item)? => {}
                    Next::Item | Next::Same => break,
                    Next::End => return Ok(()),
                }
            }
        }
        Ok(())
    }

    /// Finds the place of an item again; `false` if there is nothing to decide any more.
    fn refresh(&self, item: &mut Item) -> Result<bool> {
        if let ItemKind::Proposal(placed) = &mut item.kind {
            let page = self.book.page(item.page)?.page;
            match PlacedProposal::find(&placed.proposal, &page, None) {
                Some(found) => **placed = PlacedProposal { bbox: placed.bbox, ..found },
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn show(&self, item: &Item, number: usize, total: usize) -> Result<()> {
        let out = self.book.context.out;
        let page = item.page;
        match &item.kind {
            ItemKind::Proposal(placed) => {
                let by =
                    placed.proposal.proposed_by.as_ref().map(|by| format!(", proposed by {by}")).unwrap_or_default();
                let place = format!("{page}/{}/{}", placed.block, placed.paragraph);
                out.line(format_args!("{number} of {total}: {place}, {}{by}", placed.proposal.doubt))?;
                out.line(format_args!("  {}", marked(placed, terminal::is_styled(&io::stdout()))))?;
                let picture = picture::shown(self.book, &self.pool, page, Some(placed.bbox))?;
                print_unless_empty(self, &picture)
            }
            ItemKind::Flagged(stages) => {
                out.line(format_args!("{number} of {total}: page {page}, flagged by {}", flags(stages)))?;
                let picture = picture::shown(self.book, &self.pool, page, None)?;
                print_unless_empty(self, &picture)
            }
        }
    }

    fn ask(&mut self, item: &Item, answers: &mut dyn BufRead) -> Result<Next> {
        let question = match item.kind {
            ItemKind::Proposal(_) => "accept (a), reject (r), type (t WORDS), edit the page (e), skip (s), quit (q)? ",
            ItemKind::Flagged(_) => "right as it is (a), edit the page (e), skip (s), quit (q)? ",
        };
        write!(io::stdout().lock(), "{question}")?;
        io::stdout().lock().flush()?;
        let mut line = String::new();
        let is_end = answers.read_line(&mut line)? == 0;
        if is_end || !io::stdin().is_terminal() {
            // What was answered is not echoed.
            self.book.context.out.line(line.trim())?;
        }
        let (answer, words) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match (answer, &item.kind) {
            _ if is_end => Ok(Next::End),
            ("q" | "quit", _) => Ok(Next::End),
            ("s" | "skip", _) => Ok(Next::Item),
            ("e" | "edit", _) => self.edit(item.page),
            ("a" | "accept", ItemKind::Proposal(placed)) => self.set_text(item.page, placed, placed.proposed.clone()),
            ("t" | "type", ItemKind::Proposal(placed)) => {
                let words = if words.is_empty() { self.read_words(answers)? } else { words.to_owned() };
                if let Some(text) = placed.with_words(&words) {
                    return self.set_text(item.page, placed, text);
                }
                let out = self.book.context.out;
                out.line("  that leaves no text; label the block OCR_ARTIFACT instead (e)")?;
                Ok(Next::Same)
            }
            ("r" | "reject", ItemKind::Proposal(placed)) => {
                let proposal = &placed.proposal;
                let rejected = EditChange::Rejected {
                    block: proposal.block_num,
                    paragraph: proposal.par_num,
                    read: proposal.read.clone(),
                    proposed: proposal.proposed.clone(),
                };
                self.save(item.page, [rejected])
            }
            ("a" | "accept", ItemKind::Flagged(stages)) => {
                let checked = |(stage, flags): &(String, Vec<String>)| EditChange::Checked {
                    stage: stage.clone(),
                    flags: flags.clone(),
                };
                self.save(item.page, stages.iter().map(checked))
            }
            _ => {
                self.book.context.out.line(format_args!("  unknown answer \"{answer}\""))?;
                Ok(Next::Same)
            }
        }
    }

    /// Asks for the words in a line of their own.
    fn read_words(&self, answers: &mut dyn BufRead) -> Result<String> {
        write!(io::stdout().lock(), "words: ")?;
        io::stdout().lock().flush()?;
        let mut line = String::new();
        answers.read_line(&mut line)?;
        if !io::stdin().is_terminal() {
            self.book.context.out.line(line.trim())?;
        }
        Ok(line.trim().to_owned())
    }

    fn set_text(&mut self, page: PageNumber, placed: &PlacedProposal, text: String) -> Result<Next> {
        let wanted = Wanted::Text { block: placed.block, paragraph: placed.paragraph, text };
        let planned = self.book.planned(&[(page, wanted, self.author.clone())])?;
        self.save(page, planned.into_iter().map(|edit| edit.change))
    }

    fn edit(&mut self, page: PageNumber) -> Result<Next> {
        match edit_page(self.book, page, &self.author) {
            Ok(planned) => {
                self.save(page, planned.into_iter().map(|edit| edit.change))?;
                discard_draft(self.book, page)?;
            }
            // A mistake in one page does not end the review.
            Err(error) => crate::out::print_error(error.render()),
        }
        Ok(Next::Same)
    }

    /// Saves edits at once, so that nothing is lost if the person stops here.
    fn save(&mut self, page: PageNumber, changes: impl IntoIterator<Item = EditChange>) -> Result<Next> {
        let store = &self.book.context.store;
        let _lock = store.lock(&self.book.id)?;
        for change in changes {
            self.saved.push((page, write_edit(store, &self.book.id, page, change, &self.author)?));
        }
        Ok(Next::Item)
    }
}

fn print_unless_empty(session: &Session<'_, '_>, text: &str) -> Result<()> {
    if !text.is_empty() {
        session.book.context.out.line(format_args!("  {text}"))?;
    }
    Ok(())
}

/// The words that a proposal concerns between those around them: `the [modem → modern] ship`.
fn marked(placed: &PlacedProposal, is_styled: bool) -> String {
    let words: Vec<&str> = placed.text.split_whitespace().collect();
    let read = placed.proposal.read.split_whitespace().count();
    let (first, end) = (placed.word, placed.word + read);
    let (from, to) = (first.saturating_sub(CONTEXT_WORDS), (end + CONTEXT_WORDS).min(words.len()));
    let shown = |words: &str| if words.is_empty() { "(nothing)".to_owned() } else { words.to_owned() };
    let change = format!("[{} → {}]", shown(&placed.proposal.read), shown(&placed.proposal.proposed));
    let change = if is_styled { format!("\x1b[1m{change}\x1b[0m") } else { change };
    let ellipsis = |is_cut: bool| if is_cut { vec!["…"] } else { Vec::new() };
    let parts =
        [&ellipsis(from > 0)[..], &words[from..first], &[&change], &words[end..to], &ellipsis(to < words.len())];
    parts.concat().join(" ")
}

/// `ocr (expected_cer), merged (unlabelled_blocks)`.
fn flags(stages: &[(String, Vec<String>)]) -> String {
    let of_stage = |(stage, flags): &(String, Vec<String>)| format!("{stage} ({})", flags.join(", "));
    stages.iter().map(of_stage).collect::<Vec<_>>().join(", ")
}

/// An item for other programs.
pub(crate) fn json_of_item(item: &Item) -> Value {
    match &item.kind {
        ItemKind::Proposal(placed) => json!({
            "kind": "proposal", "page": item.page, "block": placed.block, "paragraph": placed.paragraph, "word": placed.word,
            "read": placed.proposal.read, "proposed": placed.proposal.proposed, "doubt": placed.proposal.doubt,
            "text": placed.text, "text_proposed": placed.proposed,
            "bbox": [placed.bbox.x, placed.bbox.y, placed.bbox.width, placed.bbox.height], "expected": item.expected,
        }),
        ItemKind::Flagged(stages) => {
            let stages: serde_json::Map<String, Value> =
                stages.iter().map(|(stage, flags)| (stage.clone(), json!(flags))).collect();
            json!({ "kind": "flagged", "page": item.page, "flags": stages, "expected": item.expected })
        }
    }
}
