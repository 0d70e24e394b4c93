//! A page as text to be changed in an editor: the page number, then each paragraph under a line with its number and the label of its block.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::changes::cleaned;
use super::words::same_words;
use super::{ParagraphAction, SplitPlace, Wanted};
use crate::{Classification, MergedPage, MergedParagraph, ParagraphStart};

/// A mistake in an edited page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct MarkupError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

const HELP: &str = "\
# Change texts, labels and the page number below, then save and close the editor. Without a change, nothing is saved.
# A line such as `[2/1 BODY]` begins paragraph 1 of block 2, whose label is BODY; further paragraphs of a block
# have no label. Keep these lines in their order; change only the label. Leave the page number empty if none is printed.
# To split a paragraph, put an empty line where the next one begins. To join it with the one before it, write JOIN in
# its line: `[2/1 BODY JOIN]`. To leave it out of the book, write DELETE: `[2/1 BODY DELETE]`.
# Lines that begin with `#` are comments. A line of text that begins with `#`, `[` or `\\` has a `\\` in front.
";

const PAGE_NUMBER: &str = "page number:";

/// The page as text to be changed, under a title and `notes` as comments.
#[must_use]
pub fn to_markup(page: &MergedPage, title: &str, notes: &[String]) -> String {
    let mut text = format!("# {title}\n#\n{HELP}");
    for note in notes {
        let _ = writeln!(text, "#\n# {}", note.replace('\n', "\n# "));
    }
    let number = page.printed_page_number.as_deref().unwrap_or_default();
    let _ = writeln!(text, "\n{}", format!("{PAGE_NUMBER} {number}").trim_end());
    for block in &page.blocks {
        for (nth, paragraph) in block.paragraphs.iter().enumerate() {
            let label = if nth == 0 { format!(" {}", block.classification.name()) } else { String::new() };
            let join = if paragraph.start == Some(ParagraphStart::Joined) { " JOIN" } else { "" };
            let _ = writeln!(text, "\n[{}/{}{label}{join}]", block.block_num, paragraph.par_num);
            for line in cleaned(&paragraph.text).lines() {
                let escape = if line.starts_with(['#', '[', '\\']) { "\\" } else { "" };
                let _ = writeln!(text, "{escape}{line}");
            }
        }
    }
    text
}

/// What a text that was made by [`to_markup`] and changed wants the page to say, in the order in which it is to be made so: each is wanted of
/// the page that those before it have changed.
///
/// # Errors
/// A line cannot be understood, or a paragraph of the page is missing.
pub fn parse_markup(page: &MergedPage, markup: &str) -> Result<Vec<Wanted>, MarkupError> {
    let mut wanted = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Option<OpenParagraph> = None;
    let mut last = 0;
    for (line, text) in (1..).zip(markup.lines()) {
        last = line;
        let error = |problem: String| MarkupError { line, problem };
        if text.starts_with('#') {
            continue;
        }
        if let Some(header) = text.strip_prefix('[') {
            if let Some(open) = open.take() {
                open.close(&mut wanted)?;
            }
            let Header { block, paragraph, label, action } = Header::parse(header).map_err(error)?;
            let found = page.blocks.iter().find(|found| found.block_num == block);
            let position = found.and_then(|found| found.paragraphs.iter().position(|p| p.par_num == paragraph));
            let found = found.zip(position).map(|(found, at)| &found.paragraphs[at]);
            match position {
                None => return Err(error(format!("the page has no paragraph {block}/{paragraph}"))),
                Some(_) if !seen.insert((block, paragraph)) => {
                    return Err(error(format!("paragraph {block}/{paragraph} is there twice")));
                }
                Some(0) => match label {
                    Some(label) => wanted.push(Wanted::Label { block, label }),
                    None => {
                        return Err(error(format!(
                            "the label of block {block} is missing: expected `[{block}/{paragraph} LABEL]`"
                        )));
                    }
                },
                Some(_) if label.is_some() => {
                    return Err(error(format!("only the first paragraph of block {block} has a label")));
                }
                Some(_) => {}
            }
            open = found.map(|found| OpenParagraph { line, block, found, action, lines: Vec::new() });
        } else if let Some(open) = &mut open {
            open.lines.push((line, text.strip_prefix('\\').unwrap_or(text)));
        } else if let Some(number) = text.strip_prefix(PAGE_NUMBER) {
            let number = number.trim();
            wanted.push(Wanted::PageNumber { page_number: (!number.is_empty()).then(|| number.to_owned()) });
        } else if !text.trim().is_empty() {
            return Err(error(format!("expected `{PAGE_NUMBER} …` or a paragraph such as `[2/1 BODY]`")));
        }
    }
    if let Some(open) = open {
        open.close(&mut wanted)?;
    }
    let all = page.blocks.iter().flat_map(|block| block.paragraphs.iter().map(|p| (block.block_num, p.par_num)));
    match all.into_iter().find(|id| !seen.contains(id)) {
        Some((block, paragraph)) => Err(MarkupError {
            line: last.max(1),
            problem: format!(
                "paragraph {block}/{paragraph} is missing; to leave it out of the book, write DELETE in its line"
            ),
        }),
        None => Ok(wanted),
    }
}

/// A paragraph whose lines are being read.
struct OpenParagraph<'m> {
    /// The line of its header.
    line: usize,
    block: u32,
    /// The paragraph as it is on the page.
    found: &'m MergedParagraph,
    action: Option<ParagraphAction>,
    lines: Vec<(usize, &'m str)>,
}

impl OpenParagraph<'_> {
    /// Adds what is wanted of the paragraph: its text, then where it is split or joined.
    fn close(self, wanted: &mut Vec<Wanted>) -> Result<(), MarkupError> {
        let Self { line, block, found, action, lines } = self;
        let paragraph = found.par_num;
        if action == Some(ParagraphAction::Delete) {
            wanted.push(Wanted::Paragraph { block, paragraph: Some(paragraph), action: ParagraphAction::Delete });
            return Ok(());
        }
        let texts: Vec<&str> = lines.iter().map(|(_, text)| *text).collect();
        let parts: Vec<String> = texts
            .split(|text| text.trim().is_empty())
            .filter(|lines| !lines.is_empty())
            .map(|lines| lines.join("\n"))
            .collect();
        if parts.is_empty() {
            let problem = format!(
                "paragraph {block}/{paragraph} is empty; to leave it out of the book, write DELETE in its line"
            );
            return Err(MarkupError { line, problem });
        }
        let text = parts.join("\n");
        if parts.len() == 1 || !same_words(&text, &found.text) {
            wanted.push(Wanted::Text { block, paragraph, text });
        }
        let mut split = |before: &[String], after: &[String]| {
            let split = SplitPlace { before: before.join("\n"), after: after.join("\n") };
            wanted.push(Wanted::Split { block, paragraph: Some(paragraph), split });
        };
        // From the end, so that the rest keeps its number.
        for at in (1..parts.len()).rev() {
            split(&parts[..at], &parts[at..=at]);
        }
        match (action, found.start) {
            (Some(action), _) => wanted.push(Wanted::Paragraph { block, paragraph: Some(paragraph), action }),
            (None, Some(ParagraphStart::Joined)) => split(&[], &parts[..1]),
            (None, _) => {}
        }
        Ok(())
    }
}

/// `2/1 BODY JOIN]`, `2/1 BODY]` or `2/1]`.
struct Header {
    block: u32,
    paragraph: u32,
    label: Option<Classification>,
    action: Option<ParagraphAction>,
}

impl Header {
    fn parse(header: &str) -> Result<Self, String> {
        let expected =
            || "expected a paragraph such as `[2/1 BODY]`; a text that begins with `[` has a `\\` in front".to_owned();
        let header = header.trim_end().strip_suffix(']').ok_or_else(expected)?;
        let (number, rest) = header.trim().split_once(' ').map_or((header.trim(), ""), |(n, rest)| (n, rest.trim()));
        let (block, paragraph) = number.split_once('/').ok_or_else(expected)?;
        let (Ok(block), Ok(paragraph)) = (block.parse(), paragraph.parse()) else { return Err(expected()) };
        let (label, last) = rest.rsplit_once(' ').unwrap_or(("", rest));
        let action = match last {
            "JOIN" => Some(ParagraphAction::Join),
            "DELETE" => Some(ParagraphAction::Delete),
            _ => None,
        };
        let label = if action.is_some() { label.trim() } else { rest };
        let label = Some(label).filter(|label| !label.is_empty()).map(Classification::parse).transpose()?;
        Ok(Self { block, paragraph, label, action })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_blocks::stored;
    use super::super::{apply_edits, change};
    use super::*;
    use crate::testing::TestPage;

    fn page() -> MergedPage {
        let mut page = TestPage::new("The modem ship\n[sic]").merged();
        let mut second = page.blocks[0].paragraphs[0].clone();
        (second.par_num, second.text) = (2, "# 12".to_owned());
        page.blocks[0].paragraphs.push(second);
        page
    }

    fn edits(page: &MergedPage, markup: &str) -> Result<Vec<String>, String> {
        let wanted = parse_markup(page, markup).map_err(|error| error.to_string())?;
        let changes = wanted.iter().filter_map(|wanted| change(page, wanted).unwrap());
        Ok(changes.map(|change| change.to_string()).collect())
    }

    #[test]
    fn a_page_that_is_saved_unchanged_has_no_edits() {
        let markup = to_markup(&page(), "florida, page 1", &["a note\nof two lines".to_owned()]);
        assert!(markup.contains("\n[1/1 BODY]\nThe modem ship\n\\[sic]\n\n[1/2]\n\\# 12\n"), "{markup}");
        assert_eq!(edits(&page(), &markup), Ok(Vec::new()));
    }

    #[test]
    fn changes_become_edits() {
        let markup = to_markup(&page(), "florida, page 1", &[]);
        let markup = markup.replace("modem", "modern").replace("BODY]\nThe", "chapter heading]\nThe");
        let markup = markup.replace("page number:", "page number: xiv #");
        assert_eq!(edits(&page(), &markup).unwrap(), ["page number", "label of 1", "text of 1/1"]);
    }

    #[test]
    fn paragraphs_are_split_joined_and_deleted() {
        let markup = to_markup(&page(), "florida, page 1", &[]);
        let changed = |from: &str, to: &str| {
            assert!(markup.contains(from), "{from}");
            let wanted = parse_markup(&page(), &markup.replace(from, to)).unwrap();
            let mut page = page();
            let mut changes = Vec::new();
            for wanted in &wanted {
                if let Some(change) = change(&page, wanted).unwrap() {
                    let outcome = apply_edits(&stored(vec![change.clone()]), &mut page.blocks, None);
                    assert!(!outcome[0].is_conflict(), "{outcome:?}");
                    changes.push(change.to_string());
                }
            }
            let texts: Vec<String> = page.blocks[0].paragraphs.iter().map(|found| found.text.clone()).collect();
            (changes.join(", "), texts, page.blocks[0].paragraphs.get(1).and_then(|second| second.start))
        };
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            changed("The modem ship\n\\[sic]", "The modem\n\nship\n\n\n\\[sic]\n"),
            (
                "split of 1/1, split of 1/1".into(),
                texts(&["The modem", "ship", "[sic]", "# 12"]),
                Some(ParagraphStart::New)
            )
        );
        assert_eq!(
            changed("The modem ship", "The modern ship\n"),
            (
                "text of 1/1, split of 1/1".into(),
                texts(&["The modern ship", "[sic]", "# 12"]),
                Some(ParagraphStart::New)
            )
        );
        assert_eq!(
            changed("[1/2]", "[1/2 JOIN]"),
            ("join of 1/2".into(), texts(&["The modem ship\n[sic]", "# 12"]), Some(ParagraphStart::Joined))
        );
        assert_eq!(changed("[1/1 BODY]", "[1/1 BODY DELETE]").0, "deletion of 1/1");
    }

    #[test]
    fn a_paragraph_without_its_join_begins_a_new_one() {
        let mut page = page();
        page.blocks[0].paragraphs[1].start = Some(ParagraphStart::Joined);
        let markup = to_markup(&page, "florida, page 1", &[]);
        assert_eq!(edits(&page, &markup), Ok(Vec::new()));
        assert_eq!(edits(&page, &markup.replace("[1/2 JOIN]", "[1/2]")).unwrap(), ["split of 1/2"]);
    }

    #[test]
    fn mistakes_have_a_line() {
        let markup = to_markup(&page(), "florida, page 1", &[]);
        let line_of = |text: &str| markup.lines().position(|line| line.starts_with(text)).unwrap() + 1;
        for (from, to, line, problem) in [
            ("[1/1 BODY]", "[1/1 BDOY]", line_of("[1/1"), "unknown label \"BDOY\"; the labels are TITLE_PAGE, "),
            ("[1/1 BODY]", "[1/1]", line_of("[1/1"), "the label of block 1 is missing"),
            ("[1/1 BODY]", "[1/1 BODY", line_of("[1/1"), "expected a paragraph such as"),
            ("[1/2]", "[1/2 BODY]", line_of("[1/2"), "only the first paragraph of block 1 has a label"),
            ("[1/2]", "[1/3]", line_of("[1/2"), "the page has no paragraph 1/3"),
            ("[1/2]", "[1/1 BODY]", line_of("[1/2"), "paragraph 1/1 is there twice"),
            ("\\# 12", "", line_of("[1/2"), "paragraph 1/2 is empty"),
            ("[1/2]\n\\# 12\n", "", line_of("[1/2") - 1, "paragraph 1/2 is missing"),
            ("page number:", "page no:", line_of("page number"), "expected `page number: …` or"),
        ] {
            let error = edits(&page(), &markup.replace(from, to)).unwrap_err();
            assert!(error.starts_with(&format!("line {line}: {problem}")), "{from:?} → {to:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_text_survives_the_editor(text in "[#\\[\\\\a-z ]{0,8}[a-z][a-z\\]# ]{0,8}(\n[#\\[\\\\a-z]{1,9})?", number in proptest::option::of("[ixv]{1,4}")) {
            let mut page = page();
            page.blocks[0].paragraphs[0].text = text;
            page.printed_page_number = number;
            prop_assert_eq!(edits(&page, &to_markup(&page, "title", &[])), Ok(Vec::new()));
        }
    }
}
