use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::page_layout::TextRow;

/// Maximum type height of footnotes, relative to the body text.
const MAX_TYPE_RATIO: f64 = 0.9;

/// Minimum white space above footnotes, leadings.
const MIN_GAP_LEADINGS: f64 = 0.5;

/// Small type at the bottom of the page, below a gap, that begins with a footnote mark or continues a footnote.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    let small = block.size <= MAX_TYPE_RATIO;
    if page.all_below(block).any(|below| below.is_running_text() && below.size > block.size.max(MAX_TYPE_RATIO)) {
        return None;
    }
    let marked = begins_with_a_mark(&block.text);
    let gap = page.gap_above(block).is_some_and(|gap| gap >= MIN_GAP_LEADINGS);
    let below_notes = page.above(block).is_some_and(|above| label(above, page).is_some());
    let below_text = page.above(block).is_some_and(BlockView::is_running_text);
    let flush_or_last = || is_flush(block, page) || is_last_at_indent(block, page);
    match (small, marked) {
        (true, true) => Some((Classification::Footnote, if gap || below_notes { 0.95 } else { 0.85 })),
        (true, false) if below_notes => Some((Classification::Footnote, 0.8)),
        (true, false) if below_text && gap && flush_or_last() => Some((Classification::Footnote, 0.6)),
        (false, true) if begins_with_a_sign(&block.text) && gap && block.size < 1.0 => {
            Some((Classification::Footnote, 0.7))
        }
        _ => None,
    }
}

/// Whether it is as wide as its column: a footnote continued from the previous page is, a quotation is not.
fn is_flush(block: &BlockView, page: &PageView) -> bool {
    let column = page.column(block);
    let indent = page.layout.body_height_px * MAX_FLUSH_RATIO;
    f64::from(block.bbox.x) < column.left + indent && f64::from(block.bbox.right()) > column.right - 2.0 * indent
}

/// Whether it begins where paragraphs do, with nothing but the foot of the page below: a footnote whose mark was not read.
fn is_last_at_indent(block: &BlockView, page: &PageView) -> bool {
    let left = page.column(block).left;
    let is_near = |row: &TextRow, indents: f64| f64::from(row.bbox.x) < left + indents * page.layout.body_height_px;
    // Only its first row is indented: a quotation or table at the foot of the page is indented as a whole.
    let others = block.rows.get(1..).unwrap_or_default();
    let is_at_indent = block.rows.first().is_some_and(|row| is_near(row, MAX_INDENT_RATIO))
        && (others.is_empty() || others.iter().any(|row| is_near(row, MAX_FLUSH_RATIO)));
    let is_low = f64::from(block.bbox.y) > MIN_LOW_RATIO * f64::from(page.layout.height);
    is_at_indent && is_low && page.all_below(block).all(|below| page.is_in_footer(below))
}

/// Maximum indent of a paragraph, in type heights of the body text.
const MAX_INDENT_RATIO: f64 = 2.5;

/// Rows after the first begin at most so far from the column's edge, in type heights of the body text.
const MAX_FLUSH_RATIO: f64 = 0.8;

/// Footnotes without a mark begin below this fraction of the scan's height, 0..=1.
const MIN_LOW_RATIO: f64 = 0.6;

/// `*`, `†`, `‡`, `§`, and what they are misread as before a word.
pub(super) fn begins_with_a_sign(text: &str) -> bool {
    text.starts_with(['*', '†', '‡', '§', '¶', '•'])
}

/// Signs that a raised mark is misread as, alone before a capital: `” See`, `? Ibid.`
const MISREAD_MARKS: [&str; 11] = ["“", "”", "‘", "’", "\"", "'", "°", "!", "?", "¥", "‘."];

/// A sign, or an isolated number or letter before a capital: `1 It may`, `(2) See`, `a Cf.`, but not the initial in `J. Thorne`.
pub(super) fn begins_with_a_mark(text: &str) -> bool {
    if begins_with_a_sign(text) {
        return true;
    }
    let mut words = text.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    let mark: String = first.chars().filter(|c| c.is_alphanumeric()).collect();
    let short = mark.parse::<u32>().is_ok_and(|number| number < 1000) || mark.chars().count() == 1;
    let sentence = second.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().next();
    let is_initial = first.ends_with('.') && mark.starts_with(char::is_uppercase);
    let is_word = mark == "A" || mark == "I" || mark == "O" || is_initial;
    let glued = first.starts_with(|c: char| c.is_ascii_digit())
        && first.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(char::is_uppercase);
    glued
        || ((short || MISREAD_MARKS.contains(&first))
            && !is_word
            && sentence.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()))
}

/// A sign, a number joined to a word, or a letter that a dagger or a `1` is misread as joined to a capital: nothing else begins so.
pub(super) fn begins_with_a_certain_mark(text: &str) -> bool {
    let begin: Vec<char> = text.chars().take(2).collect();
    let is_number = text.starts_with(|c: char| c.is_ascii_digit()) && begins_with_a_misread_mark(text);
    let is_letter = matches!(begin[..], ['t' | 'f' | 'l' | 'i' | '+', next] if next.is_uppercase());
    begins_with_a_sign(text) || is_number || is_letter
}

/// Signs and letters that a raised mark is misread as, joined to the word after it: `tIf`, `’The`, `?There`, `1the`.
const MISREAD_JOINED: [char; 17] =
    ['+', 't', 'f', 'i', 'l', '“', '”', '‘', '’', '"', '\'', '°', '!', '?', '¥', '|', '{'];

/// What a raised mark and the first word of a note are read as where nothing separates them. It may be another text, such as a quotation; so it begins a
/// note only in small type at the foot of a page.
pub(super) fn begins_with_a_misread_mark(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let mut chars = word.chars();
    let first = chars.next();
    let next = chars.as_str().trim_start_matches(|c: char| c.is_ascii_digit() || c == ')').chars().next();
    let is_digit = first.is_some_and(|c| c.is_ascii_digit());
    let is_misread = first.is_some_and(|c| MISREAD_JOINED.contains(&c));
    (is_digit && next.is_some_and(char::is_alphabetic)) || (is_misread && next.is_some_and(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use Classification::{Body, Footnote, Quote};

    use super::super::test_labels::{in_a_book, labels_of};
    use super::*;
    use crate::page_layout::test_pages::{block, line, prose};

    /// The labels of blocks below 30 rows of text, each as high and as far to the left as given.
    fn below_text(notes: &[(u32, u32, &str)]) -> Vec<Classification> {
        let hanging: Vec<_> = notes.iter().map(|(x, height, text)| ([*x; 3], *height, *text)).collect();
        below_text_at(&hanging)
    }

    /// The same, with the place of each of a block's rows.
    fn below_text_at(notes: &[([u32; 3], u32, &str)]) -> Vec<Classification> {
        let mut y = 1040;
        let mut blocks = vec![prose(1, 100, 30)];
        for ((x, height, text), number) in notes.iter().zip(2..) {
            let rows: Vec<_> =
                (0..3).map(|row| line((x[row as usize], y + row * (height + 6)), *height, text)).collect();
            y += 3 * (height + 6) + 20;
            blocks.push(block(number, &rows));
        }
        labels_of(blocks, &in_a_book()).split_off(1)
    }

    const LONG: &str =
        "a note in small type that is as wide as the column of the text above it, it seems to me, or wider, and more";

    #[test]
    fn footnotes_are_small_and_begin_with_a_mark_or_continue() {
        let marked = format!("* {LONG}");
        assert_eq!(below_text(&[(100, 15, &marked), (100, 15, LONG)]), [Footnote, Footnote]);
        assert_eq!(below_text(&[(100, 15, LONG)]), [Footnote], "it goes on from the page before");
        assert_eq!(below_text_at(&[([140, 100, 100], 15, "a note whose mark was not read")]), [Footnote]);
        assert_eq!(
            below_text(&[(100, 20, "some words of the text that go on after a gap in the page and do not end")]),
            [Body]
        );
        assert_eq!(below_text(&[(200, 18, "a quotation of some words that ends before the others do")]), [Quote]);
    }

    #[test]
    fn quotation_and_signature_at_the_foot_are_not_footnotes() {
        assert_eq!(below_text(&[(140, 15, "a quotation in small type at the foot of a page")]), [Quote]);
        assert_ne!(below_text_at(&[([700, 100, 100], 18, "J. Thorne.")]), [Footnote]);
    }

    #[test]
    fn small_type_above_the_text_is_not_a_footnote() {
        let small = block(1, &[line((100, 100), 15, "1 It may be"), line((100, 120), 15, "that it is.")]);
        assert_ne!(labels_of(vec![small, prose(2, 180, 20)], &in_a_book())[0], Classification::Footnote);
    }

    #[test]
    fn footnote_marks_are_recognised() {
        for text in [
            "* So the name is given",
            "† Ibid.",
            "1 It may be",
            "(2) See p. 4",
            "1It may",
            "t The dictionary’s",
            "12. Cf. Livy",
            "” See the account",
            "! Ibid.",
        ] {
            assert!(begins_with_a_mark(text), "{text}");
        }
        for text in [
            "A man came",
            "I See",
            "J. Thorne.",
            "The town",
            "1528 was a year",
            "",
            "word",
            "In 1528 the",
            "“See the account”",
        ] {
            assert!(!begins_with_a_mark(text), "{text}");
        }
    }

    #[test]
    fn misread_marks_are_joined_to_a_word() {
        for text in ["tIf it is", "’The table", "1that is", "?There are", "12)See", "+Cf."] {
            assert!(begins_with_a_misread_mark(text), "{text}");
        }
        for text in ["the table", "that is", "“that is", "", "Fig. 1", "1528 was a year", "12, 13"] {
            assert!(!begins_with_a_misread_mark(text), "{text}");
        }
        assert!(begins_with_a_certain_mark("tIf") && !begins_with_a_certain_mark("’The"));
    }
}
