use shelf_pages::{Classification, SplitWord, TextRole};

use super::page::ReadablePage;

/// A piece of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(super) style: Style,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// The start of a page.
    PageMark,
    /// A heading of a level, from 1.
    Heading(u32),
    Body,
    Quote,
    /// Lines of verse.
    Verse,
    Note,
    Caption,
    /// Rows as lines, with tabs between the cells.
    Table,
    /// Lines as printed: a title page, a list.
    Lines,
}

/// Without a structure, the level of a heading is not known: chapters are above all else.
const CHAPTER: Style = Style::Heading(1);

/// The text of pages in reading order. A paragraph that continues across a page break is one passage, before the mark of the next
/// page. It is followed by the notes of its first page.
pub(crate) fn passages(pages: &[ReadablePage]) -> Vec<Passage> {
    let mut passages = Vec::new();
    // The last paragraph so far, and the notes below it, while it may still go on.
    let mut open: Option<Open> = None;
    for page in pages {
        let (mut flow, notes) = split(page);
        let is_empty = flow.is_empty() && notes.is_empty();
        if let Some(mut last) = open.take() {
            let goes_on = last.page + 1 == page.page_number
                && flow.first().is_some_and(|first| first.style == last.passage.style);
            if goes_on {
                let rest = flow.remove(0);
                last.passage.text = last.join(&rest.text);
                // A page that holds nothing but the middle of a paragraph.
                if flow.is_empty() && page.continuation.continues_to_next {
                    last.notes.extend(notes);
                    open = Some(Open { page: page.page_number, word: page.continuation.word_to_next.clone(), ..last });
                    continue;
                }
            }
            passages.push(last.passage);
            passages.extend(last.notes);
        }
        if is_empty || !(flow.is_empty() && notes.is_empty()) {
            passages.push(mark(page.page_number, page.printed_page_number.as_deref(), is_empty));
        }
        let may_go_on = |last: &Passage| matches!(last.style, Style::Body | Style::Quote);
        if page.continuation.continues_to_next && flow.last().is_some_and(may_go_on) {
            let passage = flow.pop().expect("there is a last one");
            passages.extend(flow);
            open = Some(Open { passage, notes, page: page.page_number, word: page.continuation.word_to_next.clone() });
        } else {
            passages.extend(flow.into_iter().chain(notes));
        }
    }
    if let Some(last) = open {
        passages.push(last.passage);
        passages.extend(last.notes);
    }
    passages
}

struct Open {
    passage: Passage,
    notes: Vec<Passage>,
    page: u32,
    word: Option<SplitWord>,
}

impl Open {
    /// The paragraph with its continuation on the next page; a word split by the page break is joined.
    fn join(&self, rest: &str) -> String {
        let text = self.passage.text.as_str();
        let split = self.word.as_ref().and_then(|word| {
            Some((text.strip_suffix(word.begins.as_str())?, &word.whole, rest.strip_prefix(word.ends.as_str())?))
        });
        match split {
            Some((before, whole, after)) => format!("{before}{whole}{after}"),
            None => join_lines([text, rest].into_iter()),
        }
    }
}

/// The mark of a page.
pub(super) fn mark(page: u32, printed: Option<&str>, is_empty: bool) -> Passage {
    let printed = printed.map(|number| format!(", printed {number}")).unwrap_or_default();
    let empty = if is_empty { ", no text" } else { "" };
    Passage { style: Style::PageMark, text: format!("page {page}{printed}{empty}") }
}

/// The passages of a page: its text, and the notes below.
fn split(page: &ReadablePage) -> (Vec<Passage>, Vec<Passage>) {
    let (mut flow, mut notes): (Vec<Passage>, Vec<Passage>) = Default::default();
    for block in &page.blocks {
        let Some(style) = style_of(block.classification) else { continue };
        for text in &block.paragraphs {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let text = if style == Style::Lines { lines.collect::<Vec<_>>().join("\n") } else { join_lines(lines) };
            if !text.is_empty() {
                match flow.last_mut() {
                    // The number of a chapter and its title.
                    Some(last) if last.style == style && style == CHAPTER => {
                        last.text.push('\n');
                        last.text.push_str(&text);
                    }
                    _ if style == Style::Note => notes.push(Passage { style, text }),
                    _ => flow.push(Passage { style, text }),
                }
            }
        }
    }
    (flow, notes)
}

/// `None` for blocks that are not part of the text: running heads, page numbers, noise.
fn style_of(classification: Classification) -> Option<Style> {
    use Classification as Class;
    match (classification, classification.role()) {
        (_, TextRole::HeaderOrFooter | TextRole::Noise) => None,
        (Class::ChapterHeading, _) => Some(CHAPTER),
        (_, TextRole::Heading) => Some(Style::Heading(2)),
        (_, TextRole::Quotation) => Some(Style::Quote),
        (_, TextRole::Note) => Some(Style::Note),
        (Class::MapLabel | Class::DiagramLabel, _) => Some(Style::Lines),
        (_, TextRole::Caption) => Some(Style::Caption),
        (_, TextRole::Table)
        | (Class::TitlePage | Class::Copyright | Class::Dedication | Class::TableOfContents | Class::Index, _) => {
            Some(Style::Lines)
        }
        (_, TextRole::Text) => Some(Style::Body),
    }
}

/// Joins lines. A hyphen at a line end that no stage has resolved stays, without a space after it.
fn join_lines<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let mut joined = String::new();
    for line in lines {
        if !joined.is_empty() && !joined.ends_with(['-', '\u{2010}', '\u{2014}']) {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shelf_pages::{OcrPage, TextPage};

    use super::super::page::ReadableBlock;
    use super::*;

    fn page(number: u32, blocks: &[(&str, &str)], continuation: &Value) -> ReadablePage {
        let block = |(class, text): &(&str, &str)| ReadableBlock {
            classification: serde_json::from_value(Value::from(*class)).unwrap(),
            paragraphs: vec![(*text).to_owned()],
        };
        let mut whole = json!({ "continues_from_previous": false, "continues_to_next": false });
        whole.as_object_mut().unwrap().extend(continuation.as_object().unwrap().clone());
        ReadablePage {
            page_number: number,
            printed_page_number: None,
            blocks: blocks.iter().map(block).collect(),
            continuation: serde_json::from_value(whole).unwrap(),
        }
    }

    fn read(pages: &[ReadablePage]) -> Vec<String> {
        passages(pages).into_iter().map(|passage| format!("{:?}: {}", passage.style, passage.text)).collect()
    }

    #[test]
    fn a_paragraph_is_joined_across_pages_and_its_notes_follow() {
        let word = json!({ "begins": "cam-", "ends": "paign", "whole": "campaign" });
        let first = [("HEADER", "OF FLORIDA"), ("BODY", "The long\ncam-"), ("FOOTNOTE", "* See\nIrving.")];
        let second = [("PAGE_NUMBER", "8"), ("BODY", "paign went on."), ("BODY", "It ended.")];
        let pages = [
            page(7, &first, &json!({ "continues_to_next": true, "word_to_next": word })),
            page(8, &second, &json!({ "continues_to_next": false })),
        ];
        assert_eq!(
            read(&pages),
            [
                "PageMark: page 7",
                "Body: The long campaign went on.",
                "Note: * See Irving.",
                "PageMark: page 8",
                "Body: It ended."
            ]
        );
    }

    #[test]
    fn a_heading_ends_a_paragraph_and_so_does_a_page_that_is_left_out() {
        let goes_on = json!({ "continues_to_next": true });
        let heading = [page(1, &[("BODY", "It went")], &goes_on), page(2, &[("CHAPTER_HEADING", "II")], &goes_on)];
        assert_eq!(read(&heading), ["PageMark: page 1", "Body: It went", "PageMark: page 2", "Heading(1): II"]);
        let gap = [page(1, &[("BODY", "It went")], &goes_on), page(3, &[("BODY", "away.")], &goes_on)];
        assert_eq!(read(&gap), ["PageMark: page 1", "Body: It went", "PageMark: page 3", "Body: away."]);
    }

    #[test]
    fn a_paragraph_may_fill_more_than_a_page() {
        let goes_on = json!({ "continues_to_next": true });
        let pages = [1, 2, 3].map(|number| page(number, &[("BODY", "and so")], &goes_on));
        assert_eq!(read(&pages), ["PageMark: page 1", "Body: and so and so and so"]);
    }

    #[test]
    fn keeps_meaningful_lines_and_unresolved_hyphens() {
        let headings = [("CHAPTER_HEADING", "CHAPTER I"), ("CHAPTER_HEADING", "Of\nShelves")];
        assert_eq!(read(&[page(1, &headings, &json!({}))])[1..], ["Heading(1): CHAPTER I\nOf Shelves"]);
        let pages = [page(1, &[("TITLE_PAGE", "A\nBOOK"), ("BODY", "self-\naware men\nwent")], &json!({}))];
        assert_eq!(read(&pages)[1..], ["Lines: A\nBOOK", "Body: self-aware men went"]);
        assert_eq!(read(&[page(4, &[("PAGE_NUMBER", "9")], &json!({}))]), ["PageMark: page 4, no text"]);
    }

    #[test]
    fn a_page_of_ocr_is_all_body() {
        let page: OcrPage = serde_json::from_value(json!({
            "page_number": 2, "page_dimensions": { "width": 100, "height": 100 },
            "blocks": [{ "block_num": 0, "bbox": [0, 0, 9, 9], "paragraphs": [
                { "par_num": 0, "bbox": [0, 0, 9, 9], "text": "One\ntwo", "avg_confidence": 0.9 }] }],
        }))
        .unwrap();
        assert_eq!(read(&[TextPage::Ocr(page).into()]), ["PageMark: page 2", "Body: One two"]);
    }
}
