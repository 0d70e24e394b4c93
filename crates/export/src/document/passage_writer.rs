use shelf_pages::{Join, join_lines};

use super::Inline;

/// Builds the text of a passage from its spans.
#[derive(Debug, Default)]
pub(super) struct PassageWriter {
    written: Vec<Inline>,
}

impl PassageWriter {
    /// Adds text with what is before it, after the beginning of a page if there is one.
    pub(super) fn add(&mut self, text: &str, join: Join, page_breaks: Vec<Inline>) {
        let text = join_lines(text);
        let is_first = !self.written.iter().any(|inline| !matches!(inline, Inline::PageBreak { .. }));
        let ends_open = self.last_text().is_some_and(|last| last.ends_with(['-', '\u{2010}', '\u{2014}']));
        let within_word = match join {
            Join::Space | Join::Line if is_first || ends_open || text.is_empty() => false,
            Join::Space | Join::Line => {
                self.push(" ");
                false
            }
            Join::Direct => true,
            Join::DropHyphen => {
                if let Some(last) = self.last_text() {
                    let stem = last.trim_end_matches(['-', '\u{2010}', '\u{ad}', '\u{ac}']).len();
                    last.truncate(stem);
                }
                true
            }
        };
        for page_break in page_breaks {
            self.written.push(match page_break {
                Inline::PageBreak { page, printed_page_number, .. } => {
                    Inline::PageBreak { page, printed_page_number, within_word: within_word && !is_first }
                }
                other => other,
            });
        }
        self.push(&text);
    }

    /// Adds the mark of a note.
    pub(super) fn add_mark(&mut self, note: u32, mark: &str) {
        self.written.push(Inline::NoteMark { note, mark: mark.to_owned() });
    }

    pub(super) fn finish(self) -> Vec<Inline> {
        self.written
    }

    fn push(&mut self, text: &str) {
        match self.written.last_mut() {
            Some(Inline::Text { text: last }) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.written.push(Inline::Text { text: text.to_owned() }),
        }
    }

    fn last_text(&mut self) -> Option<&mut String> {
        match self.written.last_mut() {
            Some(Inline::Text { text }) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(page: u32) -> Inline {
        Inline::PageBreak { page, printed_page_number: None, within_word: false }
    }

    fn shown(writer: PassageWriter) -> String {
        let show = |inline: Inline| match inline {
            Inline::Text { text } => text,
            Inline::NoteMark { note, mark } => format!("[{mark}→{note}]"),
            Inline::PageBreak { page, within_word: true, .. } => format!("‖{page}"),
            Inline::PageBreak { page, .. } => format!("|{page}"),
        };
        writer.finish().into_iter().map(show).collect()
    }

    #[test]
    fn word_and_paragraph_go_on_across_a_page_break() {
        let mut writer = PassageWriter::default();
        writer.add("the long\ncam-", Join::Space, vec![page(7)]);
        writer.add("paign went", Join::DropHyphen, vec![page(8)]);
        writer.add("on.", Join::Space, vec![page(9)]);
        assert_eq!(shown(writer), "|7the long cam‖8paign went |9on.");
    }

    #[test]
    fn mark_stands_at_its_word() {
        let mut writer = PassageWriter::default();
        writer.add("He came", Join::Space, vec![]);
        writer.add_mark(4, "*");
        writer.add("and went.", Join::Space, vec![]);
        assert_eq!(shown(writer), "He came[*→4] and went.");
    }
}
