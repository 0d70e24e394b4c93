//! Compares two texts word by word.

use serde_json::{Value, json};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Words that are in both texts, or in one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Same(String),
    Deleted(String),
    Inserted(String),
}

/// How deleted and inserted words are distinguished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Red and struck through, green and underlined.
    Colours,
    /// `[-deleted-]` and `{+inserted+}`.
    Marks,
}

/// A word, and whether a line ends after it.
struct Word<'t> {
    text: &'t str,
    ends_line: bool,
}

/// The two texts as one: lines end where those of `new` do. A different line break is not a difference.
pub(super) fn segments(old: &str, new: &str) -> Vec<Segment> {
    let (old, new) = (words(old), words(new));
    let texts = |words: &[Word<'_>]| words.iter().map(|word| word.text.to_owned()).collect::<Vec<_>>();
    let (old_texts, new_texts) = (texts(&old), texts(&new));
    let mut segments = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
        let deleted = || Segment::Deleted(old_texts[operation.old_range()].join(" "));
        let inserted = || joined(&new[operation.new_range()]);
        match operation {
            DiffOp::Equal { .. } => segments.push(Segment::Same(inserted())),
            DiffOp::Delete { .. } => segments.push(deleted()),
            DiffOp::Insert { .. } => segments.push(Segment::Inserted(inserted())),
            DiffOp::Replace { .. } => segments.extend([deleted(), Segment::Inserted(inserted())]),
        }
    }
    segments
}

/// The number of places that differ: words that were replaced by others are one.
pub(super) fn changes(segments: &[Segment]) -> usize {
    let is_change = |segment: &Segment| !matches!(segment, Segment::Same(_));
    segments.chunk_by(|one, next| is_change(one) == is_change(next)).filter(|chunk| is_change(&chunk[0])).count()
}

fn words(text: &str) -> Vec<Word<'_>> {
    let of_line = |line| {
        let mut words: Vec<Word<'_>> =
            str::split_whitespace(line).map(|text| Word { text, ends_line: false }).collect();
        if let Some(last) = words.last_mut() {
            last.ends_line = true;
        }
        words
    };
    text.lines().flat_map(of_line).collect()
}

/// The words with the line ends between them, and that after the last.
fn joined(words: &[Word<'_>]) -> String {
    let mut text = String::new();
    for (nth, word) in words.iter().enumerate() {
        text.push_str(word.text);
        match (word.ends_line, nth + 1 == words.len()) {
            (true, _) => text.push('\n'),
            (false, false) => text.push(' '),
            (false, true) => {}
        }
    }
    text
}

impl Segment {
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Same(text) => json!({ "same": text }),
            Self::Deleted(text) => json!({ "deleted": text }),
            Self::Inserted(text) => json!({ "inserted": text.trim_end() }),
        }
    }
}

impl Style {
    /// The segments as text.
    pub(super) fn shown(self, segments: &[Segment]) -> String {
        let (deleted, inserted) = match self {
            Self::Colours => (("\x1b[31;9m", "\x1b[0m"), ("\x1b[32;4m", "\x1b[0m")),
            Self::Marks => (("[-", "-]"), ("{+", "+}")),
        };
        let mut text = String::new();
        for (nth, segment) in segments.iter().enumerate() {
            let follows_deletion = nth > 0 && matches!(segments[nth - 1], Segment::Deleted(_));
            let is_replacement = follows_deletion && matches!(segment, Segment::Inserted(_));
            if !text.is_empty() && !text.ends_with('\n') && !is_replacement {
                text.push(' ');
            }
            match segment {
                Segment::Same(words) => text.push_str(&visible(words)),
                Segment::Deleted(words) => text.extend([deleted.0, &visible(words), deleted.1]),
                Segment::Inserted(words) => {
                    // The end of a line is outside, so that no colour runs to the margin.
                    let end = if words.ends_with('\n') { "\n" } else { "" };
                    text.extend([inserted.0, &visible(words.trim_end()), inserted.1, end]);
                }
            }
        }
        text.trim_end().to_owned()
    }
}

/// Without characters that would steer a terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(old: &str, new: &str) -> String {
        Style::Marks.shown(&segments(old, new))
    }

    #[test]
    fn changed_words_are_marked_and_line_breaks_are_not() {
        assert_eq!(
            marked("Tvvo cam-\npaigns began.", "Two campaigns\nbegan."),
            "[-Tvvo cam- paigns-]{+Two campaigns+}\nbegan."
        );
        assert_eq!(marked("one\ntwo three", "one two\nthree"), "one two\nthree");
        assert_eq!(marked("12\nThe end", "The end"), "[-12-] The end");
        assert_eq!(marked("The end", "The very end"), "The {+very+} end");
    }

    #[test]
    fn replaced_words_are_one_change() {
        let number = |old, new| changes(&segments(old, new));
        assert_eq!((number("a b c d", "a x y d"), number("a b c", "x b y"), number("a", "a")), (1, 2, 0));
    }

    #[test]
    fn colours_end_before_the_line_does_and_no_control_character_gets_out() {
        let shown = Style::Colours.shown(&segments("a\x1b[2J", "b\nc"));
        assert_eq!(shown, "\x1b[31;9ma\u{fffd}[2J\x1b[0m\x1b[32;4mb\nc\x1b[0m");
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_result(old in "([a-d]{1,2}[ \n]){0,12}", new in "([a-d]{1,2}[ \n]){0,12}") {
            let segments = segments(&old, &new);
            let read = |skipped: fn(&Segment) -> bool| {
                let kept = segments.iter().filter(|segment| !skipped(segment)).map(|segment| match segment {
                    Segment::Same(text) | Segment::Deleted(text) | Segment::Inserted(text) => text.as_str(),
                });
                kept.flat_map(str::split_whitespace).map(ToOwned::to_owned).collect::<Vec<_>>()
            };
            let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(read(|segment| matches!(segment, Segment::Inserted(_))), words(&old));
            prop_assert_eq!(read(|segment| matches!(segment, Segment::Deleted(_))), words(&new));
        }
    }
}
