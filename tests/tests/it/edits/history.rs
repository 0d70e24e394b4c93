//! A property: whatever happens to a book, none of its edits is lost.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shelf::inspect::{PageState, look};

use super::*;

/// Something that happens to a book.
#[derive(Debug, Clone)]
enum Step {
    Edit { page: usize, wanted: EditKind, by: u8 },
    Reread { page: usize, text: Vec<u8> },
    Insert { page: usize },
    Drop { page: usize },
    Replace { page: usize, text: Vec<u8> },
    Restore,
    Redo,
}

#[derive(Debug, Clone)]
enum EditKind {
    Text { block: usize, text: u8 },
    Join { block: usize },
    Split { block: usize, word: usize },
    Delete { block: usize },
    Label { block: usize, is_note: bool },
    Number(u8),
}

/// Few different lines, so that texts come back, move and are there twice.
fn line(of: u8) -> String {
    format!("line {of}")
}

fn lines(text: &[u8]) -> Vec<String> {
    text.iter().map(|of| line(*of)).collect()
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = || proptest::collection::vec(0u8..5, 1..4);
    let kind = prop_oneof![
        3 => (0usize..3, 0u8..8).prop_map(|(block, text)| EditKind::Text { block, text }),
        1 => (0usize..5).prop_map(|block| EditKind::Join { block }),
        2 => (0usize..5, 0usize..2).prop_map(|(block, word)| EditKind::Split { block, word }),
        1 => (0usize..5).prop_map(|block| EditKind::Delete { block }),
        1 => (0usize..3, any::<bool>()).prop_map(|(block, is_note)| EditKind::Label { block, is_note }),
        1 => (1u8..9).prop_map(EditKind::Number),
    ];
    let page = 0usize..4;
    let step = prop_oneof![
        5 => (page.clone(), kind, any::<u8>()).prop_map(|(page, wanted, by)| Step::Edit { page, wanted, by }),
        2 => (page.clone(), text()).prop_map(|(page, text)| Step::Reread { page, text }),
        1 => page.clone().prop_map(|page| Step::Insert { page }),
        1 => page.clone().prop_map(|page| Step::Drop { page }),
        1 => (page, text()).prop_map(|(page, text)| Step::Replace { page, text }),
        1 => Just(Step::Restore),
        1 => Just(Step::Redo),
    ];
    proptest::collection::vec(step, 1..9)
}

/// What happened: every edit with the page that it was made on, which is named by a number that never changes.
struct History {
    pages: Vec<u32>,
    next: u32,
    /// The pages that were dropped, with the names of their scans in `removed`.
    dropped: Vec<(u32, String)>,
    edits: BTreeMap<String, (u32, EditChange)>,
}

impl History {
    fn apply(&mut self, book: &TestBook, step: &Step) {
        let (_folder, file) = scan_file();
        let count = self.pages.len();
        match step {
            Step::Edit { page, wanted, by } => {
                let at = page % count;
                let made = book.page::<merged>(at as u32 + 1);
                let block_num = |block: &usize| made.blocks[block % made.blocks.len()].block_num;
                let all: Vec<_> = made
                    .blocks
                    .iter()
                    .flat_map(|block| block.paragraphs.iter().map(move |found| (block.block_num, found)))
                    .collect();
                let paragraph = |at: &usize| (all[at % all.len()].0, Some(all[at % all.len()].1.par_num));
                let on_whole = |at: &usize, action| {
                    let (block, paragraph) = paragraph(at);
                    Wanted::Paragraph { block, paragraph, action }
                };
                let wanted = match wanted {
                    EditKind::Text { block, text } => {
                        let (block, paragraph) = paragraph(block);
                        Wanted::Text { block, paragraph: paragraph.unwrap(), text: line(*text) }
                    }
                    EditKind::Join { block } => on_whole(block, ParagraphAction::Join),
                    EditKind::Delete { block } => on_whole(block, ParagraphAction::Delete),
                    EditKind::Split { block: at, word } => {
                        let (block, paragraph) = paragraph(at);
                        let words: Vec<&str> = all[at % all.len()].1.text.split(' ').collect();
                        let (before, after) = words.split_at(*word.min(&(words.len() - 1)));
                        let split = SplitPlace { before: before.join(" "), after: after.join(" ") };
                        Wanted::Split { block, paragraph, split }
                    }
                    EditKind::Label { block, is_note } => {
                        let label = if *is_note { Classification::Footnote } else { Classification::Quote };
                        Wanted::Label { block: block_num(block), label }
                    }
                    EditKind::Number(of) => Wanted::PageNumber { page_number: Some(of.to_string()) },
                };
                // Not everything can be joined: an edit of that kind is refused.
                if let Some(change) = change(&made, &wanted).ok().flatten() {
                    let author = Author { by: by.to_string(), why: None };
                    let saved = write_edit(book.store(), book.id(), number(at as u32 + 1), change, &author).unwrap();
                    self.edits.insert(saved.id, (self.pages[at], saved.edit.change));
                }
            }
            Step::Reread { page, text } => put(book, (page % count) as u32 + 1, &lines(text)),
            Step::Insert { page } => {
                let at = page % (count + 1);
                scans_edited(book, &ScanEdit::Insert { page: number(at as u32 + 1), files: vec![file] });
                put(book, at as u32 + 1, &lines(&[0, 1]));
                self.pages.insert(at, self.next);
                self.next += 1;
            }
            Step::Drop { page } if count > 1 => {
                let at = page % count;
                let before = removed_pages(book.store(), book.id()).unwrap();
                scans_edited(book, &ScanEdit::Drop { pages: [number(at as u32 + 1)].into() });
                let page = self.pages.remove(at);
                let removed = removed_pages(book.store(), book.id()).unwrap();
                let mut names = removed.into_iter().filter(|found| !before.contains(found)).map(|found| found.name);
                self.dropped.push((page, names.next().unwrap()));
            }
            Step::Restore => {
                if let Some((page, name)) = self.dropped.pop() {
                    let at = scans_edited(book, &ScanEdit::Restore { name }).new_pages[0];
                    self.pages.insert(at.get() as usize - 1, page);
                }
            }
            Step::Drop { .. } => {}
            Step::Replace { page, text } => {
                let at = (page % count) as u32 + 1;
                scans_edited(book, &ScanEdit::Replace { page: number(at), file });
                put(book, at, &lines(text));
            }
            Step::Redo => {
                book.process(&[merged::ROW], &Request::of_stages(["merged"]).redo("again"));
            }
        }
        run(book);
    }

    /// Every edit is on its page, applied or in conflict, or has gone with its page.
    fn check(&self, book: &TestBook) {
        let stored = all_edits(book.store(), book.id()).unwrap();
        let removed = removed_edits(book);
        for (id, (page, change)) in &self.edits {
            let Some(at) = self.pages.iter().position(|found| found == page) else {
                assert!(removed.contains(id), "{id} went with its page: {removed:?}");
                continue;
            };
            let at = at as u32 + 1;
            let of_page = stored.get(&number(at)).map_or(&[][..], Vec::as_slice);
            assert!(of_page.iter().any(|edit| edit.id == *id && edit.edit.change == *change), "{id} is kept");
            let made = book.page::<merged>(at);
            let outcome = made.edits.iter().find(|outcome| outcome.edit == *id).unwrap();
            assert_eq!(outcome.is_conflict(), outcome.problem.is_some());
            let is_last = |other: &&EditChange| match (change, other) {
                (EditChange::Text { block, .. }, EditChange::Text { block: other, .. })
                | (EditChange::Label { block, .. }, EditChange::Label { block: other, .. }) => block == other,
                (one, other) => std::mem::discriminant(one) == std::mem::discriminant(*other),
            };
            let last = of_page.iter().map(|edit| &edit.edit.change).rfind(is_last);
            if outcome.is_conflict() || last != Some(change) {
                continue;
            }
            match change {
                // A later edit of another paragraph may have found the same text.
                EditChange::Text { after, .. } if of_page.len() == 1 => assert!(texts(&made).contains(&after.as_str())),
                EditChange::Label { after, .. } if of_page.len() == 1 => {
                    assert!(made.blocks.iter().any(|block| block.classification == *after));
                }
                EditChange::PageNumber { after, .. } => assert_eq!(made.printed_page_number, *after),
                EditChange::Join { .. } if of_page.len() == 1 => assert!(has_start(&made, ParagraphStart::Joined)),
                EditChange::Split { before, after, .. } if of_page.len() == 1 => {
                    assert!(has_start(&made, ParagraphStart::New));
                    assert!(before.is_empty() || texts(&made).windows(2).any(|two| two == [before, after]));
                }
                EditChange::Delete { text, .. } if of_page.len() == 1 => {
                    let noise = made.blocks.iter().filter(|block| block.classification == Classification::OcrArtifact);
                    assert!(noise.flat_map(|block| &block.paragraphs).any(|paragraph| paragraph.text == *text));
                }
                _ => {}
            }
        }
        let kept: usize = stored.values().map(Vec::len).sum();
        assert_eq!(kept + removed.len(), self.edits.len());
        let state = look(
            book.store(),
            &Registry::of([merged::ROW].into_iter().chain(upstream()).chain([
                ocr::ROW,
                transcribed::ROW,
                corrected::ROW,
                labels::ROW,
            ]))
            .unwrap(),
            book.id(),
        )
        .unwrap();
        let is_valid = |state: &PageState| matches!(state, PageState::Valid(_));
        assert!(state.stage("merged").pages.values().all(is_valid));
    }
}

fn has_start(page: &MergedPage, start: ParagraphStart) -> bool {
    page.blocks.iter().flat_map(|block| &block.paragraphs).any(|paragraph| paragraph.start == Some(start))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_is_ever_lost(steps in steps()) {
        let book = book(&["line 0|line 1|line 2", "line 1", "line 2|line 2"]);
        let mut history = History { pages: vec![1, 2, 3], next: 4, dropped: Vec::new(), edits: BTreeMap::new() };
        for step in &steps {
            history.apply(&book, step);
            history.check(&book);
        }
    }
}
