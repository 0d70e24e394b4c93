//! A page as text to be changed in an editor: the page number, then each paragraph under a line with its number and the label of its block.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Wanted;
use super::changes::cleaned;
use crate::{Classification, MergedPage};

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
# have no label. Keep these lines in their order; change only the label. To leave a text out of the book, label its
# block OCR_ARTIFACT. Leave the page number empty if none is printed.
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
            let _ = writeln!(text, "\n[{}/{}{label}]", block.block_num, paragraph.par_num);
            for line in cleaned(&paragraph.text).lines() {
                let escape = if line.starts_with(['#', '[', '\\']) { "\\" } else { "" };
                let _ = writeln!(text, "{escape}{line}");
            }
        }
    }
    text
}

/// What a text that was made by [`to_markup`] and changed wants the page to say.
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
            wanted.extend(open.take().map(OpenParagraph::close).transpose()?);
            let (block, paragraph, label) = parse_header(header).map_err(error)?;
            let found = page.blocks.iter().find(|found| found.block_num == block);
            let position = found.and_then(|found| found.paragraphs.iter().position(|p| p.par_num == paragraph));
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
            open = Some(OpenParagraph { line, block, paragraph, lines: Vec::new() });
        } else if let Some(open) = &mut open {
            open.lines.push((line, text.strip_prefix('\\').unwrap_or(text)));
        } else if let Some(number) = text.strip_prefix(PAGE_NUMBER) {
            let number = number.trim();
            wanted.push(Wanted::PageNumber { page_number: (!number.is_empty()).then(|| number.to_owned()) });
        } else if !text.trim().is_empty() {
            return Err(error(format!("expected `{PAGE_NUMBER} …` or a paragraph such as `[2/1 BODY]`")));
        }
    }
    wanted.extend(open.map(OpenParagraph::close).transpose()?);
    let all = page.blocks.iter().flat_map(|block| block.paragraphs.iter().map(|p| (block.block_num, p.par_num)));
    match all.into_iter().find(|id| !seen.contains(id)) {
        Some((block, paragraph)) => Err(MarkupError {
            line: last.max(1),
            problem: format!(
                "paragraph {block}/{paragraph} is missing; to leave a text out of the book, label its block OCR_ARTIFACT"
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
    paragraph: u32,
    lines: Vec<(usize, &'m str)>,
}

impl OpenParagraph<'_> {
    fn close(self) -> Result<Wanted, MarkupError> {
        let Self { line, block, paragraph, lines } = self;
        let is_empty = |(_, text): &(usize, &str)| text.trim().is_empty();
        let Some(first) = lines.iter().position(|line| !is_empty(line)) else {
            let problem = format!(
                "paragraph {block}/{paragraph} is empty; to leave a text out of the book, label its block OCR_ARTIFACT"
            );
            return Err(MarkupError { line, problem });
        };
        let end = lines.iter().rposition(|line| !is_empty(line)).map_or(first, |last| last + 1);
        if let Some((line, _)) = lines[first..end].iter().find(|line| is_empty(line)) {
            let problem = format!("paragraph {block}/{paragraph} has an empty line; an edit cannot divide a paragraph");
            return Err(MarkupError { line: *line, problem });
        }
        let text = lines[first..end].iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n");
        Ok(Wanted::Text { block, paragraph, text })
    }
}

/// `2/1 BODY]` or `2/1]`.
fn parse_header(header: &str) -> Result<(u32, u32, Option<Classification>), String> {
    let expected =
        || "expected a paragraph such as `[2/1 BODY]`; a text that begins with `[` has a `\\` in front".to_owned();
    let header = header.trim_end().strip_suffix(']').ok_or_else(expected)?;
    let (number, label) = header.trim().split_once(' ').map_or((header.trim(), None), |(n, l)| (n, Some(l.trim())));
    let (block, paragraph) = number.split_once('/').ok_or_else(expected)?;
    let (Ok(block), Ok(paragraph)) = (block.parse(), paragraph.parse()) else { return Err(expected()) };
    let label = label.filter(|label| !label.is_empty()).map(Classification::parse).transpose()?;
    Ok((block, paragraph, label))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change;
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
            ("modem ship", "modem\n\nship", line_of("The modem") + 1, "paragraph 1/1 has an empty line"),
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
