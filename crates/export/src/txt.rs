use std::io::Write;

use crate::document::DocumentMetadata;
use crate::output::flush;
use crate::{BlockContent, ExportBook, ExportError, ExportOptions, Format, Inline, Output};

/// Plain text: a line per paragraph, or wrapped.
pub(crate) const TXT: Format =
    Format { name: "txt", extension: "txt", about: "plain text, a line per paragraph (see --wrap)", write };

fn write(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let mut file = output.main()?;
    let metadata = DocumentMetadata::of(book);
    let mut is_first = true;
    if let Some(notice) = metadata.missing_notice() {
        writeln!(file, "[{notice}]")?;
        is_first = false;
    }
    for block in book.blocks(options) {
        let text = block_text(&block?.content, options.wrap);
        if !text.is_empty() {
            let between = if is_first { "" } else { "\n" };
            writeln!(file, "{between}{text}")?;
            is_first = false;
        }
    }
    flush(file)
}

fn block_text(content: &BlockContent, wrap: Option<usize>) -> String {
    let prose = |text: &[Inline], indent: &str| wrapped(&shown(text), wrap, indent);
    let lines = |lines: &[Vec<Inline>], indent: &str| {
        lines.iter().map(|line| format!("{indent}{}", shown(line))).collect::<Vec<_>>().join("\n")
    };
    match content {
        BlockContent::Heading { number, title, .. } => {
            let parts = [shown(number), shown(title)];
            parts
                .iter()
                .filter(|part| !part.is_empty())
                .map(|part| wrapped(part, wrap, ""))
                .collect::<Vec<_>>()
                .join("\n")
        }
        BlockContent::Paragraph { text } => prose(text, ""),
        BlockContent::Quotation { text } | BlockContent::Epigraph { text } => prose(text, "    "),
        BlockContent::Verse { lines: verse } => lines(verse, "    "),
        BlockContent::Lines { lines: printed, .. } => lines(printed, ""),
        BlockContent::Table { rows } => {
            let row = |row: &Vec<Vec<Inline>>| row.iter().map(|cell| shown(cell)).collect::<Vec<_>>().join("\t");
            rows.iter().map(row).collect::<Vec<_>>().join("\n")
        }
        BlockContent::Figure { caption, .. } if caption.is_empty() => String::new(),
        BlockContent::Figure { caption, .. } => wrapped(&format!("[{}]", shown(caption)), wrap, ""),
        BlockContent::Note { mark, text, .. } => {
            let mark = mark.as_ref().map(|mark| format!("{mark} ")).unwrap_or_default();
            wrapped(&format!("{mark}{}", shown(text)), wrap, "    ")
        }
        BlockContent::PageBreak { .. } => String::new(),
    }
}

/// The text with the marks of notes as printed.
fn shown(text: &[Inline]) -> String {
    let piece = |inline: &Inline| match inline {
        Inline::Text { text } => text.clone(),
        Inline::NoteMark { mark, .. } => mark.clone(),
        Inline::PageBreak { .. } => String::new(),
    };
    text.iter().map(piece).collect()
}

/// Breaks a paragraph into lines of at most `wrap` columns; a longer word has a line of its own.
fn wrapped(text: &str, wrap: Option<usize>, indent: &str) -> String {
    let Some(wrap) = wrap else { return format!("{indent}{text}") };
    let columns = wrap.saturating_sub(indent.len()).max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        match lines.last_mut() {
            Some(line) if length + 1 + width <= columns => {
                line.push(' ');
                line.push_str(word);
                length += 1 + width;
            }
            _ => {
                lines.push(format!("{indent}{word}"));
                length = width;
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_where_asked() {
        let text = "The long campaign went on";
        assert_eq!(wrapped(text, None, ""), text);
        assert_eq!(wrapped(text, Some(12), ""), "The long\ncampaign\nwent on");
        assert_eq!(wrapped(text, Some(12), "  "), "  The long\n  campaign\n  went on");
        assert_eq!(wrapped("incomprehensibilities", Some(9), ""), "incomprehensibilities");
    }
}
