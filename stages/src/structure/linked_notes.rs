//! Notes while a book is put together: each has a key until it is an element; the rest of a note is on the next page.

use std::collections::BTreeMap;

use shelf_pages::ElementContent;

use super::book_builder::BookBuilder;
use super::joining::{divided_word, ends_a_sentence};
use super::notes::PageNote;
use super::piece::passage;

/// The last note so far.
#[derive(Debug, Clone)]
pub(super) struct LastNote {
    key: u32,
    page: u32,
    /// Its last line.
    end: String,
}

impl BookBuilder<'_> {
    /// Gives notes their keys; the rest of a note from the page before is added to it.
    pub(super) fn keyed(&mut self, notes: Vec<PageNote>, page: u32) -> Vec<(u32, PageNote)> {
        let mut keyed = Vec::new();
        for (at, note) in notes.into_iter().enumerate() {
            let is_rest = |last: &LastNote| {
                at == 0 && note.mark.is_none() && last.page + 1 == page && !ends_a_sentence(&last.end)
            };
            let end = note.lines.last().map(|line| line.text.clone()).unwrap_or_default();
            let key = if let Some(last) = self.last_note.take().filter(is_rest) {
                self.extend_note(last.key, &last.end, &note);
                last.key
            } else {
                let key = self.next_key;
                self.next_key += 1;
                self.counts.notes += 1;
                keyed.push((key, note));
                key
            };
            self.last_note = Some(LastNote { key, page, end });
        }
        keyed
    }

    /// Adds the rest of a note, whose text so far ends in `end`.
    fn extend_note(&mut self, key: u32, end: &str, rest: &PageNote) {
        let mut waiting = self.open.iter_mut().flat_map(|open| &mut open.after);
        let waiting = waiting.find(|(_, waiting)| waiting.key == Some(key)).map(|(_, waiting)| &mut waiting.content);
        let id = self.notes.get(&key).copied();
        let placed = self.book.elements.iter_mut().rfind(|element| Some(element.id) == id);
        let content = waiting.or_else(|| placed.map(|element| &mut element.content));
        if let Some(ElementContent::Note { text, .. }) = content {
            let mut spans = passage(&rest.lines).spans;
            if let (Some(first), Some(begin)) = (spans.first_mut(), rest.lines.first()) {
                first.join = divided_word(end, &begin.text, self.whole).unwrap_or_default();
            }
            text.spans.extend(spans);
        }
    }

    /// Replaces the keys of notes by their elements, and gives each note the element that refers to it.
    pub(super) fn link_notes(&mut self) {
        let mut refers_to: BTreeMap<u32, u32> = BTreeMap::new();
        for element in &mut self.book.elements {
            for span in element.content.passages_mut().into_iter().flat_map(|passage| &mut passage.spans) {
                let Some(key) = span.note else { continue };
                span.note = self.notes.get(&key).copied();
                if let Some(note) = span.note {
                    refers_to.insert(note, element.id);
                }
            }
        }
        for element in &mut self.book.elements {
            if let ElementContent::Note { refers_to: from, .. } = &mut element.content {
                *from = refers_to.get(&element.id).copied();
            }
        }
    }
}
