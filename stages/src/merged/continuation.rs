//! How the text of a page continues across page breaks. Both pages of a break are judged together, so that they agree: the text continues
//! if the first page ends in a paragraph of running text, the second begins in one, and the first has no sentence end or the second starts in lower
//! case. At a page whose neighbour is missing, its own text decides. What a person has said of the first paragraph of a page wins.

use shelf_pages::{ParagraphStart, TextRole};

use super::{Continuation, MergedBlock, MergedParagraph, SplitWord};
use crate::labels::Classification;

/// How the text of a page continues, given the blocks of the page and of its neighbours if available.
pub(super) fn continuation(
    previous: Option<&[MergedBlock]>,
    page: &[MergedBlock],
    next: Option<&[MergedBlock]>,
    whole: &dyn Fn(&str, &str) -> String,
) -> Continuation {
    let split = |before: Option<&[MergedBlock]>, after: Option<&[MergedBlock]>| {
        split_word(text_of(last_body_paragraph(before?)?), text_of(first_body_paragraph(after?)?), whole)
    };
    Continuation {
        continues_from_previous: previous.map_or_else(
            || first_body_paragraph(page).is_some_and(begins_within_sentence),
            |previous| continues(previous, page),
        ),
        continues_to_next: next.map_or_else(
            || last_body_paragraph(page).is_some_and(|last| !ends_a_sentence(text_of(last))),
            |next| continues(page, next),
        ),
        word_from_previous: split(previous, Some(page)),
        word_to_next: split(Some(page), next),
    }
}

/// Whether the text continues from one page on the next.
fn continues(before: &[MergedBlock], after: &[MergedBlock]) -> bool {
    match (last_body_paragraph(before), first_body_paragraph(after)) {
        (Some(last), Some(first)) => {
            let last = text_of(last);
            begins_within_sentence(first)
                || first.start.is_none() && !ends_a_sentence(last) && !is_followed_by_a_list(last)
        }
        _ => false,
    }
}

/// Whether a paragraph continues the page before, as a person has said, or else as its first letter shows.
fn begins_within_sentence(first: &MergedParagraph) -> bool {
    first.start.map_or_else(|| starts_in_lower_case(text_of(first)), |start| start == ParagraphStart::Joined)
}

fn text_of(paragraph: &MergedParagraph) -> &str {
    paragraph.text.trim()
}

/// Whether the last line introduces something separate: `The following:`.
fn is_followed_by_a_list(text: &str) -> bool {
    text.trim_end().ends_with(':')
}

/// The first paragraph of the page's text; `None` if a heading, a list or the like comes first.
fn first_body_paragraph(blocks: &[MergedBlock]) -> Option<&MergedParagraph> {
    let first = text_blocks(blocks).next().filter(|block| is_running_text(block))?;
    paragraphs_of(first).next()
}

/// The last paragraph of the page's text; `None` if a heading, a list or the like comes last.
fn last_body_paragraph(blocks: &[MergedBlock]) -> Option<&MergedParagraph> {
    let last = text_blocks(blocks).next_back().filter(|block| is_running_text(block))?;
    paragraphs_of(last).next_back()
}

/// The blocks that are read one after the other: no running heads, page numbers, notes, captions or noise.
fn text_blocks(blocks: &[MergedBlock]) -> impl DoubleEndedIterator<Item = &MergedBlock> {
    blocks.iter().filter(|block| !block.classification.is_outside_text_flow() && paragraphs_of(block).next().is_some())
}

fn paragraphs_of(block: &MergedBlock) -> impl DoubleEndedIterator<Item = &MergedParagraph> {
    block.paragraphs.iter().filter(|paragraph| !text_of(paragraph).is_empty())
}

/// Whether a sentence may continue in the block: not in a heading, on a title page, or in a table of contents.
fn is_running_text(block: &MergedBlock) -> bool {
    use Classification as Class;
    let role = block.classification.role();
    let is_list = matches!(
        block.classification,
        Class::TitlePage | Class::Copyright | Class::Dedication | Class::TableOfContents | Class::Index
    );
    matches!(role, TextRole::Text | TextRole::Quotation) && !is_list
}

fn starts_in_lower_case(text: &str) -> bool {
    text.trim_start_matches(is_quote_or_bracket).chars().next().is_some_and(char::is_lowercase)
}

/// Whether the text ends with a complete sentence: a full stop, question or exclamation mark, possibly followed by closing marks.
fn ends_a_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| is_quote_or_bracket(c) || c.is_whitespace() || matches!(c, '*' | '†' | '‡'))
        .ends_with(['.', '!', '?', '…'])
}

fn is_quote_or_bracket(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '„' | '«' | '»' | '‹' | '›' | '(' | ')' | '[' | ']')
}

/// The word split by a page break, if the first text ends in a hyphen and the second begins in lower case.
fn split_word(before: &str, after: &str, whole: &dyn Fn(&str, &str) -> String) -> Option<SplitWord> {
    let begins = before.split_whitespace().next_back()?.trim_start_matches(is_quote_or_bracket);
    let left = begins.strip_suffix(['-', '‐', '\u{ad}', '¬'])?;
    let first = after.split_whitespace().next()?;
    let ends: String = first.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-')).collect();
    let ends = ends.trim_end_matches(['\'', '’', '-']);
    let is_a_word = left.chars().next_back().is_some_and(char::is_alphabetic) && starts_in_lower_case(ends);
    is_a_word.then(|| SplitWord { begins: begins.to_owned(), ends: ends.to_owned(), whole: whole(left, ends) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf_pages::Bbox;

    const BODY: Classification = Classification::Body;

    fn blocks(texts: &[(Classification, &str)]) -> Vec<MergedBlock> {
        let bbox = Bbox { x: 0, y: 0, width: 1, height: 1 };
        let block = |(number, (classification, text)): (u32, &(Classification, &str))| MergedBlock {
            block_num: number,
            origin: None,
            classification: *classification,
            label_before_edit: None,
            classification_confidence: 1.0,
            bbox,
            paragraphs: vec![MergedParagraph {
                origin: None,
                start: None,
                text_before_edit: None,
                par_num: 0,
                text: (*text).to_owned(),
                bbox,
                original_confidence: 1.0,
                correction_applied: false,
                correction_confidence: 1.0,
                correction_notes: None,
            }],
        };
        (0..).zip(texts).map(block).collect()
    }

    fn joined(left: &str, right: &str) -> String {
        format!("{left}{right}")
    }

    fn of(texts: &[(Classification, &str)]) -> (bool, bool) {
        let found = continuation(None, &blocks(texts), None, &joined);
        (found.continues_from_previous, found.continues_to_next)
    }

    #[test]
    fn sentence_split_by_a_page_break_continues() {
        for (text, expected) in [
            ("The end.", (false, false)),
            ("the end.", (true, false)),
            ("The end", (false, true)),
            ("The cam-", (false, true)),
            ("He said: “the end.”", (false, false)),
            ("“the end?” he asked", (true, true)),
            ("(See below.)*", (false, false)),
            ("The following:", (false, true)),
            ("1492 was the year!", (false, false)),
        ] {
            assert_eq!(of(&[(BODY, text)]), expected, "{text}");
        }
    }

    #[test]
    fn headers_footers_and_footnotes_do_not_count() {
        use Classification::{Footnote, Header, PageNumber};
        let page = [(Header, "of florida"), (BODY, "The coast was"), (Footnote, "* See Irving."), (PageNumber, "9")];
        assert_eq!(of(&page), (false, true));
        assert_eq!(of(&[(Header, "of florida")]), (false, false));
        assert_eq!(of(&[]), (false, false));
    }

    #[test]
    fn both_pages_say_the_same_of_a_page_break() {
        use Classification::{ChapterHeading, TableOfContents};
        for (last, first, expected) in [
            ((BODY, "He came to"), (BODY, "Narvaez, who"), true),
            ((BODY, "It ended."), (BODY, "The next"), false),
            ((BODY, "said Mr."), (BODY, "and Mrs. X"), true),
            ((BODY, "the cam-"), (BODY, "paign"), true),
            ((BODY, "without an end"), (ChapterHeading, "CHAPTER II"), false),
            ((ChapterHeading, "CHAPTER I"), (BODY, "The coast"), false),
            ((TableOfContents, "Of ships 9"), (TableOfContents, "of men 12"), false),
        ] {
            let (left, right) = (blocks(&[last]), blocks(&[first]));
            let to_next = continuation(None, &left, Some(&right), &joined).continues_to_next;
            let from_previous = continuation(Some(&left), &right, None, &joined).continues_from_previous;
            assert_eq!((to_next, from_previous), (expected, expected), "{last:?} {first:?}");
        }
    }

    #[test]
    fn what_a_person_says_of_the_first_paragraph_wins() {
        for (last, first, start, expected) in [
            ("It ended.", "The next", ParagraphStart::Joined, true),
            ("It was", "so it was.", ParagraphStart::New, false),
        ] {
            let (left, mut right) = (blocks(&[(BODY, last)]), blocks(&[(BODY, first)]));
            right[0].paragraphs[0].start = Some(start);
            let continues = continuation(Some(&left), &right, None, &joined).continues_from_previous;
            let goes_on = continuation(None, &left, Some(&right), &joined).continues_to_next;
            let alone = continuation(None, &right, None, &joined).continues_from_previous;
            assert_eq!((continues, goes_on, alone), (expected, expected, expected), "{last:?} {first:?}");
        }
    }

    #[test]
    fn word_split_by_a_page_break_is_joined() {
        let (left, right) = (blocks(&[(BODY, "the “cam-")]), blocks(&[(BODY, "paign, which")]));
        let word = SplitWord { begins: "cam-".to_owned(), ends: "paign".to_owned(), whole: "campaign".to_owned() };
        let first = continuation(None, &left, Some(&right), &joined);
        assert_eq!((first.word_to_next.as_ref(), first.word_from_previous.as_ref()), (Some(&word), None));
        let second = continuation(Some(&left), &right, None, &joined);
        assert_eq!((second.word_to_next, second.word_from_previous), (None, Some(word)));
    }

    #[test]
    fn other_words_are_not_joined() {
        for (left, right) in
            [("the end.", "paign"), ("a dash -", "paign"), ("cam-", "Paign"), ("1914-", "18"), ("cam-", "— x")]
        {
            let (left, right) = (blocks(&[(BODY, left)]), blocks(&[(BODY, right)]));
            assert_eq!(continuation(None, &left, Some(&right), &joined).word_to_next, None);
        }
    }
}
