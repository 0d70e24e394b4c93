use std::borrow::Cow;

use super::{Join, Span};
use crate::{MergedBlock, MergedPage};

/// The text of a span, with its line breaks; `None` if the page has no such paragraph.
#[must_use]
pub fn span_text<'p>(page: &'p MergedPage, span: &Span) -> Option<&'p str> {
    let of_block = |block: &&MergedBlock| block.block_num == span.block_num;
    let block = page.blocks.iter().find(of_block)?;
    let paragraph = block.paragraphs.iter().find(|paragraph| paragraph.par_num == span.par_num)?;
    let text = paragraph.text.as_str();
    let Some(chars) = span.chars else { return Some(text) };
    let byte = |at: u32| text.char_indices().nth(at as usize).map_or(text.len(), |(byte, _)| byte);
    text.get(byte(chars.start)..byte(chars.end))
}

/// Joins the lines of a prose paragraph. A hyphen or dash at a line end stays, without a space after it.
#[must_use]
pub fn join_lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !joined.is_empty() && !ends_in_hyphen_or_dash(&joined) {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

/// The text of spans on one line: each with its own text and what is before it.
#[must_use]
pub fn joined<'t>(spans: impl IntoIterator<Item = (&'t str, Join)>) -> String {
    let mut text = String::new();
    for (span, join) in spans {
        let next = join_lines(span);
        append(&mut text, &next, join);
    }
    text
}

fn append(text: &mut String, next: &str, join: Join) {
    if !text.is_empty() && !next.is_empty() {
        match join {
            Join::Space if ends_in_hyphen_or_dash(text) => {}
            Join::Space | Join::Line => text.push(' '),
            Join::Direct => {}
            Join::DropHyphen => {
                let stem = text.trim_end_matches(['-', '\u{2010}', '\u{ad}', '\u{ac}']).len();
                text.truncate(stem);
            }
        }
    }
    text.push_str(next);
}

fn ends_in_hyphen_or_dash(text: &str) -> bool {
    text.ends_with(['-', '\u{2010}', '\u{2014}'])
}

/// A heading on one line, without the full stop that old books print after it: `PREFACE.` is `PREFACE`.
#[must_use]
pub fn title_text(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    match text.strip_suffix('.') {
        Some(title) if !title.ends_with('.') && !title.contains(". ") => Cow::Borrowed(title),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CharRange;
    use crate::testing::TestPage;

    #[test]
    fn span_is_a_paragraph_or_a_range_of_its_characters() {
        let page = TestPage::new("One “two”\nthree.").merged();
        let mut span = Span { page: 1, block_num: 1, par_num: 1, chars: None, join: Join::Space, note: None };
        assert_eq!(span_text(&page, &span), Some("One “two”\nthree."));
        span.chars = Some(CharRange { start: 4, end: 9 });
        assert_eq!(span_text(&page, &span), Some("“two”"));
        span.block_num = 2;
        assert_eq!(span_text(&page, &span), None);
    }

    #[test]
    fn spans_are_joined_as_they_say() {
        let text = |spans: &[(&str, Join)]| joined(spans.iter().copied());
        assert_eq!(text(&[("the long\ncam-", Join::Space), ("paign", Join::DropHyphen)]), "the long campaign");
        assert_eq!(text(&[("self-", Join::Space), ("aware", Join::Direct)]), "self-aware");
        assert_eq!(text(&[("word", Join::Space), ("*", Join::Direct), ("and", Join::Space)]), "word* and");
        assert_eq!(text(&[("a dash—", Join::Space), ("and", Join::Space)]), "a dash—and");
    }

    #[test]
    fn title_has_no_full_stop() {
        assert_eq!(title_text("PREFACE."), "PREFACE");
        assert_eq!(title_text("Of A. Mr. B."), "Of A. Mr. B.");
    }
}
