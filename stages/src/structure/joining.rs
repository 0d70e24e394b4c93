//! Which pieces are parts of one paragraph, across blocks and pages.

use shelf_pages::Join;

/// The end of the text so far.
#[derive(Debug, Clone)]
pub(super) struct TextEnd<'t> {
    pub(super) text: &'t str,
    /// Whether its last line reaches the right edge of the text; `None` if that is unknown.
    pub(super) fills_last_line: Option<bool>,
}

/// The beginning of the text that follows.
#[derive(Debug, Clone)]
pub(super) struct TextStart<'t> {
    pub(super) text: &'t str,
    /// Whether its first line is indented; `None` if that is unknown.
    pub(super) is_indented: Option<bool>,
}

/// What is known of the paragraphs of the book.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Indents {
    pub(super) indented: u32,
    pub(super) flush: u32,
}

impl Indents {
    pub(super) fn add(&mut self, is_indented: Option<bool>) {
        match is_indented {
            Some(true) => self.indented += 1,
            Some(false) => self.flush += 1,
            None => {}
        }
    }

    /// Whether paragraphs begin with an indent, so that a line without one continues a paragraph.
    fn are_usual(self) -> bool {
        self.indented >= 3 && self.indented >= self.flush
    }
}

/// How a piece continues the text before it; `None` if it is a paragraph of its own. `whole` joins the halves of a word.
pub(super) fn continues(
    end: &TextEnd,
    start: &TextStart,
    indents: Indents,
    whole: &dyn Fn(&str, &str) -> String,
) -> Option<Join> {
    if let Some(join) = divided_word(end.text, start.text, whole) {
        return Some(join);
    }
    let lower = start.text.trim_start_matches(is_opening).chars().next().is_some_and(char::is_lowercase);
    let is_indented = start.is_indented == Some(true);
    let continues = if ends_a_sentence(end.text) {
        // The paragraph may go on with another sentence: then its last line is full, and the next has no indent.
        lower && !is_indented
            || indents.are_usual() && start.is_indented == Some(false) && end.fills_last_line == Some(true)
    } else if ends_before_a_list(end.text) {
        lower && !is_indented
    } else {
        // A salutation and the like: `Dear Sir,`.
        !(is_indented && !lower && end.fills_last_line != Some(true))
    };
    continues.then_some(Join::Space)
}

/// How the halves of a word are joined, if the first text ends in a hyphen and the second goes on in lower case.
pub(super) fn divided_word(before: &str, after: &str, whole: &dyn Fn(&str, &str) -> String) -> Option<Join> {
    let left = before.trim_end().strip_suffix(['-', '\u{2010}', '\u{ad}', '\u{ac}'])?;
    let left: &str = left.split_whitespace().next_back()?.trim_start_matches(is_opening);
    let right: String = after.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '\'' | '’')).collect();
    if !left.ends_with(char::is_alphabetic) || !right.starts_with(char::is_lowercase) {
        return None;
    }
    // Only what is before and after this hyphen: `mother-in-` and `law`.
    let last = left.rsplit('-').next().unwrap_or(left);
    let has_hyphen = whole(last, &right).contains('-');
    Some(if has_hyphen { Join::Direct } else { Join::DropHyphen })
}

/// Whether a text ends with a complete sentence: a full stop, question or exclamation mark, possibly followed by closing marks.
pub(super) fn ends_a_sentence(text: &str) -> bool {
    let is_closing = |c: char| {
        is_opening(c)
            || c.is_whitespace()
            || matches!(c, '”' | '’' | '»' | ')' | ']' | '*' | '†' | '‡' | '§')
            || c.is_ascii_digit()
    };
    text.trim_end_matches(is_closing).ends_with(['.', '!', '?', '…'])
}

fn ends_before_a_list(text: &str) -> bool {
    text.trim_end().ends_with([':', '—'])
}

fn is_opening(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '„' | '«' | '‹' | '(' | '[')
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Indents = Indents { indented: 9, flush: 3 };

    fn of(before: (&str, Option<bool>), after: (&str, Option<bool>)) -> Option<Join> {
        let end = TextEnd { text: before.0, fills_last_line: before.1 };
        let start = TextStart { text: after.0, is_indented: after.1 };
        continues(&end, &start, USUAL, &|before, after| match before {
            "self" => format!("{before}-{after}"),
            _ => format!("{before}{after}"),
        })
    }

    #[test]
    fn sentence_continues_the_paragraph() {
        assert_eq!(of(("He came to", Some(true)), ("Narvaez, who", Some(false))), Some(Join::Space));
        assert_eq!(of(("He came to", None), ("the coast", None)), Some(Join::Space));
        assert_eq!(of(("It ended.", Some(false)), ("The next", Some(true))), None);
        assert_eq!(of(("the following:", Some(false)), ("One", Some(true))), None);
        assert_eq!(of(("Dear Sir,", Some(false)), ("I have", Some(true))), None);
    }

    #[test]
    fn sentence_that_ends_with_the_page_may_be_in_a_paragraph_that_goes_on() {
        assert_eq!(of(("It ended.", Some(true)), ("The next", Some(false))), Some(Join::Space));
        assert_eq!(of(("It ended.", Some(true)), ("The next", Some(true))), None);
        assert_eq!(of(("It ended.", Some(false)), ("The next", Some(false))), None);
        assert_eq!(of(("It ended.", None), ("The next", None)), None);
    }

    #[test]
    fn halves_of_a_word_are_joined() {
        assert_eq!(of(("the opposi-", Some(true)), ("tion to", Some(false))), Some(Join::DropHyphen));
        assert_eq!(of(("more self-", Some(true)), ("aware men", Some(false))), Some(Join::Direct));
        assert_eq!(of(("1914-", Some(true)), ("18", Some(false))), Some(Join::Space));
    }
}
